"""The look of a picture: colours and shares, light, sharpness under blur and noise, black and white, the hash."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from dam.engines.look import load_looks, look_model, measure_look, sharpness
from dam.ports import Pixels
from dam.types.colours import parse_hex


def pixels(image: Image.Image) -> Pixels:
    return np.asarray(image.convert("RGB"))


def scene(seed: int = 3, size: tuple[int, int] = (640, 448)) -> Image.Image:
    """Shapes with hard edges over a soft ground: detail at every scale, as photographs have it."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(60, 200, (4, 6, 3), dtype=np.uint8)
    image = Image.fromarray(ground).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(120):
        x, y, reach = (int(rng.integers(low, high)) for low, high in ((0, size[0]), (0, size[1]), (4, 40)))
        draw.ellipse(
            (x, y, x + reach, y + reach // 2 + 2), fill=tuple(int(value) for value in rng.integers(0, 255, 3))
        )
    return image


def stripes(shares: dict[str, float], size: tuple[int, int] = (600, 400)) -> Image.Image:
    image, left = Image.new("RGB", size), 0
    for colour, share in shares.items():
        rgb = parse_hex(colour)
        assert rgb is not None
        right = left + round(share * size[0])
        image.paste(rgb, (left, 0, right, size[1]))
        left = right
    return image


def test_colours_come_with_their_names_and_shares_the_largest_first() -> None:
    look = measure_look(pixels(stripes({"#2f6b2f": 0.5, "#ff0000": 0.3, "#ffffff": 0.2})))
    assert [colour.name for colour in look.colours] == ["green", "red", "white"]
    assert [colour.share for colour in look.colours] == pytest.approx([0.5, 0.3, 0.2], abs=0.02)
    assert look.colours[1].lightness == pytest.approx(53.2, abs=1.0)


def test_small_vivid_area_is_a_colour_and_a_small_dull_one_is_not() -> None:
    vivid = measure_look(pixels(stripes({"#f2f2f2": 0.98, "#e50000": 0.02})))
    assert [colour.name for colour in vivid.colours] == ["white", "red"]
    dull = measure_look(pixels(stripes({"#f2f2f2": 0.98, "#c4c4c4": 0.02})))
    assert [colour.name for colour in dull.colours] == ["white"]


def test_plain_picture_has_one_colour_and_no_sharpness() -> None:
    look = measure_look(pixels(Image.new("RGB", (300, 200), (0, 0, 255))))
    assert [(colour.name, colour.share) for colour in look.colours] == [("blue", 1.0)]
    assert look.sharpness == 0.0
    assert look.contrast == pytest.approx(0.0, abs=1e-6)


def test_light_and_contrast_follow_the_picture() -> None:
    black, white = (measure_look(pixels(Image.new("RGB", (90, 90), shade))) for shade in ("black", "white"))
    assert black.brightness == 0.0
    assert white.brightness == pytest.approx(1.0, abs=1e-3)
    halves = measure_look(pixels(stripes({"#000000": 0.5, "#ffffff": 0.5})))
    assert halves.brightness == pytest.approx(0.5, abs=0.02)
    assert halves.contrast == pytest.approx(1.0, abs=0.02)
    assert measure_look(pixels(scene())).saturation > 5 * measure_look(pixels(ImageOps.grayscale(scene()))).saturation


def test_sharpness_falls_with_every_step_of_blur() -> None:
    values = [sharpness(pixels(scene().filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 1.5, 2, 3, 5)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values) or values[-1] == 0.0
    assert values[0] > 0.65
    assert values[-1] < 0.1


def test_noise_does_not_make_a_blurred_picture_sharp() -> None:
    blurred = pixels(scene().filter(ImageFilter.GaussianBlur(4)))
    noise = np.random.default_rng(1).normal(0, 5, blurred.shape)
    noisy = np.clip(blurred + noise, 0, 255).astype(np.uint8)
    assert sharpness(noisy) < 0.25
    assert sharpness(pixels(scene())) > 0.65


def test_sharp_subject_before_a_soft_background_counts_as_sharp() -> None:
    portrait = scene().filter(ImageFilter.GaussianBlur(8))
    portrait.paste(scene().crop((200, 100, 400, 320)), (200, 100))  # 15 % of the picture
    assert sharpness(pixels(portrait)) > 0.5


def test_grey_and_toned_pictures_are_monochrome_and_coloured_ones_are_not() -> None:
    grey = ImageOps.grayscale(scene())
    sepia = ImageOps.colorize(grey, "#1a0f05", "#fbf0d9", mid="#a07850")
    assert measure_look(pixels(grey)).monochrome
    assert measure_look(pixels(sepia)).monochrome
    assert not measure_look(pixels(scene())).monochrome


def test_plain_sky_and_one_coloured_thing_before_grey_are_not_monochrome() -> None:
    sky = Image.linear_gradient("L").resize((400, 300))
    blue = ImageOps.colorize(sky, "#6fa8dc", "#8fc0ea")
    assert not measure_look(pixels(blue)).monochrome
    key = ImageOps.grayscale(scene()).convert("RGB")
    key.paste((220, 30, 40), (100, 100, 180, 180))
    assert not measure_look(pixels(key)).monochrome


def test_hash_is_near_for_the_same_picture_and_far_for_another() -> None:
    def bits(image: Image.Image) -> int:
        return int(measure_look(pixels(image)).phash, 16)

    first = bits(scene())
    smaller = bits(scene().resize((320, 224)).filter(ImageFilter.GaussianBlur(0.7)))
    assert len(measure_look(pixels(scene())).phash) == 16
    assert (first ^ smaller).bit_count() <= 4
    assert (first ^ bits(scene(seed=9))).bit_count() > 12


@pytest.mark.parametrize("size", [(1, 1), (5, 900), (33, 31), (64, 64), (2048, 40)])
def test_every_shape_of_picture_has_a_look(size: tuple[int, int]) -> None:
    look = measure_look(pixels(scene().resize(size)))
    assert 1 <= len(look.colours) <= 6
    assert 0 <= look.sharpness <= 1


def test_same_pixels_give_the_same_look() -> None:
    assert measure_look(pixels(scene())) == measure_look(pixels(scene()))
    assert look_model() == "look-1"


def test_missing_and_broken_renditions_are_told_apart_from_pictures(tmp_path: Path) -> None:
    good, broken = tmp_path / "good.jpg", tmp_path / "broken.jpg"
    scene(size=(2048, 1366)).save(good)
    broken.write_bytes(good.read_bytes()[:2000])
    found = load_looks([good, broken, tmp_path / "none.jpg"])
    assert found[0] is not None
    assert found[0].shape == (683, 1024, 3)
    assert found[1:] == [None, None]
