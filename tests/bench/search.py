"""The whole search, words to hits, over the filled catalogue; and what of it is the text encoder."""

import time
from collections.abc import Callable, Iterator

from dam import wiring
from dam.catalog.readers import search as rows
from search import calibrate
from search.parse import parse_query
from search.service import search
from search.vectors.follow import Follower
from search.vectors.query_vectors import query_vector
from tests.bench.fill import captions
from tests.bench.measure import OURS, Report, interleaved, latency_figures
from tests.bench.task import Settings

ENCODER = "its text encoder alone"

_QUERIES = 60  # a round, every one of them new
_NOTES = {OURS: "text encoder, both vector spaces, full text, ranking, the first 60 hits with their paths"}


def measure(settings: Settings) -> Report:
    """Measure one query after another, warm; no text comes twice."""
    embedder = wiring.embedder()
    source = Follower(snapshots=None)
    count = 5 if settings.quick else _QUERIES
    texts = _new_texts()

    def searches() -> list[float]:
        return [
            _milliseconds(lambda text: search(parse_query(text), source=source), next(texts)) for _ in range(count)
        ]

    def encodings() -> list[float]:
        prompts = calibrate.tuning(embedder.info).prompts
        return [_milliseconds(lambda text: query_vector(text, embedder, prompts), next(texts)) for _ in range(count)]

    searches()
    found = interleaved({OURS: searches, ENCODER: encodings}, settings.rounds)
    units = sum(rows.count_units().values())
    vectors = len(source.space(embedder.info.space, embedder.info.dimensions).store)
    what = f"whole search, {units:,} units, {vectors:,} vectors"
    return Report(figures=latency_figures(what, found, notes=_NOTES))


def _new_texts() -> Iterator[str]:
    number = 0
    while True:
        for caption in captions():
            yield f"a picture of a {caption}" if number == 0 else f"{caption} number {number}"
        number += 1


def _milliseconds(ask: Callable[[str], object], text: str) -> float:
    began = time.perf_counter()
    ask(text)
    return (time.perf_counter() - began) * 1000
