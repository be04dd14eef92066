"""What to let go of where nothing good was found: each condition with how many hits there are without it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dam.errors import AfterimageError
from search.answer.answers import Answer, answer
from search.answer.asked import Asked
from search.query.chips import chips
from search.rank import STRICTEST, line

_TRIED = 6  # conditions, each a search of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Easing:
    """A search that asks for less: what is let go of in words, and how many good hits it has.

    `without` is the condition (`allowing` for one that leaves out); "" stands for a looser line, or the words alone.
    """

    asked: Asked
    count: int
    without: str = ""
    allowing: bool = False


def takes_searches(asked: Asked) -> bool:
    """Tell whether finding what to let go of takes searches of their own: pages ask for it after they are shown."""
    return any(chip.rest for chip in chips(asked.text))


def easings(found: Answer) -> list[Easing]:
    """Return what leads to good hits, the most first: without each of the conditions, or with a looser line."""
    without = sorted(_without_each(found.asked), key=lambda easing: -easing.count)
    if not without and len(chips(found.asked.text)) > 1 and found.found.query.text:
        without = list(_tried(replace(found.asked, text=found.found.query.text)))
    return [*without, *_looser(found)]


def _without_each(asked: Asked) -> Iterator[Easing]:
    for chip in chips(asked.text)[:_TRIED]:
        if chip.rest:
            words = f"{chip.lead} {chip.value}".strip()
            for easing in _tried(replace(asked, text=chip.rest)):
                yield replace(easing, without=words, allowing=chip.negated)


def _tried(asked: Asked) -> Iterator[Easing]:
    try:
        count = answer(asked).matches
    except AfterimageError:
        return
    if count:
        yield Easing(asked=asked, count=count)


def _looser(found: Answer) -> Iterator[Easing]:
    """Yield the strictest line below this one that has hits: they are known, and only stand below the line."""
    near = [hit.score for entry in found.rest for hit in entry.every]
    for strictness in range(found.asked.strictness - 1, -STRICTEST - 1, -1):
        count = sum(score >= line(strictness) for score in near)
        if count:
            yield Easing(asked=replace(found.asked, strict=strictness), count=count)
            return
