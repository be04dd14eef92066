"""How long the vector part of a query takes: `python -m tests.bench.vectors [ROWS …]`.

Rows of 512 numbers, 600 matches a query (as the search asks for), one query after another on one thread; beside the
plain search, one that only a third of the rows is allowed for.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from dam.ports import Vectors
from dam.vectors.faiss_store import FaissStore

DIMENSIONS = 512
LIMIT = 600
QUERIES = 200
_CHUNK = 10_000


def measure(rows: int) -> dict[str, tuple[float, float]]:
    """Return p50 and p95 in ms of each way to ask a store of `rows` rows."""
    rng = np.random.default_rng(0)
    store = FaissStore(DIMENSIONS)
    for start in range(0, rows, _CHUNK):
        store.add(range(start, min(start + _CHUNK, rows)), _unit(rng, min(_CHUNK, rows - start)))
    queries = _unit(rng, QUERIES)
    third = np.arange(0, rows, 3)
    return {
        "all rows": _percentiles(lambda n: store.search(queries[n : n + 1], limit=LIMIT)),
        "a third allowed": _percentiles(lambda n: store.search(queries[n : n + 1], limit=LIMIT, allowed_ids=third)),
    }


def _percentiles(ask: Callable[[int], object]) -> tuple[float, float]:
    took = []
    for number in range(QUERIES):
        began = time.perf_counter()
        ask(number)
        took.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.percentile(took, [50, 95])
    return float(p50), float(p95)


def _unit(rng: np.random.Generator, n: int) -> Vectors:
    rows = rng.standard_normal((n, DIMENSIONS), dtype=np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def main() -> None:
    """Print a table."""
    table = Table("rows × 512", "asked", "p50 ms", "p95 ms", box=None)
    for rows in [int(word) for word in sys.argv[1:]] or [10_000, 100_000]:
        for asked, (p50, p95) in measure(rows).items():
            table.add_row(f"{rows:,}", asked, f"{p50:.2f}", f"{p95:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
