"""From any picture mode to 8-bit sRGB: profiles, ink, transparency, depth and orientation."""

import io

import numpy as np
from PIL import Image, ImageCms

# Mid grey: both black and white lettering on a transparent ground stay visible.
_GROUND = (128, 128, 128)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Apply an EXIF orientation (1..8)."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def has_alpha(image: Image.Image) -> bool:
    """Whether the picture has transparency of any kind."""
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def prepare_mode(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be resized well: no palette, no bits, no deep greys."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if image.mode in ("P", "PA") or (image.mode in ("1", "L", "RGB") and "transparency" in image.info):
        return image.convert("RGBA" if has_alpha(image) else "RGB")
    if image.mode in ("1", "HSV", "RGBX"):
        return image.convert("L" if image.mode == "1" else "RGB")
    return image


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """Return an RGB picture in sRGB, transparency laid over mid grey; a profile that is no use is ignored."""
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    if image.mode == "LA":
        image = image.convert("L")
    elif image.mode not in ("RGB", "L", "CMYK", "LAB"):
        image = image.convert("RGB")
    rgb = _by_profile(image, icc_profile) or _without_profile(image)
    if alpha is None:
        return rgb
    ground = Image.new("RGB", rgb.size, _GROUND)
    ground.paste(rgb.convert("RGB"), mask=alpha)
    return ground


def _from_deep(image: Image.Image) -> Image.Image:
    """16- and 32-bit greys: whole 16-bit range to 8 bits; floats from 0..1, or from their own range."""
    values = np.asarray(image)
    if image.mode == "F":
        values = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        low, high = (0.0, 1.0) if values.min() >= 0 and values.max() <= 1 else (values.min(), values.max())
        scaled = (values - low) * (255 / max(float(high - low), 1e-12))
    elif values.max(initial=0) <= 65535 and values.min(initial=0) >= 0:
        scaled = values / np.float32(257)  # 65535 / 255
    else:
        scaled = values / np.float32(2**31 / 256)
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _by_profile(image: Image.Image, icc_profile: bytes | None) -> Image.Image | None:
    try:
        if icc_profile:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        elif image.mode == "LAB":
            source = ImageCms.createProfile("LAB")  # type: ignore[assignment]  # both are taken
        else:
            return None
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _without_profile(image: Image.Image) -> Image.Image:
    return image.getchannel("L").convert("RGB") if image.mode == "LAB" else image.convert("RGB")
