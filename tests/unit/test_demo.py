import os
from pathlib import Path

from PIL import Image

from dam.demo import MEDIA, copy_demo_library
from dam.demo.clips import CLIPS
from dam.demo.photos import PHOTOS
from dam.demo.speech import TALKS
from dam.scenes import Colour, Light, Query, Thing, satisfies

RED_CAR_AT_SUNSET = Query(thing=Thing.CAR, colour=Colour.RED, light=Light.SUNSET)


def test_all_files_are_there_and_small() -> None:
    files = {path.relative_to(MEDIA).as_posix(): path.stat().st_size for path in MEDIA.rglob("*") if path.is_file()}
    expected = {f"{photo.shoot.folder}/{photo.name}" for photo in PHOTOS}
    expected |= {f"{clip.shoot.folder}/{clip.name}" for clip in CLIPS}
    expected |= {f"{talk.folder}/{talk.name}" for talk in TALKS}
    assert set(files) == expected
    assert sum(files.values()) < 15_000_000
    assert all(name.isascii() for name in files)


def test_exactly_one_photo_and_one_shot_is_the_red_car_at_sunset() -> None:
    assert [photo.name for photo in PHOTOS if satisfies(photo.scene, RED_CAR_AT_SUNSET)] == ["DSC_0412.jpg"]
    shots = [(clip.name, number) for clip in CLIPS for number, shot in enumerate(clip.shots)
             if satisfies(shot.scene, RED_CAR_AT_SUNSET)]  # fmt: skip
    assert shots == [("MVI_0460.mp4", 2)]
    assert sum("red car at sunset" in line for talk in TALKS for line in talk.lines) == 1


def test_photos_carry_what_cameras_and_catalogues_write() -> None:
    for photo in PHOTOS:
        with Image.open(MEDIA / photo.shoot.folder / photo.name) as picture:
            exif = picture.getexif()
            details, place = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
            assert picture.size == photo.size
            assert max(picture.size) >= 1440
            assert exif[0x0110] == photo.shoot.camera.model
            assert details[0x9003] == photo.taken.replace("-", ":").replace("T", " ")
            assert details[0x9011] == photo.shoot.offset
            assert place[1] == "N"
            assert ("xmp" in picture.info) is bool(photo.title)
            assert not photo.title or photo.title.encode() in picture.info["xmp"]


def test_copy_brings_everything_once_and_keeps_times(tmp_path: Path) -> None:
    target = tmp_path / "photos"
    count = copy_demo_library(target)
    assert count == len(PHOTOS) + len(CLIPS) + len(TALKS)
    assert copy_demo_library(target) == 0
    for source in MEDIA.rglob("*.jpg"):
        copy = target / source.relative_to(MEDIA)
        assert copy.read_bytes() == source.read_bytes()
        assert int(copy.stat().st_mtime) == int(source.stat().st_mtime)


def test_copy_leaves_what_somebody_put_there(tmp_path: Path) -> None:
    own = tmp_path / PHOTOS[0].shoot.folder / PHOTOS[0].name
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    os.utime(own, (1, 1))
    copy_demo_library(tmp_path)
    assert own.read_bytes() == b"mine"
