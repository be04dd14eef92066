"""Look, motion, loudness and place of real files: what a person sees and hears in them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dam.engines.look import measure_look
from dam.engines.places import find_places
from dam.errors import MediaError
from dam.types import Motion, PictureLook, Prepared, RenditionRole
from tests.media_files import prepare_here

# By eye, among 58 photos: two without any colour, two toned brown.
BLACK_AND_WHITE = {"acoustic_guitar", "fountain", "church", "school_bus"}


@pytest.fixture(scope="module")
def looks() -> dict[str, PictureLook]:
    """Looks of the photos by name, measured once; filled by `look_at`."""
    return {}


def photos(real_media: Path) -> Iterator[Path]:
    yield from sorted(path for path in (real_media / "photos").iterdir() if path.suffix in (".jpg", ".png"))


def look_at(path: Path, looks: dict[str, PictureLook]) -> PictureLook:
    if path.stem not in looks:
        with Image.open(path) as image:
            looks[path.stem] = measure_look(np.asarray(image.convert("RGB")))
    return looks[path.stem]


def prepared_of(path: Path, out_dir: Path) -> Prepared:
    return prepare_here(path, out_dir)


def test_exactly_the_black_and_white_photos_are_told(real_media: Path, looks: dict[str, PictureLook]) -> None:
    found = {path.stem for path in photos(real_media) if look_at(path, looks).monochrome}
    assert found == BLACK_AND_WHITE


def test_photos_in_focus_are_sharp_and_no_two_share_a_hash(real_media: Path, looks: dict[str, PictureLook]) -> None:
    every = {path.stem: look_at(path, looks) for path in photos(real_media)}
    assert min(look.sharpness for look in every.values()) > 0.6
    hashes = [int(look.phash, 16) for look in every.values()]
    apart = [(a ^ b).bit_count() for place, a in enumerate(hashes) for b in hashes[place + 1 :]]
    assert min(apart) > 6


@pytest.mark.parametrize(
    ("name", "colours"),
    [
        ("umbrella", {"red", "grey"}),
        ("kodim03", {"slate", "brown"}),
        ("banana", {"green", "dark green"}),
        ("ski", {"sky blue"}),
        ("strawberry", {"red", "white"}),
        ("tiger", {"green"}),
    ],
)
def test_colours_are_those_that_a_person_names(
    name: str, colours: set[str], real_media: Path, looks: dict[str, PictureLook]
) -> None:
    path = next(path for path in photos(real_media) if path.stem == name)
    assert colours <= {colour.name for colour in look_at(path, looks).colours}


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of what it skips; so do the children: not at all
def test_every_file_that_can_be_read_has_a_look(real_media: Path, tmp_path: Path) -> None:
    measured = 0
    for number, path in enumerate(sorted((real_media / "odd").iterdir()) + sorted((real_media / "broken").iterdir())):
        if not path.is_file():
            continue
        try:
            prepared = prepared_of(path, tmp_path / str(number))
        except MediaError:
            continue
        pictures = [file for unit in prepared.units for file in unit.renditions] + list(prepared.renditions)
        for file in pictures:
            if file.role in (RenditionRole.THUMB, RenditionRole.PREVIEW, RenditionRole.KEYFRAME):
                with Image.open(file.path) as image:
                    assert measure_look(np.asarray(image.convert("RGB"))).colours
                measured += 1
    assert measured >= 20


def test_both_geotagged_pictures_were_taken_in_arezzo(real_media: Path, tmp_path: Path) -> None:
    named = []
    for number, path in enumerate(sorted((real_media / "odd").iterdir())):
        try:
            metadata = prepared_of(path, tmp_path / str(number)).probe.metadata
        except MediaError:
            continue
        if metadata.latitude is not None and metadata.longitude is not None:
            (place,) = find_places([(metadata.latitude, metadata.longitude)])
            named.append((place.city, place.region, place.country) if place else None)
    assert named.count(("Arezzo", "Tuscany", "Italy")) >= 2
    assert None not in named


def test_cameras_of_real_clips_move_as_a_person_sees_it(real_media: Path, tmp_path: Path) -> None:
    def motions(name: str) -> list[Motion | None]:
        return [unit.motion for unit in prepared_of(real_media / "video" / name, tmp_path / name).units]

    assert motions("car-detection.mp4") == [Motion.STILL]  # a camera on a mast, cars pass now and then
    assert Motion.PAN in motions("bikes.mp4")  # it follows riders
    assert Motion.PAN not in motions("scene_cuts.mp4")


def test_speech_is_as_loud_as_recordings_of_speech_are(real_media: Path, tmp_path: Path) -> None:
    loudness = prepared_of(real_media / "audio" / "jfk.flac", tmp_path / "jfk").loudness_lufs
    assert loudness is not None
    assert -30 < loudness < -12
