"""Who is in an asset, for the panel of its page: one line a person, with what was said of it and by whom."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dam.catalog.models import Asset
from dam.catalog.readers import people as reader
from dam.catalog.readers.browse import Picture
from dam.catalog.readers.people import FaceView, PersonView
from dam.types import FaceSource, UnitKind
from search.pages.boxes import boxes_of, face_href
from search.templatetags.people import said_by
from search.views.people import names
from search.views.ways import offered

_FEW_UNKNOWN = 6  # faces of nobody known beyond these are folded away: crowds
_MOST_TIMES = 12  # appearances of one person in one video
_SAME_MS = 1_000  # those that follow each other so soon are shown as one: a cut does not send anybody away


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody in an asset: `sure` 0..1, `said` who says so, `asked` whether only a model does.

    `person_id` is None for a face that is nobody's yet; `times` are [start, end] in ms, none on a photo.
    """

    person_id: int | None
    name: str
    href: str
    crop: Picture | None
    sure: float
    said: str
    asked: bool
    face_ids: tuple[int, ...]
    times: tuple[tuple[int, int], ...]
    offer: PersonView | None


@require_safe
def people_part(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Answer with the list of people alone, as after a change of it."""
    if not Asset.objects.filter(pk=asset_id).exists():
        raise Http404
    return render(request, "asset/_people_part.html", people_context(request, asset_id))


def people_context(request: HttpRequest, asset_id: int) -> dict[str, object]:
    """Return what the list of people and the boxes need."""
    faces = reader.faces_in(asset_id)
    pair = offered(request)
    existing = reader.person(pair[1]) if pair else None
    offers = {pair[0]: existing} if pair and existing else {}
    groups: dict[tuple[int | None, int], list[FaceView]] = {}
    for face in faces:
        groups.setdefault((face.person_id, 0 if face.person_id else face.id), []).append(face)
    present = sorted(
        (_present(group, offers) for group in groups.values()), key=lambda one: (not one.name, -one.sure)
    )
    known = [one for one in present if one.name]
    unknown = [one for one in present if not one.name]
    return {
        "present": [*known, *unknown[:_FEW_UNKNOWN]],
        "crowd": unknown[_FEW_UNKNOWN:],
        "boxes": boxes_of(asset_id, faces),
        "person_names": names() if unknown else [],
    }


def _present(faces: list[FaceView], offers: dict[int, PersonView]) -> Present:
    best = max(faces, key=lambda face: (face.source is not FaceSource.MODEL, face.likeness, face.certainty))
    by_model = best.source is FaceSource.MODEL
    timed = sorted((face.start_ms, face.end_ms) for face in faces if face.unit_kind != UnitKind.PHOTO)
    return Present(
        person_id=best.person_id,
        name=best.person_name,
        href=face_href(best),
        crop=best.crop or next((face.crop for face in faces if face.crop), None),
        sure=(best.likeness if best.person_id else best.certainty) if by_model else 1.0,
        said=said_by(best.source, best.model),
        asked=by_model and bool(best.person_name),
        face_ids=tuple(face.id for face in faces),
        times=tuple(_joined(timed)[:_MOST_TIMES]),
        offer=offers.get(best.person_id or 0),
    )


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start - found[-1][1] <= _SAME_MS:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found
