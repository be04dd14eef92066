"""Faces, things and writing of an asset as boxes over its picture: where, when, and what each links to."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.urls import reverse

from dam.catalog.models import Unit
from dam.catalog.readers.people import FaceView
from dam.catalog.readers.seen import objects_in, writing_in
from dam.types import Box, FaceSource, UnitKind
from search.query.tree import typed
from search.templatetags.people import person_query

# Things move: a box is right at its moment, and near enough this long before and after it. The frames that are looked
# at lie a second or more apart; a face that is followed keeps its place longer than a car does.
_AROUND_MS = 700
_AROUND_FACE_MS = 1200
_LONGEST_TEXT = 60  # characters of writing that a label and a search hold


class BoxKind(StrEnum):
    """What a box stands around."""

    FACE = "face"
    OBJECT = "object"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayBox:
    """One box: `x`, `y`, `w`, `h` as shares of the picture, `certainty` in 0..1.

    It is shown from `start_ms` to `end_ms` of the asset; both are None on a photo.
    """

    kind: BoxKind
    label: str
    href: str
    certainty: float
    x: float
    y: float
    w: float
    h: float
    start_ms: int | None
    end_ms: int | None


def boxes_of(asset_id: int, faces: Iterable[FaceView]) -> list[dict[str, object]]:
    """Return the boxes of an asset as its script takes them; `faces` are those of the asset."""
    units = {unit.pk: unit for unit in Unit.objects.filter(asset_id=asset_id)}
    return [asdict(box) for box in [*_faces(faces, units), *_objects(asset_id, units), *_writing(asset_id, units)]]


def face_href(face: FaceView) -> str:
    """Return where a face leads: to everything with that person, or to the same face elsewhere."""
    home = reverse("search:home")
    if face.person_name:
        return f"{home}?{person_query(face.person_name)}"
    return f"{home}?{urlencode({'q': f'face:{face.id}'})}"


def _faces(faces: Iterable[FaceView], units: dict[int, Unit]) -> Iterator[OverlayBox]:
    for face in faces:
        sure = face.likeness if face.source is FaceSource.MODEL and face.person_id else face.certainty
        span = (max(face.start_ms, face.at_ms - _AROUND_FACE_MS), min(face.end_ms, face.at_ms + _AROUND_FACE_MS))
        times = _times(units.get(face.unit_id), span)
        yield _box(BoxKind.FACE, face.person_name or "Who is this?", face_href(face), sure, face.box, times)


def _objects(asset_id: int, units: dict[int, Unit]) -> Iterator[OverlayBox]:
    for thing in objects_in(asset_id):
        href = f"{reverse('search:home')}?{urlencode({'q': typed('objects', thing.label)})}"
        times = _times(units.get(thing.unit_id), (thing.at_ms - _AROUND_MS, thing.at_ms + _AROUND_MS))
        yield _box(BoxKind.OBJECT, thing.label, href, thing.certainty, thing.box, times)


def _writing(asset_id: int, units: dict[int, Unit]) -> Iterator[OverlayBox]:
    for line in writing_in(asset_id):
        words = line.text[:_LONGEST_TEXT]
        href = f"{reverse('search:home')}?{urlencode({'q': typed('text', words)})}"
        times = _times(units.get(line.unit_id), (line.at_ms - _AROUND_MS, line.at_ms + _AROUND_MS))
        yield _box(BoxKind.TEXT, words, href, line.certainty, line.box, times)


def _box(
    kind: BoxKind, label: str, href: str, certainty: float, box: Box, times: tuple[int, int] | None
) -> OverlayBox:
    inside = box.clipped()
    return OverlayBox(
        kind=kind,
        label=label,
        href=href,
        certainty=certainty,
        x=inside.x,
        y=inside.y,
        w=inside.width,
        h=inside.height,
        start_ms=times[0] if times else None,
        end_ms=times[1] if times else None,
    )


def _times(unit: Unit | None, span: tuple[int, int]) -> tuple[int, int] | None:
    if unit is None or unit.kind == UnitKind.PHOTO:
        return None
    return max(unit.start_ms, span[0]), min(unit.end_ms, span[1])
