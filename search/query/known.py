"""What this library knows by name, as it was a few seconds ago: each search in plain words looks at it."""

import threading
import time

from dam.catalog.lexicon import folded as stem
from dam.catalog.lexicon import recent_lexicon
from dam.catalog.readers.known_names import KnownNames, known_names
from dam.catalog.words import STOP_WORDS, folded
from search.query.understanding import Known

_RECENT_S = 5.0  # a person who was named is known to searches this much later

_lock = threading.Lock()
_read: tuple[float, KnownNames] | None = None


def known() -> Known:
    """Return the names of people and places. Raises database errors."""
    names = _names()
    return Known(people=names.people, places=names.places, ordinary=_is_ordinary)


def place_called(text: str) -> str:
    """Return the place that is called exactly so, or ""."""
    return _names().places.get(folded(text), "")


def forget() -> None:
    """Forget what is remembered (tests: another catalogue knows others)."""
    global _read  # noqa: PLW0603 - the last answer of this process
    _read = None


def _is_ordinary(word: str) -> bool:
    return word in STOP_WORDS or bool(recent_lexicon().by_word.get(stem(word)))


def _names() -> KnownNames:
    global _read  # noqa: PLW0603 - as above
    with _lock:
        if _read is None or time.monotonic() - _read[0] > _RECENT_S:
            _read = time.monotonic(), known_names()
        return _read[1]
