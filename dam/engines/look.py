"""From one picture's pixels to its look: colours with names, brightness, contrast, sharpness, a perceptual hash.

Nothing is learned here: every figure is a formula, so the model's name is the version of this file.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from dam.errors import StoreError
from dam.ports import Pixels
from dam.types import ColourShare, PictureLook
from dam.types.colours import Lab, name_colours, to_lab

_EDITION = 1  # goes up whenever a figure would come out otherwise: every picture is then measured anew

_LONG_SIDE = (
    1024  # enough to see a shake of a thousandth of the picture's width; a JPEG is decoded at half size for it
)
_MIDDLE = 288  # px square, stretched: what the hash (which looks at 32 px) is made from
_SMALL = 72  # 72 × 72 points hold every colour that covers a thousandth of the picture
_THREADS = 2  # loading the next while one is measured; JPEG decoding releases the GIL

_SEEDS = 9  # clusters to begin with; those of one name are joined afterwards
_ROUNDS = 6  # of k-means; shares move less than 1 % after that
_STEP = 6.0  # L*a*b* bins: finer than what can be told apart side by side in a photograph
_ALIKE = 6.0  # CIEDE2000; nearer clusters are one colour in another light
_MIN_SHARE = 0.03  # less is a detail, not a colour of the picture …
_MIN_VIVID_SHARE = 0.012  # … unless it is vivid: a red coat in the snow
_VIVID = 45.0  # chroma
_MOST_COLOURS = 6

_GREY_CHROMA = 4.0  # JPEG's chroma rounding stays below; the faintest cast that people call "coloured" lies above
_TONED_CHROMA = 42.0  # sepia, selenium, cyanotype prints; a sunset's sky reaches 60 to 90
# How far (a*, b*) may lie from one smooth curve over L*: ink on paper has one hue per depth. Among 58 real photos the
# two sepia ones reach 2.5 and 4.0, the greyest ones in colour 5.1 and more (95th percentile).
_TONED_SPREAD, _TONED_STRAY = 4.4, 3.0
_TONED_STEP = 4.0  # in L*: fine enough for the curve to be straight between two points of it
_TONED_CONTRAST = 8.0  # in L*: below it (a plain blue sky) one smooth curve says nothing

_TILE = 32  # px: a fourteenth of the short side of the smallest rendition
_FLOOR = 1.2  # mean squared step between neighbours (of 255) after smoothing: tiles below hold no more than plain sky
_SHARP_PART = 92  # percentile of tiles: a face before a soft background fills some 8 % of a portrait at least
_BLUR = 9  # px, the blur of the paper
_SOFT = np.array([0.25, 0.5, 0.25], dtype=np.float32)
_IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
# The share that the blur takes away: from a picture blurred by 8 px, and from a sharp one.
_CRISP_LOW, _CRISP_HIGH = 0.30, 0.95


def look_model() -> str:
    """Return the name of these formulas, as remembered on every row."""
    return f"look-{_EDITION}"


def load_looks(paths: Sequence[Path]) -> list[Pixels | None]:
    """Return each rendition as (height, width, 3) sRGB of about 1024 px; None where it is missing or can't be read.

    Raises StoreError.
    """
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        return list(pool.map(_load, paths))


def _load(path: Path) -> Pixels | None:
    try:
        with Image.open(path, formats=["JPEG"]) as picture:
            picture.draft("RGB", (_LONG_SIDE // 2, _LONG_SIDE // 2))
            return np.asarray(picture.convert("RGB"))
    except (FileNotFoundError, UnidentifiedImageError):
        return None
    except OSError as error:
        if "truncated" in str(error) or "broken" in str(error):
            return None
        raise StoreError(f"A rendition can't be read: {path}: {error}") from error


def measure_look(pixels: Pixels) -> PictureLook:
    """Measure one picture, (height, width, 3) sRGB; the same pixels always give the same look."""
    middle = Image.fromarray(pixels).resize((_MIDDLE, _MIDDLE), Image.Resampling.BOX, reducing_gap=1.0)
    areas = to_lab(np.asarray(middle.resize((_SMALL, _SMALL), Image.Resampling.BOX)).reshape(-1, 3))
    points = to_lab(_scattered(pixels))
    return PictureLook(
        brightness=_share(float(points[:, 0].mean()) / 100),
        contrast=_share(float(points[:, 0].std()) / 50),  # half black, half white is 1
        saturation=_share(float(np.hypot(points[:, 1], points[:, 2]).mean()) / 100),  # sRGB's purest red has 105
        sharpness=sharpness(pixels),
        monochrome=is_monochrome(areas, points),
        phash=perceptual_hash(middle),
        colours=dominant_colours(points),
    )


def _scattered(pixels: Pixels) -> NDArray[np.uint8]:
    """Return at most 72 × 72 single points from all over the picture: a mean of two is a colour that nobody sees."""
    height, width, _ = pixels.shape
    down, across = -(-height // _SMALL), -(-width // _SMALL)
    return pixels[down // 2 :: down, across // 2 :: across].reshape(-1, 3)


def perceptual_hash(image: Image.Image) -> str:
    """Return 64 bits of the picture's coarse structure (pHash: signs of a DCT) as 16 hexadecimal digits."""
    import imagehash

    return str(imagehash.phash(image, hash_size=8))


