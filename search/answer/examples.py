"""Three searches to begin with, each tried first: an example without an answer would be a poor welcome."""

import threading
from collections.abc import Iterable

from dam.catalog.readers.browse import example_words, libraries, vector_count
from dam.config import config
from dam.errors import AfterimageError
from search.service import parse_query, search

_WANTED = 3
_MAX_TRIES = 12
# What the demo library was made to answer; any other library gives its own words.
_DEMO = ("red car at sunset", "boat at night", "a lighthouse in the morning")

_lock = threading.Lock()
_known: dict[int, tuple[str, ...]] = {}


def examples() -> tuple[str, ...]:
    """Return up to three searches that have good answers in this library now.

    Three that were found stay; fewer are looked for again when there are more vectors. The first call loads the
    model: whoever comes meanwhile gets none instead of waiting.
    """
    size = vector_count()
    if not _lock.acquire(blocking=False):
        return ()
    try:
        last = next(iter(_known.values()), ())
        if size not in _known and len(last) < _WANTED:
            _known.clear()
            _known[size] = tuple(_working(size))
        return next(iter(_known.values()), ())
    finally:
        _lock.release()


def _working(size: int) -> Iterable[str]:
    if not size:
        return
    found = 0
    demo = any(library.root == str(config().places.demo) for library in libraries())
    for text in list(dict.fromkeys((*(_DEMO if demo else ()), *example_words())))[:_MAX_TRIES]:
        try:
            good = search(parse_query(text), limit=1).good_count
        except AfterimageError:
            return
        if good:
            found += 1
            yield text
        if found == _WANTED:
            return
