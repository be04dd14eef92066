"""From the faces of a unit's frames to its appearances: one track per face that is followed through a shot."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dam.catalog.writers.appearances import Appearance, Sighting
from dam.ports import FaceModelInfo
from dam.types import FoundFace


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What was found in one picture of a unit, at a time of its asset; a photo has one frame."""

    at_ms: int
    faces: tuple[FoundFace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One appearance, and where its best picture is: the n-th face of the n-th frame."""

    appearance: Appearance
    frame: int
    face: int


@dataclass(slots=True)
class _Open:
    """A track that is being followed: (frame, face) numbers."""

    seen: list[tuple[int, int]] = field(default_factory=list)


def follow(frames: Sequence[Frame], *, unit_id: int, start_ms: int, end_ms: int, info: FaceModelInfo) -> list[Track]:
    """Link the faces of successive frames (in time order); two faces of one frame are never one track's.

    A track reaches half way to the frames before and after in which the face is not seen, and to the unit's bounds
    where there is none.
    """
    tracks: list[_Open] = []
    for number, frame in enumerate(frames):
        links = _links(tracks, frames, number, info)
        for place in range(len(frame.faces)):
            track = links.get(place)
            if track is None:
                track = _Open()
                tracks.append(track)
            track.seen.append((number, place))
    return [_closed(track, frames, unit_id=unit_id, start_ms=start_ms, end_ms=end_ms) for track in tracks]


def _links(tracks: Sequence[_Open], frames: Sequence[Frame], number: int, info: FaceModelInfo) -> dict[int, _Open]:
    """Return the track that each face of a frame goes on with, the surest first."""
    wishes = []
    # A face that stays where it was may look a little less alike: a turned head, a shadow.
    leeway = info.sure_cosine - info.same_cosine
    for place, face in enumerate(frames[number].faces):
        for order, track in enumerate(tracks):
            alike = max(float(face.vector @ frames[at].faces[which].vector) for at, which in track.seen)
            last, which = track.seen[-1]
            score = alike + leeway * face.box.overlap(frames[last].faces[which].box)
            if score >= info.same_cosine:
                wishes.append((score, place, order))
    links: dict[int, _Open] = {}
    taken: set[int] = set()
    for _, place, order in sorted(wishes, key=lambda wish: (-wish[0], wish[1], wish[2])):
        if place not in links and order not in taken:
            links[place] = tracks[order]
            taken.add(order)
    return links


def _closed(track: _Open, frames: Sequence[Frame], *, unit_id: int, start_ms: int, end_ms: int) -> Track:
    faces = [frames[at].faces[which] for at, which in track.seen]
    best = max(range(len(faces)), key=lambda place: (faces[place].quality, faces[place].certainty))
    weights = np.array([max(face.quality, 0.01) for face in faces], dtype=np.float32)
    mean = np.stack([face.vector for face in faces]).T @ weights
    length = float(np.linalg.norm(mean))
    first, last = track.seen[0][0], track.seen[-1][0]
    frame, which = track.seen[best]
    appearance = Appearance(
        unit_id=unit_id,
        start_ms=start_ms if first == 0 else (frames[first - 1].at_ms + frames[first].at_ms) // 2,
        end_ms=end_ms if last == len(frames) - 1 else (frames[last].at_ms + frames[last + 1].at_ms) // 2,
        at_ms=frames[frame].at_ms,
        box=faces[best].box.clipped(),
        certainty=max(face.certainty for face in faces),
        quality=faces[best].quality,
        vector=(mean / length if length > 0 else faces[best].vector).astype(np.float32),
        sightings=tuple(
            Sighting(at_ms=frames[at].at_ms, box=face.box) for (at, _), face in zip(track.seen, faces, strict=True)
        ),
    )
    return Track(appearance=appearance, frame=frame, face=which)
