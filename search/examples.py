"""Three searches to begin with, each tried first: an example without an answer would be a poor welcome."""

import threading
from collections.abc import Iterable

from dam.catalog.readers.browse import example_words, vector_count
from dam.errors import AfterimageError
from search.service import parse_query, search

_WANTED = 3
_MAX_TRIES = 12
# What the demo library was made to answer; in any other library they are shown only if they find something.
_DEMO = ("red car at sunset", "boat at night", "a lighthouse in the morning")

_lock = threading.Lock()
_known: dict[int, tuple[str, ...]] = {}


def examples() -> tuple[str, ...]:
    """Return up to three searches that have good answers in this library now; remembered until it changes."""
    size = vector_count()
    with _lock:
        if size not in _known:
            _known.clear()
            _known[size] = tuple(_working(size))
        return _known[size]


def _working(size: int) -> Iterable[str]:
    if not size:
        return
    found = 0
    for text in list(dict.fromkeys((*_DEMO, *example_words())))[:_MAX_TRIES]:
        try:
            good = search(parse_query(text), limit=1).good_count
        except AfterimageError:
            return
        if good:
            found += 1
            yield text
        if found == _WANTED:
            return
