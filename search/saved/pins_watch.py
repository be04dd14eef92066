"""Pinned queries run again by themselves after each change of model, vocabulary or threshold.

It is the web process that looks: it has the index open and the model loaded, and answers what people ask, so its
ranks are those of the pages. A thread beside the one that follows the vectors, so that no run keeps new photos
waiting; of several processes one runs at a time.
"""

import logging
import os
import sys
import threading
from concurrent.futures import Future
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from dam.catalog import jobs
from dam.catalog.writers import pins as writer
from dam.errors import AfterimageError
from dam.types import RunCause
from search.saved import pins
from search.saved.pins import Report
from search.vectors.follow import Follower

_log = logging.getLogger(__name__)

_EVERY_S = 30.0  # a change of models takes minutes, and its run may wait for half of one
_LEASE = timedelta(minutes=15)  # a thousand queries of half a second, with as long a rest after each
_NICENESS = 10


def watch_in_background() -> None:
    """Start the thread that runs pinned queries when that is due; it ends with the process."""
    threading.Thread(target=_watch, name="pins", daemon=True).start()


def run_by_hand(pack: str = "") -> "Future[list[Report]]":
    """Run them now in a thread of their own; with another `pack` by that one, too. Raises what `pins.run` raises."""
    outcome: Future[list[Report]] = Future()
    threading.Thread(target=_by_hand, args=[pack, outcome], name="pins-by-hand", daemon=True).start()
    return outcome


def run_if_due(*, owner: str = "", source: Follower | None = None) -> bool:
    """Run them if something that decides an answer has changed and nobody else does; returns whether they ran.

    Raises AfterimageError, database errors.
    """
    if pins.due() is None:
        return False
    me = owner or jobs.worker_name()
    if not writer.take_turn(me, now=timezone.now(), lease=_LEASE):
        return False
    try:
        cause = pins.due()  # somebody else may have run them just now
        if cause is None:
            return False
        report = pins.run(cause, source=source, pause=source is None)
        _log.info("pinned queries: %d of %d found, %s", report.measures.found, report.measures.queries, cause)
        return True
    finally:
        writer.end_turn(me)


def _watch() -> None:
    _step_back()
    pause = threading.Event()
    while not pause.wait(_EVERY_S):
        try:
            close_old_connections()
            run_if_due()
        except (AfterimageError, DatabaseError) as error:
            # A model that is away, a database that is busy: the next round asks again.
            _log.warning("pinned queries can't be run at the moment: %s", error)
        finally:
            connection.close()


def _by_hand(pack: str, outcome: "Future[list[Report]]") -> None:
    me = f"{jobs.worker_name()}:hand"
    try:
        writer.take_turn(me, now=timezone.now(), lease=_LEASE)
        reports = [pins.run(RunCause.HAND)]
        if pack and pack != reports[0].pack:
            reports.append(pins.run(RunCause.HAND, pack=pack))
        outcome.set_result(reports)
    except (AfterimageError, DatabaseError) as error:
        _log.warning("pinned queries can't be run: %s", error)
        outcome.set_exception(error)
    finally:
        writer.end_turn(me)
        connection.close()


def _step_back() -> None:
    """Let this thread, where the system can do that to one alone, run after those that answer people."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        except OSError as error:
            _log.debug("the thread keeps its priority: %s", error)
