"""Places in a hand-made order: numbers with gaps, so that moving a few things writes only those; pure functions."""

STEP = 1_024  # between two neighbours: ten moves into the same place before anything else has to move
_LARGEST = 2**31 - 1  # what an integer column holds on every database


def after(last: int | None, count: int) -> list[int] | None:
    """Return places for `count` things behind the last one (None: there is none); None where numbers run out."""
    first = 0 if last is None else last + STEP
    return [first + STEP * at for at in range(count)] if first + STEP * count <= _LARGEST else None


def between(before: int | None, behind: int | None, count: int) -> list[int] | None:
    """Return places for `count` things between two neighbours, evenly; None where there is no room.

    `before` None: nothing stands before them; `behind` None: nothing stands behind.
    """
    if behind is None:
        return after(before, count)
    if before is None:
        first = behind - STEP * count
        return [first + STEP * at for at in range(count)] if first >= -_LARGEST else None
    room = behind - before
    if room <= count:
        return None
    return [before + room * (at + 1) // (count + 1) for at in range(count)]
