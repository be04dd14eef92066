"""Real speech gives the words that are said; what is no speech gives none."""

from pathlib import Path

import pytest

from dam.engines.speech import sphinx
from dam.ports import Transcriber
from tests.sounds import chords, noise, read_samples, silence

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Transcriber:
    return sphinx.build(tmp_path_factory.mktemp("none"), name="pocketsphinx-en-us", device="cpu")


def test_a_famous_line_can_be_found_by_its_words(starter: Transcriber, real_media: Path) -> None:
    transcript = starter.transcribe(read_samples(real_media / "audio" / "jfk.flac"))
    text = " ".join(segment.text for segment in transcript.segments if not segment.weak)
    assert transcript.language == "en"
    for words in ("what your country can do for you", "you can do for your country"):
        assert words in text
    country = next(word for segment in transcript.segments for word in segment.words if word.text == "country")
    assert 5_000 < country.start_ms < 7_000


def test_two_speakers_are_heard(starter: Transcriber, real_media: Path) -> None:
    transcript = starter.transcribe(read_samples(real_media / "audio" / "two_speakers.wav"))
    text = " ".join(segment.text for segment in transcript.segments)
    assert "vanish behind the curtain on the left" in text


@pytest.mark.parametrize("make", [silence, noise, chords])
def test_what_is_no_speech_gives_no_words(starter: Transcriber, make: object) -> None:
    assert callable(make)
    assert starter.transcribe(make(8.0)).segments == ()


def test_what_was_heard_before_changes_no_words(starter: Transcriber, real_media: Path) -> None:
    speech = read_samples(real_media / "audio" / "jfk.flac")
    first = starter.transcribe(speech)
    starter.transcribe(read_samples(real_media / "audio" / "two_speakers.wav"))
    assert starter.transcribe(speech) == first
