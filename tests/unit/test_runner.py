"""The runner: it looks by itself, hears a wake-up, survives faults, and stops or gives back."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError

from indexer import runner as module
from indexer.runner import Runner, wake_here

OWNER = "here:1"


class Jobs:
    """The catalogue's jobs, as the runner asks for them."""

    def __init__(self) -> None:
        self.due = threading.Event()
        self.released: list[str] = []
        self.faults: list[Exception] = []

    def any_due(self) -> bool:
        if self.faults:
            raise self.faults.pop()
        return self.due.is_set()

    def release_dead(self) -> int:
        return 0

    def release(self, owner: str) -> int:
        self.released.append(owner)
        return 1


class Work:
    """A pipeline that does one round at a time, until the test lets it end."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self.rounds = threading.Semaphore(0)
        self.let_end = threading.Event()
        self.fault: Exception | None = None

    def run_until_idle(self, stop: threading.Event | None = None) -> dict[str, str]:
        self.jobs.due.clear()
        self.rounds.release()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        self.let_end.wait(10)
        return {}


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    fake = Jobs()
    monkeypatch.setattr(module, "jobs", fake)
    monkeypatch.setattr(module, "close_old_connections", lambda: None)
    monkeypatch.setattr(module, "_AFTER_FAULT_S", 0.01)
    return fake


@pytest.fixture
def start(jobs: Jobs) -> "Callable[[Work], Runner]":
    def go(work: Work) -> Runner:
        runner = Runner(lambda: work, before=lambda: None, owner=OWNER)
        runner.start()
        return runner

    return go


def test_due_work_is_found_without_any_message(jobs: Jobs, start: "Callable[[Work], Runner]") -> None:
    work = Work(jobs)
    work.let_end.set()
    runner = start(work)
    jobs.due.set()
    assert work.rounds.acquire(timeout=10)
    assert runner.stop()


def test_a_wake_up_is_heard_between_two_looks(
    jobs: Jobs, start: "Callable[[Work], Runner]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 3600)
    work = Work(jobs)
    work.let_end.set()
    runner = start(work)
    jobs.due.set()
    wake_here()
    assert work.rounds.acquire(timeout=10)
    assert runner.stop()


@pytest.mark.parametrize("fault", [RuntimeError("a bug of ours"), OperationalError("the database is away")])
def test_a_fault_does_not_end_the_looking(fault: Exception, jobs: Jobs, start: "Callable[[Work], Runner]") -> None:
    work = Work(jobs)
    work.fault = fault
    work.let_end.set()
    jobs.faults.append(OperationalError("away at first"))
    runner = start(work)
    for _ in range(2):
        jobs.due.set()
        wake_here()
        assert work.rounds.acquire(timeout=10)
    assert runner.stop()


def test_a_batch_that_does_not_end_in_time_is_given_back(
    jobs: Jobs, start: "Callable[[Work], Runner]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_STOP_S", 0.05)
    work = Work(jobs)
    runner = start(work)
    jobs.due.set()
    wake_here()
    assert work.rounds.acquire(timeout=10)
    assert not runner.stop()
    assert jobs.released == [OWNER]
    work.let_end.set()
