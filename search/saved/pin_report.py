"""The page of pinned queries, put together: ranks now and before, measures over time, two runs side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dam.catalog.readers import pins as reader
from dam.catalog.readers.browse import Tile, tiles_of_assets
from dam.catalog.readers.pins import Pin, Place, Run
from dam.types import RunCause
from search.saved.identity import changed
from search.saved.recall import AT, change, measure
from search.saved.sparkline import Sparkline, of_ranks, of_shares

_RUNS = 40  # shown, and drawn
_CAUSES = {
    RunCause.HAND: "by hand",
    RunCause.PINS: "something was pinned",
    RunCause.MODELS: "the models changed",
    RunCause.VOCABULARY: "the words of the tags changed",
    RunCause.TUNING: "the thresholds changed",
}
_QUIET = {
    "vocabulary": "other words for the tags",
    "tuning": "other thresholds",
}  # their digests tell nobody anything


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRow:
    """A pinned query with where it was found in two runs; `better` is 1, 0 or -1."""

    pin: Pin
    tile: Tile | None
    now: Place | None
    before: Place | None
    better: int
    history: Sparkline


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure of a run, what it was in another (None: there was none), and over time.

    `difference` is over the queries that both runs asked: one that was pinned in between improves nothing.
    """

    name: str
    now: float | None
    before: float | None
    difference: float
    history: Sparkline


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run with its reason in words, what had changed since the one before it, and recall in the order of `AT`."""

    run: Run
    cause: str
    changes: tuple[str, ...]
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All of the page; `runs` are the latest first."""

    rows: tuple[PinRow, ...]
    measures: tuple[MeasureRow, ...]
    runs: tuple[RunRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs side by side, over the queries that both asked; those that got worse or better first."""

    first: RunRow
    second: RunRow
    measures: tuple[MeasureRow, ...]
    rows: tuple[PinRow, ...]
    better: int
    worse: int
    same: int


def overview() -> Overview:
    """Return the pinned queries as the runs by the packs in use found them, and every run."""
    every, listed = reader.pins(), reader.runs(limit=_RUNS)
    ours = [run for run in listed if not run.compared]
    places = reader.places([run.id for run in ours])
    now, before = (places.get(run.id, {}) if run else {} for run in [*ours, None, None][:2])
    timeline = [places.get(run.id, {}) for run in reversed(ours)]
    return Overview(
        rows=_pin_rows(every, before, now, timeline),
        measures=_measures(before, now, latest=ours[0] if ours else None, timeline=ours[::-1]),
        runs=_run_rows(listed),
    )


def comparison(first_id: int, second_id: int) -> Comparison | None:
    """Return two runs side by side, or None where one is gone."""
    first, second = reader.run_by_id(first_id), reader.run_by_id(second_id)
    if first is None or second is None:
        return None
    places = reader.places([first.id, second.id])
    before, now = places.get(first.id, {}), places.get(second.id, {})
    rows = [row for row in _pin_rows(reader.pins(), before, now, []) if row.now and row.before]
    counts = Counter(row.better for row in rows)
    return Comparison(
        first=_run_row(first, None),
        second=_run_row(second, first),
        measures=_measures(before, now),
        rows=tuple(sorted(rows, key=lambda row: row.better or 2)),
        better=counts[1],
        worse=counts[-1],
        same=counts[0],
    )


def _pin_rows(
    every: Sequence[Pin],
    before: Mapping[int, Place],
    now: Mapping[int, Place],
    timeline: Sequence[Mapping[int, Place]],
) -> tuple[PinRow, ...]:
    tiles = {tile.asset_id: tile for tile in tiles_of_assets(list({each.asset_id for each in every}))}
    return tuple(
        PinRow(
            pin=each,
            tile=tiles.get(each.asset_id),
            now=now.get(each.id),
            before=before.get(each.id),
            better=change(before[each.id].rank, now[each.id].rank) if each.id in before and each.id in now else 0,
            history=of_ranks([run[each.id].rank for run in timeline if each.id in run]),
        )
        for each in every
    )


def _measures(
    before: Mapping[int, Place], now: Mapping[int, Place], *, latest: Run | None = None, timeline: Sequence[Run] = ()
) -> tuple[MeasureRow, ...]:
    """Return the measures of two runs over what both asked; with `latest`, its own as they were recorded."""
    both = sorted(before.keys() & now.keys())
    then, since = (measure([places[pin].rank for pin in both]) for places in (before, now))
    named = [(f"Recall@{k}", then.recall[k], since.recall[k]) for k in AT]
    named.append(("MRR", then.mean_reciprocal_rank, since.mean_reciprocal_rank))
    past = [[*(run.recall.get(k, 0.0) for k in AT), run.mean_reciprocal_rank] for run in timeline]
    own = [*(latest.recall.get(k, 0.0) for k in AT), latest.mean_reciprocal_rank] if latest else None
    return tuple(
        MeasureRow(
            name=name,
            now=own[at] if own else after,
            before=earlier if both else None,
            difference=after - earlier,
            history=of_shares([run[at] for run in past], name),
        )
        for at, (name, earlier, after) in enumerate(named)
    )


def _run_rows(listed: Sequence[Run]) -> tuple[RunRow, ...]:
    rows = []
    for at, run in enumerate(listed):
        earlier = next((other for other in listed[at + 1 :] if not other.compared), None)
        rows.append(_run_row(run, earlier))
    return tuple(rows)


def _run_row(run: Run, earlier: Run | None) -> RunRow:
    return RunRow(
        run=run,
        cause="compared with the pack in use" if run.compared else _CAUSES[run.cause],
        changes=tuple(_told(earlier.parts, run.parts)) if earlier else (),
        recall=tuple(run.recall.get(k, 0.0) for k in AT),
    )


def _told(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        _QUIET.get(name) or f"{name}: {before.get(name) or 'none'} → {now.get(name) or 'none'}"
        for name in changed(before, now)
    ]
