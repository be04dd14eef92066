"""Who is in the library: everybody, one person, and the pages that ask before anything is lost."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dam import wiring
from dam.catalog import current, jobs, preferences
from dam.catalog.readers import people as reader
from dam.catalog.readers.people import FaceView, PersonView
from dam.catalog.readers.together import Companion, seen_together
from dam.types import Stage, UnitKind
from search.templatetags.pages import timecode
from search.templatetags.people import person_query, whom
from search.views.ways import number, offered

_UNNAMED_A_PAGE = 240
_FACES_A_PAGE = 200
_FEW_ONCE = 12  # so many faces that were seen only once stand with the others; more are folded away


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A person in the grid, and who is called so already, where a name was given that somebody has."""

    person: PersonView
    offer: PersonView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """A face of a person: where it opens, and its name for screen readers."""

    face: FaceView
    href: str
    label: str
    timed: bool


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show everybody: the named, then those who wait for a name; or, with `hidden`, those who are hidden."""
    query, hidden = request.GET.get("q", "").strip()[:200], request.GET.get("hidden") == "1"
    offers = _offers(request)
    named = [tile_of(person, offers) for person in reader.people(named=True, hidden=hidden, query=query)]
    several, once, more = ([], [], 0) if query else _unnamed(offers, hidden=hidden, start=0)
    on, left = preferences.is_on(preferences.FACES), jobs.due_count([Stage.FACES])
    begun = bool(current.model_of(Stage.FACES))
    able = begun or wiring.active_pack().faces is not None
    return render(
        request,
        "people/people.html",
        {
            "query": query,
            "hidden": hidden,
            "named": named,
            "several": several,
            "once": once,
            "more": more,
            "names": names(),
            "hidden_count": len(reader.people(hidden=True)),
            "on": on,
            "left": left if on else 0,
            "able": able,
            "soon": on and able and not begun,
        },
    )


@require_safe
def more_people(request: HttpRequest) -> HttpResponse:
    """Answer with the next of those without a name, for endless scroll."""
    start = number(request.GET.get("from", "")) or 0
    hidden = request.GET.get("hidden") == "1"
    several, once, more = _unnamed({}, hidden=hidden, start=start)
    return render(request, "people/_more.html", {"tiles": [*several, *once], "more": more, "hidden": hidden})


@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person: who it is, with whom, and every appearance."""
    found = person_or_404(person_id)
    faces, more = _appearances(found, start=0)
    return render(
        request,
        "people/person.html",
        {
            "person": found,
            "offer": _offers(request).get(person_id),
            "faces": faces,
            "more": more,
            "names": names(),
            "together": _together(found),
            "everything": f"{reverse('search:home')}?{person_query(found.name)}" if found.name else "",
        },
    )


@require_safe
def more_faces(request: HttpRequest, person_id: int) -> HttpResponse:
    """Answer with the next appearances of a person, for endless scroll."""
    found = person_or_404(person_id)
    faces, more = _appearances(found, start=number(request.GET.get("from", "")) or 0)
    return render(request, "people/_faces.html", {"person": found, "faces": faces, "more": more})


@require_safe
def asking_to_forget(request: HttpRequest, person_id: int) -> HttpResponse:
    """Say exactly what goes when a person is forgotten, and ask for it."""
    return render(request, "people/forget.html", {"person": person_or_404(person_id)})


@require_safe
def asking_to_merge(request: HttpRequest) -> HttpResponse:
    """Ask whose name stays, where several of those chosen have one."""
    wanted = [pk for pk in map(number, request.GET.getlist("person")[:1000]) if pk is not None]
    found = list(reader.people_by_id(wanted).values())
    # Where none has a name there is one to keep all the same: the one who is seen most.
    named = [view for view in found if view.name] or sorted(found, key=lambda view: -view.assets)[:1]
    if len(found) < 2:
        raise Http404
    return render(request, "people/merge.html", {"chosen": found, "named": named})


@require_safe
def asking_to_stop(request: HttpRequest) -> HttpResponse:
    """Say what is deleted when faces are not looked for any more, and ask for it."""
    listed = len(reader.people()) + len(reader.people(hidden=True))
    return render(request, "people/stop.html", {"faces": reader.count_faces(), "people": listed})


def person_or_404(person_id: int) -> PersonView:
    """Return a person. Raises Http404."""
    found = reader.person(person_id)
    if found is None:
        raise Http404
    return found


def names() -> list[str]:
    """Return every name, for completion while one is typed."""
    return [view.name for view in [*reader.people(named=True), *reader.people(named=True, hidden=True)]]


def tile_of(view: PersonView, offers: dict[int, PersonView]) -> Tile:
    """Return a person's tile with its offer to merge."""
    return Tile(person=view, offer=offers.get(view.id))


def _offers(request: HttpRequest) -> dict[int, PersonView]:
    pair = offered(request)
    existing = reader.person(pair[1]) if pair else None
    return {pair[0]: existing} if pair and existing else {}


def _unnamed(offers: dict[int, PersonView], *, hidden: bool, start: int) -> tuple[list[Tile], list[Tile], int]:
    """Return those without a name: seen several times, seen once, and where the next page begins (0: nowhere)."""
    found = reader.people(named=False, hidden=hidden, limit=_UNNAMED_A_PAGE + 1, offset=start)
    tiles = [tile_of(view, offers) for view in found[:_UNNAMED_A_PAGE]]
    once = [tile for tile in tiles if tile.person.faces < 2]
    if len(once) <= _FEW_ONCE or len(once) == len(tiles):
        once = []
    apart = {tile.person.id for tile in once}
    more = start + _UNNAMED_A_PAGE if len(found) > _UNNAMED_A_PAGE else 0
    return [tile for tile in tiles if tile.person.id not in apart], once, more


def _appearances(view: PersonView, *, start: int) -> tuple[list[Appearance], int]:
    found = reader.faces_of(view.id, limit=_FACES_A_PAGE + 1, offset=start)
    faces = [_appearance(face) for face in found[:_FACES_A_PAGE]]
    return faces, start + _FACES_A_PAGE if len(found) > _FACES_A_PAGE else 0


def _appearance(face: FaceView) -> Appearance:
    timed = face.unit_kind != UnitKind.PHOTO
    address = reverse("search:asset", args=[face.asset_id])
    return Appearance(
        face=face,
        href=f"{address}?t={face.at_ms}" if timed else address,
        label=f"{whom(face.person_name)}, {f'video at {timecode(face.at_ms)}' if timed else 'photo'}",
        timed=timed,
    )


def _together(view: PersonView) -> list[tuple[Companion, str]]:
    """Return those seen with a person, each with the search for the two together."""
    home = reverse("search:home")
    return [
        (other, f"{home}?{person_query(view.name, other.name)}")
        for other in (seen_together(view.id) if view.name else [])
    ]
