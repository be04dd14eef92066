"""One behaviour for every captioner: the fake, and BLIP through the real loading."""

import socket
from pathlib import Path

import numpy as np
import pytest

from dam.engines.captions import TransformersCaptioner, as_sentence, build
from dam.engines.seen_fakes import FakeCaptioner, build_captions
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Captioner, Pixels
from tests.tiny_seen import WORDS, make_blip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_blip(tmp_path_factory.mktemp("blip"))


@pytest.fixture(scope="module", params=["fake", "blip"])
def captioner(request: pytest.FixtureRequest, folder: Path) -> Captioner:
    if request.param == "fake":
        return FakeCaptioner()
    return TransformersCaptioner(folder, name="blip", device="cpu", batch=2)


def _pictures() -> list[Pixels]:
    random = np.random.default_rng(4)
    red = np.zeros((40, 60, 3), dtype=np.uint8)
    red[..., 0] = 200
    return [red, random.integers(0, 256, (90, 70, 3), dtype=np.uint8), np.zeros((1, 1, 3), dtype=np.uint8)]


def test_each_picture_gets_one_sentence(captioner: Captioner) -> None:
    sentences = captioner.describe(_pictures())
    assert len(sentences) == 3
    for sentence in sentences:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_the_same_picture_gets_the_same_sentence_alone_and_in_a_batch(captioner: Captioner) -> None:
    together = captioner.describe(_pictures())
    assert together == [captioner.describe([picture])[0] for picture in _pictures()]


def test_nothing_in_gives_nothing_out(captioner: Captioner) -> None:
    assert captioner.describe([]) == []


def test_what_is_no_picture_is_refused(captioner: Captioner) -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(EngineError):
            captioner.describe([wrong])


def test_blip_says_words_of_its_vocabulary_only(folder: Path) -> None:
    said = TransformersCaptioner(folder, name="blip", device="cpu").describe(_pictures())
    words = {word for sentence in said for word in sentence.lower().rstrip(".").split()}
    assert words
    assert all(any(word.startswith(known) for known in WORDS) for word in words)


def test_a_sentence_is_one_line_with_one_mark_at_its_end() -> None:
    assert as_sentence("  a dog \n on a boat . ") == "A dog on a boat."
    assert as_sentence(" . ") == ""
    assert as_sentence("Übermut") == "Übermut."


def test_adapters_are_built_by_their_dotted_paths_without_loading() -> None:
    for make in (build, build_captions):
        made = make(Path("nowhere"), name="a-name", device="cpu")
        assert isinstance(made, Captioner)
        assert made.name == "a-name"


def test_loading_asks_no_network(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert TransformersCaptioner(folder, name="c", device="cpu").describe(_pictures()[:1])


def test_absent_and_cut_weights_are_told_apart(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="absent"):
        TransformersCaptioner(tmp_path, name="absent", device="cpu").describe(_pictures()[:1])
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:3000])
    with pytest.raises(EngineError, match="cut"):
        TransformersCaptioner(tmp_path, name="cut", device="cpu").describe(_pictures()[:1])
