"""The vector part of a search among many vectors, beside brute force over the same fp16 rows, query by query."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam import wiring
from dam.catalog.models import Embedding, Unit
from dam.config import config
from dam.ports import ModelInfo, Vectors
from dam.types import UnitKind
from dam.vectors import flat, snapshot
from search import calibrate
from search.vectors.follow import Follower
from search.vectors.index import SpaceIndex
from search.vectors.measuring import LIMIT, Narrowing, measured
from tests.bench.many_fill import MODEL, PICTURES
from tests.bench.measure import OURS, Figure, Report, percentile
from tests.bench.mixture import Mixture
from tests.bench.resident import now_mb
from tests.bench.task import Settings

EXACT = "brute force, fp16"
_K = 10
_QUERIES = 60  # a round
_NEW = 5
_VISIBLE_LIMIT_S = 30.0
_SHARES = {"1%": 0.01, "10%": 0.1, "50%": 0.5}

_Ask = Callable[[Vectors], NDArray[np.int64]]


def measure(settings: Settings) -> Report:
    """Measure a start from the snapshot, memory, queries with and without filters, and a new row."""
    count, dimensions = settings.vectors, settings.dimensions
    folder = config().places.snapshots
    wiring.vector_store(dimensions)  # the library is loaded, and counted before
    Unit.objects.first()
    flat.library()
    gc.collect()
    before = now_mb() or 0.0
    began = time.perf_counter()
    index = SpaceIndex(PICTURES, dimensions, make_store=wiring.vector_store, snapshots=folder)
    index.catch_up()
    start_s = time.perf_counter() - began
    if len(index.store) < count:
        raise RuntimeError(f"{len(index.store)} vectors were read")
    mixture = Mixture.of(count, dimensions)
    sample = index.store.get(index.columns.ids[:: max(1, count // 5_000)].tolist())
    queries = mixture.queries(_QUERIES * settings.rounds, sample)
    del mixture, sample
    for query in queries:
        index.store.search(query[np.newaxis], limit=LIMIT)
    gc.collect()
    held = ((now_mb() or 0.0) - before) * 1e6 / count / dimensions
    found = _asked(index, snapshot.path_of(folder, PICTURES), queries, dimensions)
    visible_ms = _visible(index, dimensions)
    what = f"{count:,} × {dimensions}"
    figures = (
        Figure(what=f"{what}: start from the snapshot", who=OURS, value=start_s, unit="s", note="checked, corrected"),
        Figure(
            what=f"{what}: resident memory",
            who=OURS,
            value=held,
            unit="bytes",
            note=f"per dimension and vector, after {len(queries)} queries; mapped pages count",
        ),
        Figure(
            what=f"{what}: a new row is found after", who=OURS, value=visible_ms, unit="ms", note="the worst of 5"
        ),
    )
    report = Report(
        figures=figures,
        line={
            "start_s": round(start_s, 2),
            "bytes_per_dimension": round(held, 2),
            "visible_ms": round(visible_ms),
        },
    )
    return report.joined(found.report(what))


class _Times:
    """What each contender took and found, query by query."""

    def __init__(self, names: list[str]) -> None:
        self.took: dict[str, list[float]] = {name: [] for name in names}
        self.found: dict[str, list[NDArray[np.int64]]] = {name: [] for name in names}

    def add(self, name: str, ask: _Ask, query: Vectors) -> None:
        """Ask once, timed."""
        began = time.perf_counter()
        ids = ask(query)
        self.took[name].append((time.perf_counter() - began) * 1000)
        self.found[name].append(ids[:_K])

    def recall(self, name: str, exact: str) -> float:
        """Return the share of the ten nearest that were found."""
        pairs = zip(self.found[name], self.found[exact], strict=True)
        return sum(len(np.intersect1d(*pair)) for pair in pairs) / sum(len(each) for each in self.found[exact])

    def report(self, what: str) -> Report:
        """Return p50, p95 and recall of each, and the line's figures."""
        figures: list[Figure] = []
        filtered: dict[str, dict[str, float]] = {}
        for name, exact, asked in _COMPARED:
            ours, theirs = ([percentile(self.took[each], percent) for percent in (50, 95)] for each in (name, exact))
            recall = self.recall(name, exact)
            title = f"{what}: {asked}"
            for place, percent in enumerate(("p50", "p95")):
                figures.append(Figure(what=f"{title}, {percent}", who=OURS, value=ours[place], unit="ms"))
                figures.append(
                    Figure(
                        what=f"{title}, {percent}",
                        who=EXACT,
                        value=theirs[place],
                        unit="ms",
                        beside=theirs[place] / ours[place],
                    )
                )
            figures.append(Figure(what=f"{title}, recall@10", who=OURS, value=recall, unit="", note="1 is all"))
            filtered[name] = {
                "recall_at_10": round(recall, 4),
                "p50_ms": round(ours[0], 2),
                "p95_ms": round(ours[1], 2),
                "exact_p50_ms": round(theirs[0], 2),
            }
        plain = filtered.pop("k=10")
        return Report(figures=tuple(figures), line={**plain, "as_asked": filtered.pop("asked"), "filtered": filtered})


