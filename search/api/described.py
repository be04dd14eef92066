"""Metadata that people edit: of one asset, of many at once, with its history and with what could be said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from dam.catalog.readers.described import described, history_of
from dam.catalog.readers.listing import asset_exists
from dam.catalog.readers.picked import assets_there
from dam.errors import MetadataError
from dam.metadata.edit import change
from dam.metadata.suggest import suggest_fields, suggest_keywords
from dam.types import Change, ChangeKeywords, EditCause, MetadataField, MetadataValue, SetTo
from search.api.errors import answers, missing
from search.api.guard import MAY_WRITE
from search.api.types import A_NUMBER, Body, BodyId, Id, Text

router = Router()

_MOST_ASSETS = 20_000  # as many as the pages select at once
_Words = list[Text]  # how long each may be is the service's word: an answer of 400 says it
_Stars = Annotated[int, Field(ge=-1, le=5), A_NUMBER]


class DescribedOut(Schema):
    """What is said of an asset, as it holds now."""

    title: str
    description: str
    keywords: list[str] = Field(description="In the user's order; a path in a hierarchy is “Animals|Dog”.")
    creator: str
    copyright: str
    rating: int | None = Field(description="1 to 5, -1 for rejected, or null.")
    label: str
    location: str
    city: str
    state: str
    country: str
    country_code: str


class MetadataChangeIn(Body):
    """Fields to be changed; null or “” clears, what is left out stays. A country brings its code."""

    title: Text | None = None
    description: Text | None = None
    keywords: _Words | None = Field(default=None, description="All of them, in their order.")
    add_keywords: _Words = Field(default=[], description="Each once, at the end.")
    remove_keywords: _Words = []
    creator: Text | None = None
    copyright: Text | None = None
    rating: _Stars | None = Field(default=None, description="0 takes the stars away, -1 rejects.")
    label: Text | None = None
    location: Text | None = None
    city: Text | None = None
    state: Text | None = None
    country: Text | None = None
    country_code: Text | None = None


class ManyChanged(Body):
    """The same change for many assets."""

    assets: Annotated[list[BodyId], Field(min_length=1, description="At most 20,000.")]
    changes: MetadataChangeIn


class ChangedMetadata(Schema):
    """What is said of an asset after a change; `corrections` undo it, and are empty where nothing differed."""

    metadata: DescribedOut
    corrections: list[int]


class ChangedMany(Schema):
    """The correction that undoes a change of many; none where nothing differed. `missing` assets are not there."""

    corrections: list[int]
    missing: list[int]


class FieldChangeOut(Schema):
    """A field before and after."""

    field: MetadataField
    before: str | int | list[str] | None
    after: str | int | list[str] | None


class EditOut(Schema):
    """One edit, as it changed this asset."""

    made_at: datetime
    cause: EditCause
    summary: str
    undone: bool
    correction: int | None = Field(description="What undoes it; null where it is undone.")
    changes: list[FieldChangeOut]


class HistoryOut(Schema):
    """The edits of an asset, the last first; fifty at most."""

    edits: list[EditOut]


class KeywordOffer(Schema):
    """A keyword that could be given."""

    keyword: str
    certainty: float
    own: bool = Field(description="Whether it is a word that the user gives already.")
    why: list[str]


class FieldOffer(Schema):
    """A value for a field that is empty."""

    field: MetadataField
    value: str
    certainty: float
    why: str


class OffersOut(Schema):
    """What could be said: keywords, the user's own first, then by certainty; and values for empty fields."""

    keywords: list[KeywordOffer]
    fields: list[FieldOffer]


@router.patch(
    "assets/{asset_id}/metadata",
    response=answers(ChangedMetadata, 400, 404, 415),
    auth=MAY_WRITE,
    summary="Describe an asset",
)
def describe_asset(request: HttpRequest, asset_id: Id, body: MetadataChangeIn) -> Any:
    """Change what is said of an asset, all or nothing."""
    if not asset_exists(asset_id):
        raise missing("asset", asset_id)
    made = change([asset_id], _changes(body))
    return ChangedMetadata(metadata=_described(asset_id), corrections=[made] if made is not None else [])


@router.post("metadata", response=answers(ChangedMany, 400, 415), auth=MAY_WRITE, summary="Describe many assets")
def describe_assets(request: HttpRequest, body: ManyChanged) -> Any:
    """Change what is said of many assets alike, in one step that is taken back as one."""
    if len(body.assets) > _MOST_ASSETS:
        raise MetadataError(f"{len(body.assets):,} assets are too many at once; {_MOST_ASSETS:,} are the most.")
    there = assets_there(body.assets)
    made = change(there, _changes(body.changes))
    gone = [pk for pk in dict.fromkeys(body.assets) if pk not in there]
    return ChangedMany(corrections=[made] if made is not None else [], missing=gone)


@router.get("assets/{asset_id}/history", response=answers(HistoryOut, 404), summary="What was changed of an asset")
def asset_history(request: HttpRequest, asset_id: Id) -> Any:
    """Return the edits of an asset, each with what it changed."""
    if not asset_exists(asset_id):
        raise missing("asset", asset_id)
    return HistoryOut(
        edits=[
            EditOut(
                made_at=edit.made_at,
                cause=edit.cause,
                summary=edit.summary,
                undone=edit.undone,
                correction=edit.correction_id,
                changes=[FieldChangeOut(field=one.field, before=one.before, after=one.after) for one in edit.changes],
            )
            for edit in history_of(asset_id)
        ]
    )


@router.get(
    "assets/{asset_id}/suggestions", response=answers(OffersOut, 404), summary="What could be said of an asset"
)
def asset_suggestions(request: HttpRequest, asset_id: Id) -> Any:
    """Return keywords and values from tags, things, people, places and speech, with the evidence."""
    if not asset_exists(asset_id):
        raise missing("asset", asset_id)
    return OffersOut(
        keywords=[
            KeywordOffer(keyword=one.word, certainty=round(one.certainty, 4), own=one.own, why=list(one.why))
            for one in suggest_keywords([asset_id])
        ],
        fields=[
            FieldOffer(field=one.field, value=one.value, certainty=one.certainty, why=one.why)
            for one in suggest_fields([asset_id])[asset_id]
        ],
    )


def _changes(body: MetadataChangeIn) -> dict[MetadataField, Change]:
    found: dict[MetadataField, Change] = {
        field: SetTo(getattr(body, field)) for field in MetadataField if field in body.model_fields_set
    }
    if body.add_keywords or body.remove_keywords:
        if MetadataField.KEYWORDS in found:
            raise MetadataError("Keywords: give all of them, or those to add and to remove; not both.")
        found[MetadataField.KEYWORDS] = ChangeKeywords(
            add=tuple(body.add_keywords), remove=tuple(body.remove_keywords)
        )
    return found


def _described(asset_id: int) -> DescribedOut:
    said: dict[MetadataField, MetadataValue] = described([asset_id])[asset_id]
    fields: dict[str, Any] = {field.value: value for field, value in said.items()}
    return DescribedOut(**{**fields, "keywords": _texts(fields["keywords"])})


def _texts(words: Sequence[object]) -> list[str]:
    return [str(word) for word in words]
