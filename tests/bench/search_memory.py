"""What a search process holds per vector: its size before and after it takes the filled catalogue's vectors."""

import gc

from dam import wiring
from dam.catalog.readers import search as rows
from search.service import parse_query, search
from search.vectors.follow import Follower
from tests.bench.measure import OURS, Figure, Report
from tests.bench.resident import now_mb, peak_mb
from tests.bench.task import Settings


def measure(settings: Settings) -> Report:
    """Measure one opening of all spaces."""
    embedder = wiring.embedder()
    embedder.embed_texts(["warm"])
    info = embedder.info
    wiring.vector_store(info.dimensions)  # the library is loaded, and counted before
    _fill_page_cache(info.space)
    gc.collect()
    before = now_mb()
    source = Follower(snapshots=None)
    search(parse_query("red car at sunset"), source=source)
    gc.collect()
    after = now_mb()
    if before is None or after is None:
        return Report(remarks=("memory: this system does not say what a process holds.",))
    spaces = (source.space(info.space, info.dimensions), source.space(f"speech:{info.name}", info.dimensions))
    vectors = sum(len(space.store) for space in spaces)
    note = f"{vectors:,} vectors of {info.dimensions} × fp16 = {2 * info.dimensions} bytes, with ids and columns"
    return Report(
        figures=(
            Figure(
                what="memory: search process, per vector",
                who=OURS,
                value=(after - before) * 1e6 / vectors,
                unit="bytes",
                note=note,
            ),
            Figure(
                what="memory: search process, peak",
                who=OURS,
                value=peak_mb() or 0.0,
                unit="MB",
                note="with the model and the vectors, right after it has read them",
            ),
        )
    )


def _fill_page_cache(space: str) -> None:
    """Read every row once: the database's own cache has a fixed size and belongs to no vector."""
    last = 0
    while some := rows.embeddings_after(space, last, limit=4096):
        last = some[-1].key.id