_COMPARED = (
    ("k=10", "exact k=10", "10 nearest"),
    ("asked", "exact asked", f"{LIMIT} nearest and their certainty, as a search asks"),
    *((name, f"exact {name}", f"10 nearest, a filter leaves {name}") for name in _SHARES),
)


def _asked(index: SpaceIndex, path: Path, queries: Vectors, dimensions: int) -> _Times:
    """Ask everybody every query, another one first each time."""
    loaded = snapshot.load(path, space=PICTURES, dimensions=dimensions)
    if loaded is None:
        raise RuntimeError("the snapshot is gone")
    brute, ids = flat.mapped(loaded.flat), loaded.ids
    rng = np.random.default_rng(6)
    allowed = {name: ids[rng.random(len(ids)) < share] for name, share in _SHARES.items()}
    info = ModelInfo(name=MODEL, space=PICTURES, dimensions=dimensions, logit_scale=100.0)
    usual = calibrate.tuning(info)

    def as_asked(query: Vectors) -> NDArray[np.int64]:
        matches, _ = measured(query, index, Narrowing(), usual, info)
        return np.array([match.embedding_id for match in matches], dtype=np.int64)

    contenders: dict[str, _Ask] = {
        "k=10": _ours(index, _K),
        "exact k=10": _exact(brute, ids, _K),
        "asked": as_asked,
        "exact asked": _exact(brute, ids, LIMIT),
    }
    for name, only in allowed.items():
        contenders |= {name: _ours(index, _K, only), f"exact {name}": _exact(brute, ids, _K, only)}
    names = list(contenders)
    times = _Times(names)
    for ask in contenders.values():
        ask(queries[:1])  # warm
    for number in range(len(queries)):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            times.add(name, contenders[name], queries[number : number + 1])
    return times


def _ours(index: SpaceIndex, limit: int, only: NDArray[np.int64] | None = None) -> _Ask:
    def ask(query: Vectors) -> NDArray[np.int64]:
        (matches,) = index.store.search(query, limit=limit, allowed_ids=only)
        return np.array([match.embedding_id for match in matches], dtype=np.int64)

    return ask


def _exact(brute: Any, ids: NDArray[np.int64], limit: int, only: NDArray[np.int64] | None = None) -> _Ask:
    faiss = flat.library()
    bits = None if only is None else np.packbits(np.isin(ids, only), bitorder="little")

    def ask(query: Vectors) -> NDArray[np.int64]:
        selector = None if bits is None else faiss.IDSelectorBitmap(bits)
        parameters = None if selector is None else faiss.SearchParameters(sel=selector)
        places = brute.search(query, limit, params=parameters)[1][0]
        return np.asarray(ids[places[places >= 0]])

    return ask


def _visible(index: SpaceIndex, dimensions: int) -> float:
    """Return after how many milliseconds, at worst, a new row is found while a follower follows."""
    source = Follower(snapshots=None)
    source._spaces[PICTURES] = index
    source.start()
    unit = Unit.objects.filter(kind=UnitKind.PHOTO)[0]
    rng = np.random.default_rng()  # rows that no run before has left
    worst = 0.0
    try:
        for _ in range(_NEW):
            row = rng.standard_normal(dimensions).astype(np.float32)
            row = (row / np.linalg.norm(row)).astype("<f2")
            began = time.perf_counter()
            made = Embedding.objects.create(unit=unit, space=PICTURES, model=MODEL, at_ms=0, vector=row.tobytes())
            while index.store.search(row[np.newaxis], limit=1)[0][0].embedding_id != made.pk:
                if time.perf_counter() - began > _VISIBLE_LIMIT_S:
                    raise RuntimeError("a new row was never found")
                time.sleep(0.01)
            worst = max(worst, (time.perf_counter() - began) * 1000)
    finally:
        source.stop()
    return worst
