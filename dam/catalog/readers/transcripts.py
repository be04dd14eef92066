"""What is said in an asset, line by line, and by whom."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dam.catalog.models import Speech
from dam.types import LineDraft, SpokenWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One spoken line; `speaker` is a name, "" where nobody was named. `edited` where a person wrote it."""

    unit_id: int
    start_ms: int
    end_ms: int
    text: str
    words: tuple[SpokenWord, ...]
    breaks: tuple[int, ...] = ()
    speaker: str = ""
    person_id: int | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContext:
    """A spoken line with the one before and the one after ("" at either end)."""

    line: Line
    before: str
    after: str


def lines_of(asset_id: int) -> list[Line]:
    """Return the spoken lines of an asset in time order; weak ones are never shown."""
    rows = Speech.objects.filter(unit__asset_id=asset_id, weak=False).select_related("unit", "speaker")
    return [_line(row) for row in rows.order_by("unit__start_ms", "unit__position")]


def lines_in_context(unit_ids: Sequence[int]) -> dict[int, LineContext]:
    """Return these clips' lines by unit, each with its neighbours; clips without words are left out."""
    rows = list(Speech.objects.filter(unit_id__in=unit_ids).select_related("unit", "speaker"))
    # Two queries for all: the lines around are found by their place among those of their recordings.
    around: dict[int, list[tuple[int, str]]] = defaultdict(list)
    spoken = Speech.objects.filter(unit__asset_id__in={row.unit.asset_id for row in rows}, weak=False)
    ordered = spoken.order_by("unit__start_ms", "pk").values_list("unit__asset_id", "unit__start_ms", "text")
    for asset_id, start_ms, text in ordered:
        around[asset_id].append((start_ms, text))
    found: dict[int, LineContext] = {}
    for row in rows:
        lines, start_ms = around[row.unit.asset_id], row.unit.start_ms
        before = bisect_left(lines, start_ms, key=lambda line: line[0]) - 1
        after = bisect_right(lines, start_ms, key=lambda line: line[0])
        found[row.pk] = LineContext(
            line=_line(row),
            before=lines[before][1] if before >= 0 else "",
            after=lines[after][1] if after < len(lines) else "",
        )
    return found


def draft_of(row: Speech) -> LineDraft:
    """Return a line (its unit and speaker joined) as it may be changed."""
    line = _line(row)
    return LineDraft(
        unit_id=line.unit_id,
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        text=line.text,
        words=line.words,
        breaks=line.breaks,
        speaker=line.speaker,
        edited=line.edited,
    )


def _line(row: Speech) -> Line:
    return Line(
        unit_id=row.pk,
        start_ms=row.unit.start_ms,
        end_ms=row.unit.end_ms,
        text=row.text,
        words=tuple(
            SpokenWord(text=text, start_ms=start, end_ms=end, probability=probability)
            for text, start, end, probability in row.words
        ),
        breaks=tuple(row.breaks),
        speaker=row.speaker.name if row.speaker else "",
        person_id=row.speaker.person_id if row.speaker else None,
        edited=row.edited,
    )
