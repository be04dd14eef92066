"""Faces of successive frames become appearances: followed by looks and place, never two of a frame in one."""

import numpy as np

from dam.engines.faces.fake import FakeFaceEngine, vector_of
from dam.people.tracks import Frame, Track, follow
from dam.types import Box, FoundFace

INFO = FakeFaceEngine().info


def _face(person: str, *, x: float = 0.1, brightest: int = 255, quality: float = 0.8) -> FoundFace:
    return FoundFace(
        box=Box(x=x, y=0.2, width=0.2, height=0.3),
        certainty=0.9,
        quality=quality,
        vector=vector_of(person, brightest=brightest),
    )


def _follow(*frames: list[FoundFace], end_ms: int = 10_000) -> list[Track]:
    seen = [Frame(at_ms=1000 + 2000 * number, faces=tuple(faces)) for number, faces in enumerate(frames)]
    return follow(seen, unit_id=7, start_ms=0, end_ms=end_ms, info=INFO)


def _spans(tracks: list[Track]) -> list[tuple[int, int]]:
    return [(track.appearance.start_ms, track.appearance.end_ms) for track in tracks]


def test_a_face_in_every_frame_is_there_for_the_whole_shot() -> None:
    (track,) = _follow([_face("red")], [_face("red", x=0.5)], [_face("red", x=0.7)])
    assert _spans([track]) == [(0, 10_000)]
    assert [seen.at_ms for seen in track.appearance.sightings] == [1000, 3000, 5000]


def test_a_face_reaches_half_way_to_frames_without_it() -> None:
    assert _spans(_follow([], [_face("red")], [], [])) == [(2000, 4000)]


def test_two_people_are_two_appearances_even_where_they_change_places() -> None:
    tracks = _follow(
        [_face("red", x=0.1), _face("green", x=0.6)],
        [_face("green", x=0.1), _face("red", x=0.6)],
    )
    assert len(tracks) == 2
    for track in tracks:
        assert abs(float(np.linalg.norm(track.appearance.vector)) - 1.0) < 1e-5
    assert float(tracks[0].appearance.vector @ tracks[1].appearance.vector) < 0.1


def test_two_faces_of_one_frame_are_never_one_appearance() -> None:
    tracks = _follow([_face("red", x=0.1), _face("red", x=0.6)], [_face("red", x=0.1), _face("red", x=0.6)])
    assert len(tracks) == 2
    assert [len({seen.box.x for seen in track.appearance.sightings}) for track in tracks] == [1, 1]


def test_a_face_that_is_out_of_sight_for_a_while_is_the_same_appearance() -> None:
    assert _spans(_follow([_face("red")], [], [_face("red")])) == [(0, 10_000)]


def test_a_face_that_stays_in_its_place_may_look_a_little_different() -> None:
    # A cosine of 0.43: less than "as likely as not" by looks alone.
    assert len(_follow([_face("red")], [_face("red", brightest=72)])) == 1
    assert len(_follow([_face("red")], [_face("red", x=0.7, brightest=72)])) == 2


def test_the_best_moment_stands_for_the_appearance_and_the_good_ones_weigh_more() -> None:
    (track,) = _follow([_face("red", brightest=200, quality=0.1)], [_face("red", quality=0.9)])
    assert (track.frame, track.face) == (1, 0)
    assert (track.appearance.at_ms, track.appearance.quality) == (3000, 0.9)
    assert float(track.appearance.vector @ vector_of("red")) > 0.99


def test_frames_without_faces_give_nothing() -> None:
    assert _follow([], []) == []
