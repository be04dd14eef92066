"""From ranked units to hits as a page shows them: paths, exact seconds, spoken lines; three queries for a page."""

from collections.abc import Sequence
from dataclasses import replace

from dam.catalog import words
from dam.catalog.readers import search as rows
from dam.types import Evidence, EvidenceSource, Hit, MediaKind, Query, UnitKind
from search.pages.moments import said_at
from search.rank import Ranked

_FIELDS_SHOWN = 2


def present(ranked: Sequence[Ranked], query: Query) -> tuple[Hit, ...]:
    """Return the hits of one page; a unit whose file went away this moment is left out."""
    paths = rows.asset_paths([hit.place.asset_id for hit in ranked], library_id=query.library_id)
    clips = [hit.place.unit_id for hit in ranked if hit.place.unit_kind is UnitKind.CLIP]
    lines = rows.spoken_lines(clips)
    timed = rows.spoken_words(clips)
    return tuple(
        _hit(hit, paths[hit.place.asset_id], lines, said_at(timed.get(hit.place.unit_id, ()), query))
        for hit in ranked
        if hit.place.asset_id in paths
    )


def _hit(ranked: Ranked, path: str, lines: dict[int, str], said_ms: int | None) -> Hit:
    place = ranked.place
    evidence = tuple(_completed(item, lines.get(place.unit_id, ""), said_ms) for item in ranked.evidence)
    best = next((item.at_ms for item in evidence if item.at_ms is not None), place.start_ms)
    still = place.kind is MediaKind.PHOTO
    return Hit(
        unit_id=place.unit_id,
        asset_id=place.asset_id,
        kind=place.kind,
        unit_kind=place.unit_kind,
        path=path,
        start_ms=None if still else place.start_ms,
        end_ms=None if still else place.end_ms,
        best_ms=None if still else best,
        score=ranked.score,
        good=ranked.good,
        evidence=evidence,
    )


def _completed(evidence: Evidence, line: str, said_ms: int | None) -> Evidence:
    """Give words their second, and a line that was found by its meaning its words."""
    if evidence.source is EvidenceSource.SPOKEN_WORDS and said_ms is not None:
        return replace(evidence, at_ms=said_ms)
    if evidence.source is EvidenceSource.SPEECH_VECTOR and not evidence.snippet:
        return replace(evidence, snippet=words.marked_snippet(words.clean(line), ()))
    if evidence.source is EvidenceSource.TEXT:
        return replace(evidence, snippet=_matching_fields(evidence.snippet))
    return evidence


def _matching_fields(snippet: str) -> str:
    """Return the lines of a description in which a word matched: its title, say, without camera and folder."""
    fields = [line.strip() for line in snippet.splitlines() if words.MARK_START in line]
    return " · ".join(fields[:_FIELDS_SHOWN]) or snippet
