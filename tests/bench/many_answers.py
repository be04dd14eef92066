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
from tests.bench.fill import captions
from tests.bench.heavy import make_random
from tests.bench.many_fill import MODEL, PICTURES
from tests.bench.measure import OURS, Figure, Report, percentile
from tests.bench.mixture import Mixture
from tests.bench.task import Settings

_REQUESTS = 40  # a round
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
    requests = _REQUESTS * settings.rounds
    with patch.object(wiring, "embedder", lambda _pack=None: embedder):
        try:
            for _ in range(3):
                _took(client, next(texts))
                _took(client, _FILTERED[0].format(next(texts)))
            plain = [_took(client, next(texts)) for _ in range(requests)]
            narrowed = [
                _took(client, _FILTERED[number % len(_FILTERED)].format(next(texts))) for number in range(requests)
            ]
            encoder = [_encoder(embedder, next(texts)) for _ in range(requests)]
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
        Figure(what=f"{name}, p{percent}", who=OURS, value=percentile(took, percent), unit="ms", note=note)
        for name, (took, note) in parts.items()
        for percent in (50, 95)
    )
    line = {
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
