"""What the shipped model of sounds hears: real speech is speech, made sounds answer to words, nonsense to none."""

from pathlib import Path

import numpy as np
import pytest

from dam.engines import packs
from dam.engines.sounds import starter
from dam.engines.sounds.lines import concept_lines
from dam.engines.sounds.tuning import STARTER
from dam.engines.training.sounds import make_sound, recipe
from dam.ports import Samples, SoundEmbedder, Vectors
from search.calibrate import background, certainties, sound_tuning
from tests.sounds import read_samples, silence

WINDOW = 5 * 16_000


@pytest.fixture(scope="module")
def embedder() -> SoundEmbedder:
    return starter.build(Path(packs.__file__).parent / "starter" / "clap", name=STARTER, device="cpu")


def _windows(sound: Samples) -> list[Samples]:
    return [sound[at : at + WINDOW] for at in range(0, len(sound) - WINDOW // 2, WINDOW)]


def _tags(embedder: SoundEmbedder, vectors: Vectors) -> list[set[str]]:
    """The concepts that reach their line, window by window."""
    lines = concept_lines(embedder.info)
    assert lines is not None
    odds = {}
    for key, line in lines.items():
        mean = embedder.embed_texts(line.phrases).mean(axis=0)
        odds[key] = vectors @ (mean / np.linalg.norm(mean)) * line.slope + line.offset
    return [{key for key, row in odds.items() if row[window] >= 0} for window in range(len(vectors))]


def _best(embedder: SoundEmbedder, query: str, vectors: Vectors) -> float:
    """How sure the search is of the nearest of them."""
    usual = sound_tuning(embedder.info)
    scores = (embedder.embed_texts([query]) @ vectors.T)[0]
    behind = background(scores, usual)
    return certainties([float(scores.max())], behind, usual, among=len(scores), info=embedder.info)[0]


@pytest.mark.parametrize("file", ["audio/jfk.flac", "audio/two_speakers.wav"])
def test_real_speech_is_speech_and_nothing_else(embedder: SoundEmbedder, real_media: Path, file: str) -> None:
    vectors = embedder.embed_sounds(_windows(read_samples(real_media / file)))
    assert set().union(*_tags(embedder, vectors)) == {"sound/speech"}
    assert _best(embedder, "somebody talking", vectors) > 0.5
    for absent in ("applause", "rain", "a siren", "giraffe"):
        assert _best(embedder, absent, vectors) < 0.3, absent


def test_made_sounds_are_found_by_words_and_nonsense_finds_nothing(embedder: SoundEmbedder) -> None:
    names = ("applause", "rain on roof", "room tone", "speech", "piano", "birds", "church bells", "engine", "wind")
    rng = np.random.default_rng(123_456)
    sounds = embedder.embed_sounds([make_sound(recipe(name), rng, seconds=5.0) for name in names for _ in range(3)])
    for place, query in enumerate((
        "applause", "rain on the roof", "room tone", "speech", "a piano", "birds singing", "church bells",
        "an engine running", "wind",
    )):  # fmt: skip
        scores = (embedder.embed_texts([query]) @ sounds.T)[0]
        assert int(scores.argmax()) // 3 == place, query
        assert _best(embedder, query, sounds) > 0.5, query
    for nonsense in ("giraffe", "zorblat", "a red car at sunset", "quarterly report"):
        assert _best(embedder, nonsense, sounds) < 0.5, nonsense


def test_a_word_is_offered_as_a_tag_only_where_recordings_bore_it_out(embedder: SoundEmbedder) -> None:
    lines = concept_lines(embedder.info)
    assert lines is not None
    assert set(lines) == {"sound/speech", "sound/music", "sound/noise/white-noise", "sound/room-tone"}
    hiss = np.random.default_rng(1).normal(0, 2_000, WINDOW).astype(np.int16)
    quiet = np.random.default_rng(2).normal(0, 20, WINDOW).cumsum() % 60
    tagged = _tags(embedder, embedder.embed_sounds([hiss, quiet.astype(np.int16), silence(5.0)]))
    assert tagged[0] == {"sound/noise/white-noise"}
    assert "sound/music" not in tagged[1] | tagged[2]
