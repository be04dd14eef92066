"""`GET /api/search`: what the search page answers, hit by hit, with the reasons."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from dam.catalog.readers.browse import Tile, tiles_of_units
from dam.catalog.words import MARK_END, MARK_START
from dam.types import Evidence, EvidenceSource, Hit, MediaKind, UnitKind
from search.answers import Asked, Sort, answer
from search.api.cursors import read_cursor, write_cursor
from search.api.errors import answers
from search.api.pictures import PictureOut, picture_out
from search.api.types import Cursor, Limit, Text
from search.chips import chips
from search.rank import STRICTEST, Ranked

router = Router()


class Order(StrEnum):
    """The order of the good hits; those that only look similar follow them by relevance."""

    RELEVANCE = "relevance"
    DATE = "date"
    BOTH = "both"


_SORTS = {Order.RELEVANCE: Sort.RELEVANCE, Order.DATE: Sort.DATE, Order.BOTH: Sort.BOTH}


class SnippetPart(Schema):
    """A piece of a snippet; the pieces together are the whole."""

    text: str
    match: bool = Field(description="Whether these words are what was searched for.")


class EvidenceOut(Schema):
    """One reason for a hit."""

    source: EvidenceSource = Field(description="Which part of the search found it.")
    score: float = Field(description="How sure this part is, 0 to 1.")
    at_ms: int | None = Field(description="The moment in the asset; null for a photo, or where there is none.")
    snippet: list[SnippetPart] = Field(description="The words that matched, with those around them; or empty.")


class HitOut(Schema):
    """A photo, a shot or a clip that was found."""

    unit_id: int
    asset_id: int
    kind: MediaKind = Field(description="What the asset is.")
    unit: UnitKind
    name: str
    path: str
    start_ms: int | None = Field(description="Null for a photo.")
    end_ms: int | None = Field(description="Null for a photo; not part of the unit itself.")
    best_ms: int | None = Field(description="The moment that matches best.")
    score: float = Field(description="How sure the whole search is, 0 to 1.")
    good: bool = Field(description="False below the line at which hits end: the rest only looks similar.")
    evidence: list[EvidenceOut]
    picture: PictureOut | None


class ChipOut(Schema):
    """A filter that was understood; `without` is the search without it."""

    lead: str
    value: str
    negated: bool
    without: str


class SearchOut(Schema):
    """A page of hits, and the answer as a whole."""

    asked: dict[str, str] = Field(description="The parameters as they were understood.")
    understood: list[ChipOut]
    hits: list[HitOut] = Field(description="The good ones first, best first.")
    good_count: int = Field(description="So many hits are good, of every kind.")
    counts: dict[UnitKind, int] = Field(description="Good hits by kind, whichever was asked for.")
    searched_units: int = Field(description="So many of `total_units` can be found already.")
    total_units: int
    pack: str
    took_ms: int
    page: str = Field(description="The page on which people see the same.")
    next: str | None


@router.get("", response=answers(SearchOut, 400, 503), summary="Search")
def search(
    request: HttpRequest,
    q: Annotated[
        Text, Field(max_length=2000, description="The search, in the language of the search page: docs/search.md.")
    ],
    kind: Annotated[UnitKind | None, Field(description="Only hits of this kind.")] = None,
    sort: Annotated[Order, Field(description="The order of the good hits.")] = Order.RELEVANCE,
    strict: Annotated[
        int, Field(ge=-STRICTEST, le=STRICTEST, description="How strict: -2 everything near, 2 only what is sure.")
    ] = 0,
    cursor: Cursor = None,
    limit: Limit = 60,
) -> Any:
    """Answer a search as its page does; at most 1,000 hits, page by page.

    A page goes on after the last hit of the one before, also where others came in meanwhile.
    """
    asked = Asked(text=q.strip(), kind=kind, sort=_SORTS[sort], strict=strict or None)
    place = read_cursor(cursor, "search", asked.where)
    found = answer(replace(asked, each=True))
    ranked = [entry.hit for entry in found.entries]
    start = _start(ranked, place)
    hits = found.presented(ranked[start : start + limit])
    tiles = tiles_of_units(list(hits))
    more = start + limit < len(ranked)
    return SearchOut(
        asked={name: value for name, value in asked.where.items() if value},
        understood=[
            ChipOut(lead=chip.lead, value=chip.value, negated=chip.negated, without=chip.rest)
            for chip in chips(asked.text)
        ],
        hits=[hit_out(hit, tiles[unit_id]) for unit_id, hit in hits.items() if unit_id in tiles],
        good_count=sum(found.counts.values()),
        counts=found.counts,
        searched_units=found.found.searched_units,
        total_units=found.found.total_units,
        pack=found.found.pack,
        took_ms=found.found.took_ms,
        page=f"/?{urlencode({name: value for name, value in asked.where.items() if value})}",
        next=write_cursor("search", asked.where, [start + limit, ranked[start + limit - 1].place.unit_id])
        if more
        else None,
    )


def hit_out(hit: Hit, tile: Tile) -> HitOut:
    """Return a hit as it stands in answers."""
    return HitOut(
        unit_id=hit.unit_id,
        asset_id=hit.asset_id,
        kind=hit.kind,
        unit=hit.unit_kind,
        name=tile.name,
        path=hit.path,
        start_ms=hit.start_ms,
        end_ms=hit.end_ms,
        best_ms=hit.best_ms,
        score=round(hit.score, 4),
        good=hit.good,
        evidence=[_evidence(item) for item in sorted(hit.evidence, key=lambda item: -item.score)],
        picture=picture_out(tile.picture),
    )


def _start(ranked: Sequence[Ranked], place: list[int | str | None] | None) -> int:
    """Return where a page begins: after the last hit that was given, else at its place in the answer of then."""
    if place is None:
        return 0
    position, last = place
    after = next((at for at, hit in enumerate(ranked, start=1) if hit.place.unit_id == last), None)
    return after if after is not None else int(position or 0)


def _evidence(item: Evidence) -> EvidenceOut:
    return EvidenceOut(
        source=item.source, score=round(item.score, 4), at_ms=item.at_ms, snippet=snippet_parts(item.snippet)
    )


def snippet_parts(snippet: str) -> list[SnippetPart]:
    """Return a snippet with its marks as pieces."""
    parts: list[SnippetPart] = []
    for piece in snippet.split(MARK_START):
        marked, end, rest = piece.partition(MARK_END)
        found = [(marked, bool(end)), (rest, False)]
        parts += [SnippetPart(text=text, match=match) for text, match in found if text]
    return parts
