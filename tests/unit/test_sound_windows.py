"""Where a recording is cut for the sound model, what counts as silence, and what the vocabulary of sounds holds."""

import json
from pathlib import Path

import numpy as np
import pytest

from dam.catalog.readers.sounding import SoundingUnit
from dam.engines.sounds.fake import FakeSoundEmbedder
from dam.engines.sounds.lines import concept_lines, read_lines
from dam.engines.sounds.small_words import WordList, words_of
from dam.engines.sounds.tuning import STARTER, sound_tuning
from dam.engines.training.sounds import GROUPS, RECIPES, make_sound, recipe
from dam.errors import EngineError
from dam.ports import ModelInfo
from dam.tagging import sounds as tagging
from indexer.sound import is_silent, windows
from tests.sounds import silence


def _unit(start_ms: int, end_ms: int) -> SoundingUnit:
    return SoundingUnit(unit_id=1, start_ms=start_ms, end_ms=end_ms)


def test_a_long_unit_is_cut_into_equal_windows_none_too_long() -> None:
    cut = windows([_unit(1_000, 26_000)], window_ms=10_000, duration_ms=60_000)
    assert [(one.start_ms, one.end_ms) for one in cut] == [(1_000, 9_333), (9_333, 17_666), (17_666, 26_000)]


def test_windows_never_cross_a_cut_and_end_with_the_sound() -> None:
    cut = windows([_unit(0, 4_000), _unit(4_000, 9_000)], window_ms=10_000, duration_ms=6_000)
    assert [(one.start_ms, one.end_ms) for one in cut] == [(0, 4_000), (4_000, 6_000)]


def test_a_flash_of_a_shot_is_left_out_and_an_unknown_length_is_that_of_the_sound() -> None:
    assert windows([_unit(0, 200)], window_ms=10_000, duration_ms=9_000) == []
    assert windows([_unit(5_000, 9_000)], window_ms=10_000, duration_ms=3_000) == []
    assert [one.end_ms for one in windows([_unit(0, 0)], window_ms=10_000, duration_ms=3_000)] == [3_000]


def test_silence_is_below_seventy_decibels_under_full_scale() -> None:
    wave = np.random.default_rng(1).standard_normal(16_000) * 32_768
    assert is_silent(silence(1.0))
    assert is_silent((wave * 10 ** (-73 / 20)).astype(np.int16))
    assert not is_silent((wave * 10 ** (-66 / 20)).astype(np.int16))
    assert is_silent(np.zeros(0, np.int16))


@pytest.mark.django_db
def test_the_vocabulary_of_sounds_has_its_classes_and_every_made_sound() -> None:
    vocabulary = tagging.load_sound_vocabulary()
    assert len(vocabulary.asked) >= 150
    assert all(key == "sound" or key.startswith("sound/") for key in vocabulary.by_key)
    for key in ("sound/speech", "sound/music", "sound/room-tone", "sound/noise"):
        assert key in vocabulary.by_key
    for entry in RECIPES:
        assert entry.concept in vocabulary.by_key, entry.name
        assert set(entry.groups) <= set(GROUPS)


def test_every_made_sound_is_the_same_from_a_seed_and_another_from_another() -> None:
    for name in ("rain on roof", "dog", "piano", "speech"):
        entry = recipe(name)
        first, again, other = (make_sound(entry, np.random.default_rng(seed), seconds=1.0) for seed in (1, 1, 2))
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)
        assert np.abs(first.astype(np.int32)).max() > 100


def test_words_are_cut_to_what_sounds() -> None:
    assert words_of("The sound of bells ringing") == words_of("a bell rings")
    assert words_of("drumming") == words_of("drums")
    words = WordList(words_of("rain roof"))
    assert words.knows("rain on the roof")
    assert not words.knows("an elephant in the rain")
    assert words.row("zorblat") == words.row("quux") == words.row("")


def test_each_model_has_its_tuning() -> None:
    starter = sound_tuning(ModelInfo(name=STARTER))
    other = sound_tuning(ModelInfo(name="clap-htsat-unfused/laion"))
    assert starter.prompts == ("{}",)
    assert other.centre > starter.centre
    assert concept_lines(FakeSoundEmbedder().info) is None


def test_lines_that_can_not_be_read_are_an_error_in_words(tmp_path: Path) -> None:
    for number, text in enumerate(("", "[]", json.dumps({"sound/rain": {"slope": 1}}))):
        path = tmp_path / f"{number}.json"
        path.write_text(text)
        with pytest.raises(EngineError, match="can't be read"):
            read_lines(path)
