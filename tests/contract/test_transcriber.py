"""One behaviour for every transcriber: the fake, pocketsphinx, and both Whispers with random weights."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dam.engines.fakes import FakeTranscriber
from dam.engines.speech import faster, sphinx, whisper_engine
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Transcriber
from tests.sounds import read_samples, silence
from tests.tiny_models import make_faster_whisper, make_whisper

# openai-whisper leaves its vocabulary file open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module", params=["fake", "pocketsphinx", "openai-whisper", "faster-whisper"])
def transcriber(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Transcriber:
    folder = tmp_path_factory.mktemp("speech")
    if request.param == "fake":
        return FakeTranscriber()
    if request.param == "pocketsphinx":
        return sphinx.build(folder, name="pocketsphinx-en-us", device="cpu")
    if request.param == "openai-whisper":
        return whisper_engine.build(make_whisper(folder), name="tiny", device="cpu")
    return faster.build(make_faster_whisper(folder), name="tiny-faster", device="cpu")


def test_silence_gives_no_segments(transcriber: Transcriber) -> None:
    for samples in (silence(3.0), silence(0.0), np.zeros(1, dtype=np.int16)):
        transcript = transcriber.transcribe(samples)
        assert transcript.segments == ()
        assert transcript.model == transcriber.name


def test_words_lie_in_order_inside_their_clips_and_the_sound(transcriber: Transcriber, real_media: Path) -> None:
    speech = read_samples(real_media / "audio" / "jfk.flac")[: 3 * 16_000]
    samples = np.concatenate([silence(2.0), speech])
    transcript = transcriber.transcribe(samples)
    assert transcript.segments
    assert transcript.language
    for before, after in pairwise(transcript.segments):
        assert before.end_ms <= after.start_ms
    for segment in transcript.segments:
        assert 2000 <= segment.start_ms < segment.end_ms <= len(samples) / 16
        assert segment.text
        assert segment.words
        assert segment.words[0].start_ms == segment.start_ms
        for word in segment.words:
            assert word.text == word.text.strip() != ""
            assert segment.start_ms <= word.start_ms <= word.end_ms <= segment.end_ms
            assert 0.0 <= word.probability <= 1.0


def test_progress_rises_to_one(transcriber: Transcriber, real_media: Path) -> None:
    told: list[float] = []
    transcriber.transcribe(read_samples(real_media / "audio" / "jfk.flac")[: 3 * 16_000], on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_model_that_is_not_there_says_so_at_the_first_speech(tmp_path: Path, real_media: Path) -> None:
    speech = read_samples(real_media / "audio" / "jfk.flac")[: 3 * 16_000]
    for engine in (faster, whisper_engine):
        absent = engine.build(tmp_path, name="absent", device="cpu")
        assert absent.name == "absent"
        with pytest.raises(ModelUnavailable, match="absent"):
            absent.transcribe(speech)


def test_a_damaged_model_is_an_error_in_words(tmp_path: Path, real_media: Path) -> None:
    speech = read_samples(real_media / "audio" / "jfk.flac")[: 3 * 16_000]
    (tmp_path / "model.bin").write_bytes(b"\x06\0\0\0nothing")
    (tmp_path / "tiny.pt").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    for engine in (faster, whisper_engine):
        with pytest.raises(EngineError, match="damaged"):
            engine.build(tmp_path, name="damaged", device="cpu").transcribe(speech)
