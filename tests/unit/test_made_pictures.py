"""Pictures made to be handed out: upright, sRGB, as large as wanted, and silent about what nobody asked for."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from dam.engines.media.job import Job
from dam.engines.media.pictures import make_picture
from dam.engines.media.wire import to_wire
from dam.errors import UnsupportedMedia
from dam.types import MadePicture, PictureWish
from tests.media_files import UPRIGHT, looks_like, quadrants, tone, write_sound


def made(path: Path, out_dir: Path, **wish: Any) -> MadePicture:
    out_dir.mkdir()
    with path.open("rb") as file:
        options = to_wire(PictureWish(**wish))
        return make_picture(Job(file=file, out_dir=out_dir, mtime_ns=0, max_pixels=50_000_000, options=options))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """3000 × 2000 upright, stored on its side, with a camera, a place and a maker's note."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Model] = "Camera"
    exif.get_ifd(IFD.Exif).update({Base.ISOSpeedRatings: 400, Base.MakerNote: b"serial 12345"})
    exif.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (38.0, 42.0, 0.0), GPS.GPSLongitudeRef: "W",
         GPS.GPSLongitude: (9.0, 8.0, 0.0)}
    )  # fmt: skip
    stored = quadrants(3000, 2000).transpose(Image.Transpose.ROTATE_90)
    stored.save(tmp_path / "photo.jpg", "JPEG", exif=exif, quality=95)
    return tmp_path / "photo.jpg"


@pytest.mark.parametrize(
    ("side", "size"), [(1200, (1200, 800)), (2600, (2600, 1733)), (0, (3000, 2000)), (9000, (3000, 2000))]
)
def test_size_is_the_one_asked_for_and_never_larger_than_the_original(
    photo: Path, tmp_path: Path, side: int, size: tuple[int, int]
) -> None:
    picture = made(photo, tmp_path / "out", longest_side=side)

    assert (picture.width, picture.height) == size
    with Image.open(picture.path) as image:
        assert image.size == size
        assert looks_like(image, UPRIGHT)
        assert image.getexif().get(Base.Orientation) in (None, 1)


@pytest.mark.parametrize(
    ("wish", "has"),
    [
        ({}, {"camera"}),
        ({"keep_location": True}, {"camera", "place"}),
        ({"keep_metadata": False}, set()),
        ({"keep_metadata": False, "keep_location": True}, {"place"}),
    ],
)
def test_only_what_is_asked_for_is_said(photo: Path, tmp_path: Path, wish: dict[str, Any], has: set[str]) -> None:
    picture = made(photo, tmp_path / "out", longest_side=300, **wish)

    with Image.open(picture.path) as image:
        exif = image.getexif()
        said = (
            {"camera"}
            if exif.get(Base.Model) == "Camera" and exif.get_ifd(IFD.Exif)[Base.ISOSpeedRatings] == 400
            else set()
        )
        said |= {"place"} if exif.get_ifd(IFD.GPSInfo).get(GPS.GPSLatitude) else set()
    assert said == has
    assert b"serial" not in picture.path.read_bytes()


def test_quality_makes_the_file_larger(photo: Path, tmp_path: Path) -> None:
    sizes = [made(photo, tmp_path / str(quality), quality=quality).path.stat().st_size for quality in (50, 95)]

    assert sizes[0] < sizes[1]


def test_recording_is_no_photo(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia):
        made(write_sound(tmp_path / "s.wav", tone(0.2), codec="pcm_s16le"), tmp_path / "out")
