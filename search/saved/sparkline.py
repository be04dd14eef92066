"""A small line of ranks or shares over time, as the points of an SVG: pure functions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 96, 24
_EDGE = 3  # so that a line at the top is seen whole
_LAST_RANK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """`lines` are the points of polylines, a gap between two of them; `dots` single (x, y); `text` says the same."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    text: str
    width: int = WIDTH
    height: int = HEIGHT


def of_ranks(ranks: Sequence[int | None]) -> Sparkline:
    """Draw ranks, the oldest first: the first place at the top, by their logarithm; a gap where it was not found."""
    heights = [None if rank is None else math.log(min(rank, _LAST_RANK)) / math.log(_LAST_RANK) for rank in ranks]
    told = ", ".join("not found" if rank is None else str(rank) for rank in ranks)
    return _drawn(heights, f"Ranks, the oldest first: {told}" if ranks else "No ranks yet")


def of_shares(shares: Sequence[float], name: str) -> Sparkline:
    """Draw shares of 0 to 1, the oldest first, 1 at the top."""
    told = ", ".join(f"{share:.2f}" for share in shares)
    return _drawn(
        [1 - share for share in shares], f"{name}, the oldest first: {told}" if shares else f"No {name} yet"
    )


def _drawn(falls: Sequence[float | None], text: str) -> Sparkline:
    step = (WIDTH - 2 * _EDGE) / max(1, len(falls) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for at, fall in enumerate(falls):
        if fall is None:
            runs.append([])
            continue
        runs[-1].append((round(_EDGE + at * step, 1), round(_EDGE + fall * (HEIGHT - 2 * _EDGE), 1)))
    lines = tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1)
    alone = [run[0] for run in runs if len(run) == 1]
    last = [run[-1] for run in runs[-1:] if run]
    return Sparkline(lines=lines, dots=tuple(dict.fromkeys([*alone, *last])), text=text)
