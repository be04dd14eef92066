"""Tags: all of them with their counts, those of an asset or a unit, and what people say of them."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from dam.catalog.readers.asset import first_unit
from dam.catalog.readers.listing import asset_exists, find_unit
from dam.catalog.readers.tags import TagCount, tag_counts, tags_of_asset, tags_of_units
from dam.catalog.writers.tags import ensure_tag, retire_tag
from dam.types import TagKind
from search.api.asset_schemas import TagOut
from search.api.assets import tag_out
from search.api.cursors import read_cursor, write_cursor
from search.api.errors import Refused, answers, missing
from search.api.guard import MAY_WRITE
from search.api.types import Body, BodyFlag, Cursor, Id, Limit, Text
from search.verdicts import give, judge

router = Router()

Word = Annotated[Text, Field(min_length=1, max_length=80)]


class TagCountOut(Schema):
    """A tag with how many units have it."""

    id: int
    name: str
    key: str = Field(description="Its place in the hierarchy, like “nature/sky/sunset”.")
    kind: TagKind
    own: bool = Field(description="Whether it is the user's own word.")
    depth: int = Field(description="0 at the top; a tag lies below the last one before it with a smaller depth.")
    count: int = Field(description="So many units have it.")
    below: int = Field(description="The sum of the counts of all under it.")


class TagPage(Schema):
    """A page of the hierarchy, depth first."""

    tags: list[TagCountOut]
    next: str | None


class TagList(Schema):
    """The tags of an asset or of a unit: people's word first, then by certainty."""

    tags: list[TagOut]


class NewTag(Body):
    """A word."""

    name: Word


class Verdict(Body):
    """What a person says of a tag: true, false, or null to take back what was said."""

    accepted: BodyFlag | None


class ChangedTags(Schema):
    """The tags of a unit after a change; `corrections` undo it."""

    tags: list[TagOut]
    corrections: list[int]


@router.get("tags", response=answers(TagPage, 400), summary="List tags")
def list_all_tags(
    request: HttpRequest,
    unused: Annotated[bool, Field(description="Also those that nothing has yet.")] = False,
    cursor: Cursor = None,
    limit: Limit = 60,
) -> Any:
    """Return the hierarchy of tags depth first, each with its counts."""
    asked = {"unused": unused}
    place = read_cursor(cursor, "tags", asked)
    every = tag_counts(used_only=not unused)
    start = 0
    if place is not None:
        start = next((at for at, tag in enumerate(every, start=1) if tag.tag_id == place[1]), int(place[0] or 0))
    page = every[start : start + limit]
    more = start + limit < len(every)
    return TagPage(
        tags=[_count(tag) for tag in page],
        next=write_cursor("tags", asked, [start + limit, page[-1].tag_id]) if more else None,
    )


@router.post("tags", response=answers(TagCountOut, 400, 415, success=201), auth=MAY_WRITE, summary="Add a word")
def add_tag(request: HttpRequest, body: NewTag) -> Any:
    """Look for a word of the user's own from now on; a word that means a tag already gives that one."""
    tag = ensure_tag(body.name)
    made = next((each for each in tag_counts(used_only=False) if each.tag_id == tag.pk), None)
    if made is None:
        raise missing("tag", tag.pk)
    return Status(201, _count(made))


@router.delete(
    "tags/{tag_id}", response=answers(None, 404, 409, 415, success=204), auth=MAY_WRITE, summary="Remove a word"
)
def remove_tag(request: HttpRequest, tag_id: Id) -> Any:
    """Look for one of the user's own words no longer; what was said of it stays. 409 for any other tag."""
    if not retire_tag(tag_id):
        if not _is_tag(tag_id):
            raise missing("tag", tag_id)
        raise Refused(409, "not_own", "Only words of the user's own can be removed.")
    return Status(204, None)


@router.get("assets/{asset_id}/tags", response=answers(TagList, 404), summary="Tags of an asset")
def list_asset_tags(request: HttpRequest, asset_id: Id) -> Any:
    """Return each tag of an asset once, with the unit in which it is surest."""
    if not asset_exists(asset_id):
        raise missing("asset", asset_id)
    return TagList(tags=[tag_out(view) for view in tags_of_asset(asset_id)])


@router.get("units/{unit_id}/tags", response=answers(TagList, 404), summary="Tags of a unit")
def list_unit_tags(request: HttpRequest, unit_id: Id) -> Any:
    """Return the tags of a photo, a shot or a clip."""
    if find_unit(unit_id) is None:
        raise missing("unit", unit_id)
    return TagList(tags=_of_unit(unit_id))


@router.post(
    "assets/{asset_id}/tags",
    response=answers(ChangedTags, 400, 404, 409, 415),
    auth=MAY_WRITE,
    summary="Tag an asset",
)
def tag_asset(request: HttpRequest, asset_id: Id, body: NewTag) -> Any:
    """Give an asset a tag by its name, at its first unit; a new word becomes one of the user's own."""
    if not asset_exists(asset_id):
        raise missing("asset", asset_id)
    unit_id = first_unit(asset_id)
    if unit_id is None:
        raise Refused(409, "not_read_yet", "This file is still being read: tags can be given once it is.")
    _, correction = give(unit_id, body.name)
    return ChangedTags(tags=[tag_out(view) for view in tags_of_asset(asset_id)], corrections=[correction])


@router.put(
    "units/{unit_id}/tags/{tag_id}",
    response=answers(ChangedTags, 400, 404, 415),
    auth=MAY_WRITE,
    summary="Accept or reject a tag",
)
def judge_tag(request: HttpRequest, unit_id: Id, tag_id: Id, body: Verdict) -> Any:
    """Say that a tag is true of a unit, or is not; a tag that is taught learns from it."""
    if find_unit(unit_id) is None:
        raise missing("unit", unit_id)
    if not _is_tag(tag_id):
        raise missing("tag", tag_id)
    correction = judge([unit_id], tag_id, body.accepted)
    return ChangedTags(tags=_of_unit(unit_id), corrections=[correction])


def _is_tag(tag_id: int) -> bool:
    return any(tag.tag_id == tag_id for tag in tag_counts(used_only=False))


def _of_unit(unit_id: int) -> list[TagOut]:
    return [tag_out(view) for view in tags_of_units([unit_id]).get(unit_id, [])]


def _count(tag: TagCount) -> TagCountOut:
    return TagCountOut(
        id=tag.tag_id,
        name=tag.name,
        key=tag.key,
        kind=tag.kind,
        own=tag.own,
        depth=tag.depth,
        count=tag.count,
        below=tag.below,
    )
