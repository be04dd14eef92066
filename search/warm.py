"""What takes long the first time, done before somebody asks: the model (torch takes ten seconds), names counted."""

import gc
import threading
import time

from django.db import DatabaseError, connection

from dam import wiring
from dam.catalog.readers.browse import vector_count
from dam.catalog.readers.completion import NAMES
from dam.errors import AfterimageError
from search.vectors.follow import follower

_POLL_S = 2.0  # while there is nothing to search yet, loading would only slow the first indexing down


def warm_in_background() -> None:
    """Start a thread that loads the text encoder and the vectors, once there is anything to search."""
    threading.Thread(target=_warm, name="warm", daemon=True).start()


def set_apart() -> None:
    """Let the collector leave alone what is there now: going through the libraries' objects would take a search some
    tens of milliseconds, now and then.
    """
    gc.collect()
    gc.freeze()


def _warm() -> None:
    try:
        while not _anything_to_search():
            time.sleep(_POLL_S)
        embedder = wiring.embedder()
        embedder.embed_texts(["a photo"])
        follower().space(embedder.info.space, embedder.info.dimensions)
        for names in NAMES.values():  # what is completed while typing: counted once before somebody waits for it
            names()
        set_apart()
    except (AfterimageError, DatabaseError):
        return  # the first search will say so, to somebody
    finally:
        connection.close()


def _anything_to_search() -> bool:
    try:
        return vector_count() > 0
    except DatabaseError:  # busy, or a moment before its tables are made
        return False
    finally:
        connection.close()
