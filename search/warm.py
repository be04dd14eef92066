"""A web process that is ready before it is asked: the encoder loads and the index opens behind the first page."""

import logging
import threading

from django.db import DatabaseError, connections

from dam.errors import AfterimageError
from dam.types import Query
from search.service import search

_log = logging.getLogger(__name__)


def warm_up() -> threading.Thread:
    """Search once in a thread of its own; returns the thread."""
    thread = threading.Thread(target=_search_once, name="warm-up", daemon=True)
    thread.start()
    return thread


def _search_once() -> None:
    try:
        search(Query(text="warm"), limit=1)
    except (AfterimageError, DatabaseError) as error:
        # Weights on their way, or a catalogue that is not made yet: the first search will say so, or load them.
        _log.info("not warm yet: %s", error)
    finally:
        connections.close_all()
