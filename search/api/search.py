"""`GET /api/search`: what the search page answers, hit by hit, with the reasons."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Query, Router

from dam.catalog.readers.browse import Tile, tiles_of_units
from dam.catalog.words import MARK_END, MARK_START
from dam.types import Evidence, Hit
from search.answer.answers import Answer, Asked, Group, Sort, answer
from search.answer.arrange import Entry
from search.answer.asked import stated
from search.answer.facets import Facet, facets
from search.api.cursors import Place, read_cursor, write_cursor
from search.api.errors import answers
from search.api.pictures import picture_out
from search.api.search_schemas import (
    ChipOut,
    EvidenceOut,
    FacetOut,
    FacetValueOut,
    GroupOut,
    HitOut,
    Order,
    SearchOut,
    SearchQuery,
    SnippetPart,
)
from search.query.chips import chips

router = Router()

SORTS = {Order.RELEVANCE: Sort.RELEVANCE, Order.DATE: Sort.DATE, Order.BOTH: Sort.BOTH}


@router.get("", response=answers(SearchOut, 400, 503), summary="Search")
def search(request: HttpRequest, query: Query[SearchQuery]) -> Any:
    """Answer a search as its page does; at most 1,000 hits, page by page.

    A page goes on after the last hit of the one before, also where others came in meanwhile.
    """
    asked = Asked(
        text=query.q.strip(),
        kind=query.kind,
        sort=SORTS[query.sort],
        group=Group(query.group.value) if query.group else Group.NONE,
        strict=query.strict or None,
        each=not query.fold,
    )
    place = read_cursor(query.cursor, "search", asked.where)
    found = answer(asked, again=place is not None)
    page = search_out(found, place=place, limit=query.limit, listing="search")
    if query.facets:
        page.facets = [_facet(facet) for facet in facets(found)]
    return page


def search_out(found: Answer, *, place: Place | None, limit: int, listing: str) -> SearchOut:
    """Return a page of an answer, from the place on at which the page before ended."""
    asked, entries = found.asked, found.entries
    start = _start(entries, place)
    end = start + limit
    page = entries[start:end]
    hits = found.presented([entry.hit for entry in page])
    tiles = tiles_of_units(list(hits))
    where = stated(asked.where)
    shown = []
    for at, entry in enumerate(page, start=start):
        unit_id = entry.hit.place.unit_id
        if unit_id in hits and unit_id in tiles:
            hit = hit_out(hits[unit_id], tiles[unit_id])
            hit.behind = [other.place.unit_id for other in entry.behind]
            hit.group = _group(found, at)
            shown.append(hit)
    following = write_cursor(listing, asked.where, [end, page[-1].hit.place.unit_id]) if end < len(entries) else None
    return SearchOut(
        asked=where,
        understood=[
            ChipOut(lead=chip.lead, value=chip.value, negated=chip.negated, without=chip.rest)
            for chip in chips(asked.text)
        ],
        hits=shown,
        good_count=sum(found.counts.values()),
        counts=found.counts,
        searched_units=found.found.searched_units,
        total_units=found.found.total_units,
        pack=found.found.pack,
        took_ms=found.found.took_ms,
        page=f"/?{urlencode(where)}",
        next=following,
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


def _start(entries: Sequence[Entry], place: Place | None) -> int:
    """Return where a page begins: after the last hit that was given, else at its place in the answer of then."""
    if place is None:
        return 0
    position, last = int(place[0] or 0), place[1]
    after = [at for at, entry in enumerate(entries, start=1) if entry.hit.place.unit_id == last]
    return min(after, key=lambda at: abs(at - position), default=position)


def _group(found: Answer, at: int) -> GroupOut | None:
    section = next((section for section in found.sections if section.start <= at < section.end), None)
    heading = found.by_key.get(section.key) if section else None
    if section is None or heading is None:
        return None
    return GroupOut(key=section.key, title=heading.title or section.key)


def _facet(facet: Facet) -> FacetOut:
    values = [*facet.values, *facet.further]
    return FacetOut(
        name=facet.name,
        title=facet.title,
        values=[FacetValueOut(name=value.name, search=value.text, count=value.count) for value in values],
    )


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
