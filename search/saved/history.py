"""The history of searches: kept in the catalogue on this machine alone, for who wants it.

A page that has shown its results for a moment says so by itself, with a POST: looking something up by its address
writes nothing, and words half typed are gone before they could be remembered.
"""

import hashlib
import json
from collections.abc import Mapping

from django.utils import timezone

from dam.catalog import preferences
from dam.catalog.writers import searches as writer
from search.query.wordings import key_of, normalised


def is_kept() -> bool:
    """Tell whether searches are remembered."""
    return preferences.is_on(preferences.HISTORY)


def keep(*, on: bool) -> None:
    """Remember searches from now on, or no longer; what was remembered stays until it is cleared."""
    preferences.switch(preferences.HISTORY, on=on)


def remember(parameters: Mapping[str, str], *, good: int) -> bool:
    """Remember a finished search with its number of good hits; False where none is kept, or nothing was asked."""
    asked = normalised(parameters)
    if not asked.get("q") or not is_kept():
        return False
    writer.remember_search(_digest(asked), asked=asked, good=good, at=timezone.now())
    return True


def forget(search_id: int) -> bool:
    """Forget one search; False where it is gone already."""
    return writer.forget_search(search_id)


def clear() -> int:
    """Forget all of them; returns how many there were."""
    return writer.forget_searches()


def _digest(asked: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(key_of(asked)).encode()).hexdigest()
