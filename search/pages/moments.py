"""From the timed words of a clip to the second in which the query is said."""

from collections.abc import Sequence

from dam.catalog import words
from dam.types import Query

_ROOM = 2  # words of a query may stand among as many others


def said_at(timed: Sequence[tuple[str, int]], query: Query) -> int | None:
    """Return the start in ms of a quoted phrase, or of the stretch that holds most of the query's words.

    `timed` are the words said, with their starts. None where none of them is asked for.
    """
    said = [(term.stem, start_ms) for text, start_ms in timed for term in words.terms(words.clean(text))]
    for phrase in query.phrases:
        run = [term.stem for term in words.terms(words.clean(phrase))]
        for place in range(len(said) - len(run) + 1):
            if run and [stem for stem, _ in said[place : place + len(run)]] == run:
                return said[place][1]
    wanted = {term.stem for term in words.telling(list(words.terms(words.clean(query.text))))}
    best, found = 0, None
    for place, (stem, start_ms) in enumerate(said):
        if stem in wanted:
            held = len(wanted & {other for other, _ in said[place : place + _ROOM * len(wanted)]})
            if held > best:
                best, found = held, start_ms
    return found
