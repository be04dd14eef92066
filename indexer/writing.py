"""The step from previews and keyframes to the lines of writing in them; in a shot each line is kept once."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

import structlog

from dam.catalog.models import StageRun
from dam.catalog.writers.seen import LineAt, record_writing
from dam.types import FoundText
from indexer.pictures import Seen, see
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)

# The same sign in two frames is read a letter differently now and then; its place hardly moves between keyframes.
_ALIKE = 0.8  # of the letters, in order
_SAME_PLACE = 0.3  # of what both boxes cover


def read_writing(runs: Sequence[StageRun], tools: Tools) -> None:
    """Read what is written in the runs' assets (all of one model) and record it."""
    watch = Stopwatch()
    reader = tools.engines.text(runs[0].model)
    whole, seen = see(runs, tools, step=read_writing, engine=reader.read_text)
    if not whole:
        return
    lines = each_once(seen)
    record_writing(whole, lines, model=runs[0].model, took_ms=watch.ms)
    log.info("read", assets=len(whole), pictures=len(seen), lines=len(lines), ms=watch.ms)


def each_once(seen: Iterable[Seen[list[FoundText]]]) -> list[LineAt]:
    """Return the lines by unit, time and place; one that stands in several frames of a unit once, as read best.

    Lines of the same frame all stay, also where they say the same.
    """
    kept: dict[int, list[LineAt]] = {}
    for picture in seen:
        lines = kept.setdefault(picture.unit_id, [])
        earlier = len(lines)  # what this frame adds is not compared with itself
        taken: set[int] = set()
        for line in picture.found:
            here = LineAt(unit_id=picture.unit_id, at_ms=picture.at_ms, line=line)
            place = next((at for at in range(earlier) if at not in taken and _same(lines[at].line, line)), None)
            if place is None:
                lines.append(here)
                continue
            taken.add(place)
            if line.certainty > lines[place].line.certainty:
                lines[place] = here
    return [line for lines in kept.values() for line in sorted(lines, key=lambda each: each.at_ms)]


def _same(one: FoundText, other: FoundText) -> bool:
    first, second = _letters(one.text), _letters(other.text)
    if first == second:
        return True
    if one.box.overlap(other.box) < _SAME_PLACE:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