def is_monochrome(areas: Lab, points: Lab) -> bool:
    """Tell whether a picture is black and white, or toned in a single ink: (n, 3) L*a*b* of small areas, of points.

    Toned: a* and b* follow one smooth curve over L*, of moderate chroma, over a real range of lightness. Areas are
    asked because a JPEG's points are noisy, points because the mean of two tones lies beside a bent curve.
    """
    strongest = float(np.percentile(np.hypot(points[:, 1], points[:, 2]), 99))
    if strongest < _GREY_CHROMA:
        return True
    if strongest > _TONED_CHROMA or float(points[:, 0].std()) < _TONED_CONTRAST:
        return False
    return _is_toned(areas) or _is_toned(points)


def _is_toned(lab: Lab) -> bool:
    depth = (lab[:, 0] / _TONED_STEP).astype(np.int64)
    counts = np.maximum(np.bincount(depth), 1)
    curve = np.stack([np.bincount(depth, weights=lab[:, axis]) / counts for axis in (1, 2)], axis=1)
    usual, furthest = np.percentile(np.hypot(*(lab[:, 1:] - curve[depth]).T), [75, 95])
    # Noise spreads evenly; a small thing in colour before grey shows as a few points far off.
    return float(furthest) < _TONED_SPREAD and float(furthest) < max(_TONED_STRAY * float(usual), 1.0)


def dominant_colours(lab: Lab) -> tuple[ColourShare, ...]:
    """Return the one to six colours that make up (n, 3) L*a*b* points, the largest share first; one per name.

    K-means over a histogram in L*a*b*: seeds are spread by distance, so that a small vivid area gets its own.
    """
    points, weights = _histogram(lab)
    centres = _seeds(points, weights)
    weighted = np.column_stack([points * weights[:, np.newaxis], weights])
    for _ in range(_ROUNDS):
        belongs = _nearest(points, centres)
        sums = np.equal.outer(np.arange(len(centres)), belongs) @ weighted
        used = sums[:, 3] > 0
        centres = sums[used, :3] / sums[used, 3:]
    shares = np.bincount(_nearest(points, centres), weights=weights, minlength=len(centres)).astype(np.float64)
    centres, shares = _joined(centres, shares)
    vivid = np.hypot(centres[:, 1], centres[:, 2]) >= _VIVID
    kept = shares >= np.where(vivid, _MIN_VIVID_SHARE, _MIN_SHARE)
    kept[int(shares.argmax())] = True
    order = [int(place) for place in np.argsort(-shares, kind="stable") if kept[place]][:_MOST_COLOURS]
    names = name_colours(centres[order])
    return tuple(
        ColourShare(
            name=name,
            lightness=round(float(centres[place][0]), 2),
            a=round(float(centres[place][1]), 2),
            b=round(float(centres[place][2]), 2),
            share=round(_share(float(shares[place])), 4),
        )
        for name, place in zip(names, order, strict=True)
    )


def _histogram(lab: Lab) -> tuple[Lab, NDArray[np.float64]]:
    """Return the mean colour and the share of every occupied bin."""
    bins = np.floor(lab / _STEP).astype(np.int64)
    keys = (bins[:, 0] * 4096 + bins[:, 1] + 64) * 4096 + bins[:, 2] + 64
    _, owner, counts = np.unique(keys, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(owner, weights=lab[:, axis]) for axis in range(3)], axis=1)
    return sums / counts[:, np.newaxis], counts / len(lab)


def _seeds(points: Lab, weights: NDArray[np.float64]) -> Lab:
    """Return up to nine starting colours: the most frequent, then by distance to those chosen times root of share."""
    chosen = [int(weights.argmax())]
    apart = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < min(_SEEDS, len(points)):
        best = int((apart * np.sqrt(weights)).argmax())
        if apart[best] < _STEP**2:
            break
        chosen.append(best)
        apart = np.minimum(apart, ((points - points[best]) ** 2).sum(axis=1))
    return points[chosen]


