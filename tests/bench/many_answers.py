"""The whole answer among many vectors: a request for the results page, its text encoder as heavy as `standard`'s."""

import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from unittest.mock import patch

import numpy as np
from django.test import Client

from dam import wiring
from dam.catalog.readers import search as rows
from dam.engines.clip import OpenClipEmbedder
from dam.ports import ModelInfo, Pixels, Vectors
from search.vectors import follow
from search.vectors.follow import follower
from search.warm import set_apart
from tests.bench.fill import captions
from tests.bench.heavy import make_random
from tests.bench.many_fill import MODEL, PICTURES
from tests.bench.measure import OURS, Figure, Report, percentile
from tests.bench.mixture import Mixture
from tests.bench.task import Settings

_REQUESTS = 40  # of each kind, a round
_LEAST = 60  # a p95 of fewer is the slowest two
_LONGEST_S = 120.0  # once there are so many
_FILTERED = ("kind:video {}", "tag:boat {}", "date:2006 {}", "-tag:car {}")


class HeavyTexts:
    """Takes the time of a text tower, and answers with a vector that lies where pictures lie."""

    def __init__(self, folder: Path, mixture: Mixture) -> None:
        self._tower = OpenClipEmbedder(make_random(folder), name="random-vit-b-32-256")
        self._mixture = mixture
        self._rng = np.random.default_rng(9)
        dimensions = mixture.centres.shape[1]
        self.info = ModelInfo(name=MODEL, space=PICTURES, dimensions=dimensions, logit_scale=100.0)

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        """Not needed: the rows are in the catalogue."""
        raise NotImplementedError

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimensions): the tower's own vectors of random weights would all be the same."""
        self._tower.embed_texts(texts)
        clusters = self._rng.choice(len(self._mixture.centres), 1, p=self._mixture.shares)
        return self._mixture.around(np.repeat(clusters, len(texts)), self._rng)


def measure(settings: Settings) -> Report:
    """Ask for pages, warm; no text comes twice."""
    embedder = HeavyTexts(settings.scratch / "weights", Mixture.of(settings.vectors, settings.dimensions))
    texts = _new_texts()
    client = Client(SERVER_NAME="127.0.0.1")
    wanted = max(_REQUESTS * settings.rounds, 0 if settings.quick else _LEAST)
    plain, narrowed, encoder = list[float](), list[float](), list[float]()
    with patch.object(wiring, "embedder", lambda _pack=None: embedder):
        try:
            for _ in range(2):
                _took(client, next(texts))
                for each in _FILTERED:
                    _took(client, each.format(next(texts)))
            set_apart()
            began = time.monotonic()
            while len(plain) < wanted and (len(plain) < _LEAST or time.monotonic() - began < _LONGEST_S):
                plain.append(_took(client, next(texts)))
                narrowed.append(_took(client, _FILTERED[len(narrowed) % len(_FILTERED)].format(next(texts))))
                encoder.append(_encoder(embedder, next(texts)))
        finally:
            follower().stop()
            follow.follower.cache_clear()
    units = sum(rows.count_units().values())
    what = f"whole answer, {units:,} units, {settings.vectors:,} vectors"
    parts = {
        what: (plain, "from the request to the rendered page"),
        f"{what}, filtered": (narrowed, "by kind, by tag, by date, without a tag"),
        "its text encoder alone": (encoder, "ViT-B/32's text tower, random weights, two prompts"),
    }
    figures = tuple(
        Figure(
            what=f"{name}, p{percent}",
            who=OURS,
            value=percentile(took, percent),
            unit="ms",
            note=f"{note}; {len(took)} of them",
        )
        for name, (took, note) in parts.items()
        for percent in (50, 95)
    )
    line = {
        "answers": len(plain) + len(narrowed),
        "answer_p50_ms": round(percentile(plain, 50), 1),
        "answer_p95_ms": round(percentile(plain, 95), 1),
        "answer_filtered_p95_ms": round(percentile(narrowed, 95), 1),
    }
    return Report(figures=figures, line=line)


def _new_texts() -> Iterator[str]:
    for number in count(1):
        for caption in captions():
            yield f"{caption} {number}"


def _took(client: Client, text: str) -> float:
    began = time.perf_counter()
    response = client.get("/", {"q": text})
    took = (time.perf_counter() - began) * 1000
    if response.status_code != 200 or b"tile" not in response.content:
        raise RuntimeError(f"no answer to {text}: {response.status_code}")
    return took


def _encoder(embedder: HeavyTexts, text: str) -> float:
    began = time.perf_counter()
    embedder.embed_texts([text, f"a photo of {text}"])
    return (time.perf_counter() - began) * 1000
