"""A catalogue of made-up media for tests of the search: rows as the pipeline would write them, and a small model.

The model knows pictures by their captions: a text is the sum of its words' directions, a picture its caption's plus
noise of its own, so a picture lies near the words that describe it and nearer the more of them there are.
"""

import hashlib
from collections.abc import Sequence
from itertools import count

import numpy as np

from dam.catalog import fulltext
from dam.catalog.models import Asset, Embedding, Library, MediaFile, Speech, Tombstone, TranscriptRecord, Unit
from dam.ports import ModelInfo, Pixels, Vectors
from dam.types import FileState, MediaKind, TranscriptSource, UnitKind

DIMENSIONS = 256
PICTURES = "picture:words"
SPEECH = "speech:words"
numbers = count(1)


class Noises:
    """Seeds of what pictures have of their own; begun anew before each test, whatever ran before it."""

    def __init__(self) -> None:
        self._drawn = 0

    def begin(self) -> None:
        self._drawn = 0

    def draw(self) -> int:
        self._drawn += 1
        return self._drawn


noises = Noises()


class WordsEmbedder:
    """Embeds texts as the sum of their words' directions; pictures are given as captions in tests' rows."""

    info = ModelInfo(name="words", space=PICTURES, dimensions=DIMENSIONS, logit_scale=100.0)

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        """Not needed: the rows are written by `embed`."""
        raise NotImplementedError

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, 256) unit vectors."""
        return np.stack([_unit(_words(text)) for text in texts])


def picture_vector(caption: str, *, noise: float = 0.6) -> Vectors:
    """Return (256,): a picture's vector, the same for the same caption only up to noise of its own."""
    own = np.random.default_rng(noises.draw()).standard_normal(DIMENSIONS).astype(np.float32)
    return _unit(_unit(_words(caption)) + noise * _unit(own))


class SmallLibrary:
    """Writes assets with their units, vectors and words."""

    def __init__(self, root: str = "/photos", *, online: bool = True) -> None:
        self.library = Library.objects.create(name=root, root=root, online=online)

    def photo(self, caption: str, *, path: str = "", described: str = "", vector: Vectors | None = None) -> Unit:
        """A photo that shows `caption`; returns its unit."""
        asset = self._asset(MediaKind.PHOTO, path or f"{caption.replace(' ', '-')}-{next(numbers)}.jpg")
        unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
        embed(unit, picture_vector(caption) if vector is None else vector)
        fulltext.index_units([fulltext.TextRow(unit_id=unit.pk, described=described)])
        return unit

    def video(self, captions: Sequence[str], *, path: str = "") -> list[Unit]:
        """A video with a shot of 10 s per caption, two frames each (at 3 s and 7 s of the shot)."""
        asset = self._asset(MediaKind.VIDEO, path or f"video-{next(numbers)}.mp4")
        units = []
        for place, caption in enumerate(captions):
            start = place * 10_000
            unit = Unit.objects.create(
                asset=asset, kind=UnitKind.SHOT, position=place, start_ms=start, end_ms=start + 10_000
            )
            embed(unit, picture_vector("grey blur"), at_ms=start + 3_000)
            embed(unit, picture_vector(caption), at_ms=start + 7_000)
            units.append(unit)
        return units

    def speech(self, lines: Sequence[str], *, path: str = "") -> list[Unit]:
        """A sound file with a clip of 5 s per line, half a second a word."""
        asset = self._asset(MediaKind.AUDIO, path or f"sound-{next(numbers)}.flac")
        record = TranscriptRecord.objects.create(asset=asset, source=TranscriptSource.MODEL, model="m", language="en")
        units = []
        for place, line in enumerate(lines):
            start = place * 5_000
            unit = Unit.objects.create(
                asset=asset, kind=UnitKind.CLIP, position=place + 1, start_ms=start, end_ms=start + 5_000
            )
            timed = [
                [word, start + 500 * at, start + 500 * at + 400, 1.0] for at, word in enumerate(line.split(), start=1)
            ]
            Speech.objects.create(unit=unit, transcript=record, text=line, words=timed)
            fulltext.index_units([fulltext.TextRow(unit_id=unit.pk, spoken=line)])
            embed(unit, WordsEmbedder().embed_texts([line])[0], at_ms=start, space=SPEECH)
            units.append(unit)
        return units

    def _asset(self, kind: MediaKind, path: str) -> Asset:
        asset = Asset.objects.create(fingerprint=f"{next(numbers):064d}", size_bytes=1, kind=kind)
        MediaFile.objects.create(
            library=self.library, asset=asset, raw_path=path.encode(), path=path, state=FileState.PRESENT
        )
        return asset


def embed(unit: Unit, vector: Vectors, *, at_ms: int = 0, space: str = PICTURES) -> Embedding:
    """Write one vector of a unit."""
    return Embedding.objects.create(
        unit=unit, space=space, model="words", at_ms=at_ms, vector=vector.astype("<f2").tobytes()
    )


def forget(embedding: Embedding) -> None:
    """Delete a vector as the writers do, with its tombstone."""
    Tombstone.objects.create(embedding_id=embedding.pk, space=embedding.space)
    embedding.delete()


def _words(text: str) -> Vectors:
    total = np.zeros(DIMENSIONS, dtype=np.float32)
    for word in text.lower().split():
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
        total += np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    return total


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