def _nearest(points: Lab, centres: Lab) -> NDArray[np.intp]:
    # |p - c|² less |p|², which is the same for every centre.
    return np.asarray(((centres**2).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1))


def _joined(centres: Lab, shares: NDArray[np.float64]) -> tuple[Lab, NDArray[np.float64]]:
    """Return the clusters with those of one name made one."""
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(name_colours(centres)):
        groups.setdefault(name, []).append(place)
    sums = np.array([shares[places].sum() for places in groups.values()])
    means = [np.average(centres[places], axis=0, weights=shares[places]) for places in groups.values()]
    return np.array(means), sums


def sharpness(pixels: Pixels) -> float:
    """Return how crisp the sharpest part is, 0 (blurred all over, or nothing to see) to 1.

    The idea of Crete et al., "The Blur Effect: Perception and Estimation with a New No-Reference Perceptual Blur
    Metric" (SPIE 2007): a sharp picture loses more of its steps between neighbours when it is blurred once more. Here
    with the steps squared, so that what noise adds can be taken off again (its strength after Immerkær, "Fast Noise
    Variance Estimation", CVIU 1996), and per tile, of which the sharpest count: a shallow depth of field is no fault.
    """
    import cv2

    luma: NDArray[np.float32] = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if min(luma.shape) < _TILE:
        return 0.0
    noise = _noise(luma)
    luma = np.asarray(cv2.sepFilter2D(luma, -1, _SOFT, _SOFT), dtype=np.float32)
    crisp = np.fmin(_crispness(luma, 0, noise), _crispness(luma, 1, noise))
    found = crisp[np.isfinite(crisp)]
    if found.size == 0:
        return 0.0
    sharp = float(np.percentile(found, _SHARP_PART))
    return _share((sharp - _CRISP_LOW) / (_CRISP_HIGH - _CRISP_LOW))


def noise_of(pixels: Pixels) -> float | None:
    """Return the standard deviation of the noise of one picture, in grey levels of 255; None where it is too small.

    Immerkær, "Fast Noise Variance Estimation" (CVIU 1996), over the tenth of the tiles that have the least texture.
    A rendition is smaller than its original, which averages noise away: compare only pictures of about one size.
    """
    import cv2

    luma: NDArray[np.float32] = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return None if min(luma.shape) < _TILE else _noise(luma)


def _noise(luma: NDArray[np.float32]) -> float:
    import cv2

    tiles = _tiles(np.abs(cv2.filter2D(luma, -1, _IMMERKAER)))
    return float(np.percentile(tiles, 10) * np.sqrt(np.pi / 2) / 6)


def _crispness(luma: NDArray[np.float32], axis: int, noise: float) -> NDArray[np.float32]:
    """Return, per tile, the share of the squared steps along an axis that a blur takes away; NaN without steps."""
    import cv2

    size = (1, _BLUR) if axis == 0 else (_BLUR, 1)
    before = _tiles(_squared_steps(luma, axis))
    after = _tiles(_squared_steps(np.asarray(cv2.blur(luma, size), dtype=np.float32), axis))
    # White noise of variance v passes the 1-2-1 filter (along and across) and the step between neighbours as
    # 0.25 × 0.375 v; the running mean of nine leaves 2/81 of its variance, 0.14 of that after the step.
    by_noise, by_noise_after = 0.09375 * noise**2, 0.0035 * noise**2
    steps = before - by_noise
    left = np.maximum(after - by_noise_after, 0)
    enough = steps >= np.maximum(_FLOOR, by_noise)
    return np.where(enough, 1 - left / np.where(enough, steps, 1), np.nan).astype(np.float32)


def _squared_steps(luma: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Return, in the shape of `luma`, the squared step from each point to its neighbour (the last has none)."""
    steps = np.zeros_like(luma)
    if axis == 0:
        np.subtract(luma[1:], luma[:-1], out=steps[:-1])
    else:
        np.subtract(luma[:, 1:], luma[:, :-1], out=steps[:, :-1])
    return np.multiply(steps, steps, out=steps)


def _tiles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of every whole 32 px tile."""
    import cv2

    rows, columns = values.shape[0] // _TILE, values.shape[1] // _TILE
    part = values[: rows * _TILE, : columns * _TILE]
    return np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.float32)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
