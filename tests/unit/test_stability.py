"""When a file counts as written to its end; the clock is the test's."""

from hypothesis import given
from hypothesis import strategies as st

from dam.types.files import FileStamp
from indexer.stability import FileStabilityTracker, long_unchanged

PATH = b"a.mp4"


def stamp(size: int, mtime_ns: int = 0) -> FileStamp:
    return FileStamp(size_bytes=size, mtime_ns=mtime_ns, inode="1:1")


def test_a_file_that_stays_as_it_is_settles() -> None:
    tracker = FileStabilityTracker(settle_s=1.0)
    tracker.note(PATH, stamp(5), now_s=10.0)
    assert tracker.due(10.9) == []
    assert tracker.next_due_s() == 11.0
    assert tracker.due(11.0) == [PATH]
    assert tracker.confirm(PATH, stamp(5), now_s=11.0)
    assert len(tracker) == 0
    assert tracker.next_due_s() is None


def test_a_growing_file_waits_until_it_has_stopped() -> None:
    tracker = FileStabilityTracker(settle_s=1.0)
    tracker.note(PATH, stamp(1), now_s=0.0)
    for second in range(1, 6):
        assert tracker.due(float(second)) == [PATH]
        assert not tracker.confirm(PATH, stamp(1 + second), now_s=float(second))
    assert tracker.confirm(PATH, stamp(6), now_s=6.0)


def test_a_rewrite_of_the_same_size_begins_anew() -> None:
    tracker = FileStabilityTracker(settle_s=1.0)
    tracker.note(PATH, stamp(5, 1), now_s=0.0)
    assert not tracker.confirm(PATH, stamp(5, 2), now_s=1.0)


def test_seeing_the_same_file_again_does_not_begin_anew() -> None:
    tracker = FileStabilityTracker(settle_s=1.0)
    tracker.note(PATH, stamp(5), now_s=0.0)
    tracker.note(PATH, stamp(5), now_s=0.9)
    assert tracker.due(1.0) == [PATH]


def test_a_file_that_is_gone_is_forgotten() -> None:
    tracker = FileStabilityTracker(settle_s=1.0)
    tracker.note(PATH, stamp(5), now_s=0.0)
    tracker.forget(PATH)
    tracker.forget(b"never seen")
    assert tracker.due(100.0) == []


def test_only_a_file_from_the_past_is_taken_at_once() -> None:
    now_ns = 1_000_000_000_000
    assert long_unchanged(stamp(1, now_ns - 2_000_000_000), now_ns=now_ns, settle_s=1.0)
    assert not long_unchanged(stamp(1, now_ns - 500_000_000), now_ns=now_ns, settle_s=1.0)
    assert not long_unchanged(stamp(1, now_ns + 5_000_000_000), now_ns=now_ns, settle_s=1.0)


@given(
    st.lists(st.tuples(st.floats(min_value=0.01, max_value=3.0), st.integers(0, 3)), min_size=1, max_size=40),
    st.floats(min_value=0.0, max_value=2.0),
)
def test_nothing_settles_before_it_was_the_same_for_the_whole_time(
    sightings: list[tuple[float, int]], settle_s: float
) -> None:
    tracker = FileStabilityTracker(settle_s=settle_s)
    now = 0.0
    last_size, since = -1, 0.0
    for pause, size in sightings:
        now += pause
        if size != last_size:
            last_size, since = size, now
        if PATH in tracker.due(now):
            if tracker.confirm(PATH, stamp(size), now_s=now):
                assert now - since >= settle_s
                since = now
                last_size = -1
        else:
            tracker.note(PATH, stamp(size), now_s=now)
