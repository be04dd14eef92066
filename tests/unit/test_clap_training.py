"""What the sound model is trained and measured by: wear of spectra, batches, recordings and their truth."""

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from dam.engines.sounds.mel import MELS
from dam.engines.sounds.small_words import UNKNOWN
from dam.engines.training.clap_batches import FRAMES, Mixer, SoundCache, known_words
from dam.engines.training.clap_recordings import Recorded, read_recordings
from dam.engines.training.clap_wear import other_take, worn
from dam.engines.training.sounds import RECIPES
from tests.sounds import chords, noise


class MadeCache(SoundCache):
    """Two spectra of each recipe that are no sounds: the bookkeeping is what is tested."""

    def __init__(self) -> None:
        rng = np.random.default_rng(4)
        self.decibels = rng.uniform(-90, -20, (len(RECIPES), 2, FRAMES + 60, MELS)).astype(np.float16)
        self.variants = 2


def test_another_take_and_wear_keep_the_shape_and_stay_finite() -> None:
    power = np.abs(np.random.default_rng(1).normal(0, 1e-4, (FRAMES + 60, MELS))).astype(np.float32)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        taken = other_take(power, rng, frames=FRAMES)
        assert taken.shape == (FRAMES, MELS)
        assert (taken >= 0).all()
        picture = worn(taken, rng, level=bool(seed % 2))
        assert picture.shape == (FRAMES, MELS)
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()


def test_a_batch_asks_each_sound_and_nonsense_is_true_of_none() -> None:
    batch = next(Mixer(MadeCache(), known_words(), np.random.default_rng(2)).batches(1, size=24))
    assert batch.pictures.shape == (24, FRAMES, MELS)
    assert batch.truth.shape == (24, 2 * 24 + 6) == batch.counts.shape
    unknown = (batch.phrases == UNKNOWN).sum(dim=1)
    known = (batch.phrases > UNKNOWN).sum(dim=1)
    assert not batch.truth[:, unknown > known].any()
    assert batch.truth.any(dim=0).float().mean() > 0.6


def test_what_is_recorded_is_true_of_its_concept_and_those_above_and_open_below() -> None:
    dog = Recorded(file="a.wav", key="sound/animals/dog", sound=noise(1.0), drawing=True)
    assert dog.holds("sound/animals/dog")
    assert dog.holds("sound/animals")
    assert not dog.holds("sound/animals/do")
    assert not dog.holds("sound/music")
    assert dog.counts("sound/music")
    assert not dog.counts("sound/animals/dog/puppy")


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="recordings are read with ffmpeg")
def test_recordings_are_read_by_folder_and_half_of_them_measure(tmp_path: Path) -> None:
    folder = tmp_path / "sound.music"
    folder.mkdir()
    for number, sound in enumerate((chords(12.0), chords(3.0), np.zeros(32_000, np.int16))):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(sound.tobytes())
    found = read_recordings(tmp_path, window_s=5.0)
    assert [(one.file, one.drawing, len(one.sound)) for one in found] == [
        ("0.wav", True, 64_000), ("0.wav", True, 64_000), ("0.wav", True, 64_000), ("1.wav", False, 48_000),
    ]  # fmt: skip
    assert {one.key for one in found} == {"sound/music"}
