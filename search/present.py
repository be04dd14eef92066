"""From ranked units to hits as a page shows them: paths, exact seconds, spoken lines; three queries for a page."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dam.catalog import words
from dam.catalog.readers import search as rows
from dam.types import Evidence, EvidenceSource, Hit, MediaKind, UnitKind
from search.rank import Ranked

_SPOKEN = {EvidenceSource.SPOKEN_WORDS, EvidenceSource.SPEECH_VECTOR}


def present(ranked: Sequence[Ranked], *, asked: str, library_id: int | None = None) -> tuple[Hit, ...]:
    """Return the hits of one page; a unit whose file went away this moment is left out.

    `asked` are the words of the query, to find the second in which they are said.
    """
    paths = rows.asset_paths([hit.place.asset_id for hit in ranked], library_id=library_id)
    clips = [hit.place.unit_id for hit in ranked if hit.place.unit_kind is UnitKind.CLIP]
    lines = rows.spoken_lines(clips)
    timed = rows.spoken_words(clips)
    stems = {term.stem for term in words.telling(list(words.terms(words.clean(asked))))}
    return tuple(
        _hit(hit, paths[hit.place.asset_id], lines, _said_at(timed.get(hit.place.unit_id, ()), stems))
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
    return evidence


def _said_at(timed: Iterable[tuple[str, int]], stems: set[str]) -> int | None:
    return next(
        (start_ms for text, start_ms in timed if any(term.stem in stems for term in words.terms(words.clean(text)))),
        None,
    )
