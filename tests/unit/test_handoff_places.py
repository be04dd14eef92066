"""Files are named for the machine of the edit: paths, addresses, reels."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from dam.errors import HandOffError
from dam.handoff.edits import make_file
from dam.handoff.places import plain, reels, there, url_of
from dam.handoff.timeline import lay_out
from dam.types import FrameRate, MediaKind
from dam.types.handoff import PathMap, Piece, TimelineFormat, TimelineWish
from tests.nle.cases import STEREO

WISH = TimelineWish(name="Cut")
PIECE = Piece(
    asset_id=1,
    unit_id=None,
    kind=MediaKind.VIDEO,
    path=Path("/srv/media/a.mov"),
    offline=False,
    start_ms=0,
    end_ms=0,
    duration_ms=4000,
    frame_rate=FrameRate(numerator=25, denominator=1),
    audio_tracks=(STEREO,),
)


@pytest.mark.parametrize(
    ("path", "here", "mapped", "shown", "url"),
    [
        ("/srv/media/a b.mov", "/srv/media", "/Volumes/M", "/Volumes/M/a b.mov", "file:///Volumes/M/a%20b.mov"),
        ("/srv/media/a.mov", "/srv/media/", "Z:\\M", "Z:\\M\\a.mov", "file:///Z:/M/a.mov"),
        ("/srv/media/x/a.mov", "/srv/media", "\\\\nas\\m", "\\\\nas\\m\\x\\a.mov", "file://nas/m/x/a.mov"),
        ("/srv/media2/a.mov", "/srv/media", "/V", "/srv/media2/a.mov", "file:///srv/media2/a.mov"),
        ("/srv/media/a#?%.mov", "/", "/V", "/V/srv/media/a#?%.mov", "file:///V/srv/media/a%23%3F%25.mov"),
    ],
)  # fmt: skip
def test_a_path_begins_as_on_the_other_machine(path: str, here: str, mapped: str, shown: str, url: str) -> None:
    found = there(Path(path), PathMap(here=here, there=mapped))
    assert (found, url_of(found)) == (shown, url)


def test_a_name_that_is_no_utf8_keeps_its_bytes() -> None:
    assert unquote_to_bytes(url_of("/x/\udcff\udcfe.mov")) == b"file:///x/\xff\xfe.mov"
    assert plain("\udcff\u202e\x00a\nb") == "\\xffa b"


def test_reels_are_short_and_never_two_files_one() -> None:
    paths = [Path(f"/{name}") for name in ("ä.mov", "a.mov", "日本.mov", "한국.mov", "BL.mov", "x" * 40, "x" * 41)]
    given = reels([*paths, paths[0]])
    assert len(given) == len(set(given.values())) == len(paths)
    assert all(reel.isascii() and reel.isalnum() and len(reel) <= 8 for reel in given.values())
    assert "BL" not in given.values()


def test_a_picture_that_comes_after_the_sound_is_counted_from_itself() -> None:
    late = replace(PIECE, start_ms=1080, end_ms=2080, video_start_ms=80)
    (cut,) = lay_out([late], WISH).cuts
    assert (cut.source_in, cut.source_out, cut.media_length) == (25, 50, 98)


def test_sound_that_is_longer_than_the_picture_adds_no_frames() -> None:
    (cut,) = lay_out([replace(PIECE, video_frames=97)], WISH).cuts
    assert (cut.source_in, cut.source_out, cut.media_length) == (0, 97, 97)


def test_photos_are_left_out_and_said_to_be() -> None:
    photo = replace(PIECE, kind=MediaKind.PHOTO, duration_ms=0)
    made = make_file([photo, PIECE], WISH, TimelineFormat.OTIO)
    assert any("1 of 2 left out" in warning for warning in made.warnings)
    with pytest.raises(HandOffError, match="none of what was chosen"):
        make_file([photo], WISH, TimelineFormat.OTIO)


def test_an_edl_of_a_thousand_cuts_is_refused() -> None:
    with pytest.raises(HandOffError, match="999 events"):
        make_file([PIECE] * 1000, WISH, TimelineFormat.EDL)
    assert make_file([PIECE] * 999, WISH, TimelineFormat.EDL).body.count(b"FROM CLIP NAME") == 999


def test_a_damaged_timecode_counts_from_zero() -> None:
    (cut,) = lay_out([replace(PIECE, timecode="99:99:99:99")], WISH).cuts
    assert cut.media_start == 0


def test_the_file_is_named_so_that_every_system_takes_it() -> None:
    made = make_file([PIECE], TimelineWish(name="../a: <b>?* 日本.."), TimelineFormat.FCPXML)
    assert made.name == "a b 日本.fcpxml"
