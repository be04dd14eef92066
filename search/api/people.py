"""People: who was found, where they appear, and what is said of them."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from dam.catalog.readers.people import PersonView, faces_after, people_after, person
from dam.people import service
from search.api.asset_schemas import FaceOut
from search.api.assets import face_out
from search.api.cursors import read_cursor, write_cursor
from search.api.errors import answers, missing
from search.api.guard import MAY_WRITE
from search.api.pictures import PictureOut, picture_out
from search.api.types import Body, BodyFlag, BodyId, Cursor, Id, Limit, Text

router = Router()


class PersonOut(Schema):
    """Somebody who appears in the library."""

    id: int
    name: str = Field(description="“” while nobody gave one.")
    hidden: bool
    faces: int = Field(description="Appearances.")
    assets: int = Field(description="Photos and videos.")
    cover: PictureOut | None


class PersonPage(Schema):
    """A page of people."""

    people: list[PersonOut]
    next: str | None


class FacePage(Schema):
    """A page of appearances."""

    faces: list[FaceOut]
    next: str | None


class PersonChange(Body):
    """What is to be changed of a person; what is left out stays."""

    name: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    hidden: BodyFlag | None = None


class Merge(Body):
    """Who is one with the person of the address."""

    people: list[BodyId] = Field(min_length=1, max_length=200)


class ChangedPerson(Schema):
    """A person after a change; `corrections` undo it."""

    person: PersonOut
    corrections: list[int]


@router.get("", response=answers(PersonPage, 400), summary="List people")
def list_all_people(
    request: HttpRequest,
    named: Annotated[bool | None, Field(description="Only those with a name, or only those without.")] = None,
    hidden: Annotated[bool, Field(description="Those who are hidden, instead of the others.")] = False,
    cursor: Cursor = None,
    limit: Limit = 60,
) -> Any:
    """Return people in the order in which they were found first."""
    asked = {"named": named, "hidden": hidden}
    place = read_cursor(cursor, "people", asked)
    rows = people_after(int(place[0] or 0) if place else 0, limit=limit + 1, named=named, hidden=hidden)
    page = rows[:limit]
    return PersonPage(
        people=[_out(view) for view in page],
        next=write_cursor("people", asked, [page[-1].id]) if len(rows) > limit else None,
    )


@router.get("/{person_id}", response=answers(PersonOut, 404), summary="One person")
def get_person(request: HttpRequest, person_id: Id) -> Any:
    """Return one person."""
    return _out(_known(person_id))


@router.get("/{person_id}/faces", response=answers(FacePage, 400, 404), summary="Where a person appears")
def list_faces(request: HttpRequest, person_id: Id, cursor: Cursor = None, limit: Limit = 60) -> Any:
    """Return a person's appearances in photos and videos."""
    _known(person_id)
    listing = f"faces of {person_id}"
    place = read_cursor(cursor, listing, {})
    rows = faces_after(person_id, int(place[0] or 0) if place else 0, limit=limit + 1)
    page = rows[:limit]
    return FacePage(
        faces=[face_out(face) for face in page],
        next=write_cursor(listing, {}, [page[-1].id]) if len(rows) > limit else None,
    )


@router.patch(
    "/{person_id}", response=answers(ChangedPerson, 400, 404, 409, 415), auth=MAY_WRITE, summary="Rename or hide"
)
def change_person(request: HttpRequest, person_id: Id, body: PersonChange) -> Any:
    """Give a person a name, hide them or show them; 409 names who is called so already, to be merged with."""
    _known(person_id)
    corrections = []
    if body.name is not None:
        corrections.append(service.name_person(person_id, body.name))
    if body.hidden is not None:
        corrections.append(service.hide(person_id, hidden=body.hidden))
    return ChangedPerson(person=_out(_known(person_id)), corrections=corrections)


@router.post(
    "/{person_id}/merge", response=answers(ChangedPerson, 400, 404, 415), auth=MAY_WRITE, summary="Merge people"
)
def merge_people(request: HttpRequest, person_id: Id, body: Merge) -> Any:
    """Make these people one with that of the address, whose name stays (or the only name that there is)."""
    for each in [person_id, *body.people]:
        _known(each)
    correction = service.merge(body.people, person_id)
    return ChangedPerson(person=_out(_known(person_id)), corrections=[correction])


def _known(person_id: int) -> PersonView:
    found = person(person_id)
    if found is None:
        raise missing("person", person_id)
    return found


def _out(view: PersonView) -> PersonOut:
    return PersonOut(
        id=view.id,
        name=view.name,
        hidden=view.hidden,
        faces=view.faces,
        assets=view.assets,
        cover=picture_out(view.cover),
    )
