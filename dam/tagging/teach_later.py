"""Lessons while somebody waits: a small library is tagged at once by what was said, a large one in the background.

A verdict is learned in some hundredths of a second; going through the stored vectors takes as long as there are many.
One thread does that, one tag after the other, always with what was learned last.
"""

import threading
from time import perf_counter

import structlog
from django.db import DatabaseError, close_old_connections, connection

from dam.catalog.models import TaughtTag
from dam.catalog.readers.taught import count_vectors
from dam.tagging.teach import Taught, apply, as_classifier, lags, learn, picture_space, report

log = structlog.get_logger(__name__)

_AT_ONCE = 12_000  # vectors; a quarter of a second, while the answer shows at once and the next picture is looked at


class Background:
    """Applies classifiers in a thread of its own; a tag asked for twice meanwhile is applied once."""

    def __init__(self) -> None:
        self._wanted: dict[int, str] = {}
        self._working: int | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, tag_id: int, *, space: str) -> None:
        """Have a tag applied soon."""
        with self._lock:
            self._wanted[tag_id] = space
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="taught-tags", daemon=True)
                self._thread.start()

    def busy_with(self, tag_id: int) -> bool:
        """Tell whether a tag is still to be applied."""
        with self._lock:
            return tag_id in self._wanted or self._working == tag_id

    def wait(self, timeout_s: float) -> None:
        """Wait until nothing is asked for (tests)."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                tag_id, space = job
                try:
                    close_old_connections()
                    row = TaughtTag.objects.filter(tag_id=tag_id, space=space).first()
                    if row is not None:
                        apply(tag_id, as_classifier(row), space=space)
                except DatabaseError as error:
                    # Its row still says that it was not applied: the next verdict, or the worker, does it.
                    log.warning("a taught tag could not be applied", tag=tag_id, error=str(error))
        finally:
            connection.close()

    def _next(self) -> tuple[int, str] | None:
        with self._lock:
            self._working = None
            if not self._wanted:
                self._thread = None
                return None
            tag_id = next(iter(self._wanted))
            self._working = tag_id
            return tag_id, self._wanted.pop(tag_id)


background = Background()


def relearn(tag_id: int) -> Taught:
    """Learn a tag from its verdicts, and tag the library by it: now where it is small, else soon."""
    began = perf_counter()
    space = picture_space()
    classifier = learn(tag_id, space=space)
    at_once = count_vectors(space) <= _AT_ONCE
    if classifier is not None and at_once:
        apply(tag_id, classifier, space=space)
    elif classifier is not None:
        background.ask(tag_id, space=space)
    return report(tag_id, space=space, began=began, applied=at_once or classifier is None)


def keep_up(tag_id: int) -> Taught:
    """Return how a tag stands, after learning what was said of it elsewhere: an undo, a review, another pack."""
    began = perf_counter()
    space = picture_space()
    if background.busy_with(tag_id):
        return report(tag_id, space=space, began=began, applied=False)
    row = TaughtTag.objects.filter(tag_id=tag_id, space=space).first()
    return relearn(tag_id) if lags(tag_id, row, space=space) else report(tag_id, space=space, began=began)
