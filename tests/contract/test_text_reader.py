"""One behaviour for every reader of writing: the fake, and RapidOCR with the weights in its wheel."""

import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rapidocr
from PIL import Image, ImageDraw, ImageFont

from dam.engines.ocr import RapidTextReader, build
from dam.engines.seen_fakes import FakeTextReader, build_text
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Pixels, TextReader

NAMES = ["fake", "rapidocr"]


@pytest.fixture(scope="module", params=NAMES)
def reader(request: pytest.FixtureRequest) -> TextReader:
    return FakeTextReader() if request.param == "fake" else RapidTextReader(name="rapidocr")


def _sign(text: str = "Harbour 24", *, size: tuple[int, int] = (400, 160)) -> Pixels:
    picture = Image.new("RGB", size, (250, 240, 200))
    ImageDraw.Draw(picture).text((30, 50), text, font=ImageFont.load_default(40), fill=(20, 30, 60))
    return np.asarray(picture)


def test_a_sign_gives_lines_with_boxes_inside_the_picture(reader: TextReader) -> None:
    (lines,) = reader.read_text([_sign()])
    assert lines
    for line in lines:
        assert line.text == line.text.strip() != ""
        assert 0.0 < line.certainty <= 1.0
        assert line.box.area > 0
        assert min(line.box.x, line.box.y) >= 0
        assert max(line.box.x + line.box.width, line.box.y + line.box.height) <= 1.0 + 1e-9


def test_lines_come_in_reading_order(reader: TextReader) -> None:
    (lines,) = reader.read_text([_sign("Harbour\nmaster", size=(400, 240))])
    tops = [line.box.y for line in lines]
    assert len(tops) == 2
    assert tops == sorted(tops)


def test_a_picture_reads_the_same_alone_and_among_others(reader: TextReader) -> None:
    pictures = [_sign("First"), np.full((50, 60, 3), 128, dtype=np.uint8), _sign("Second", size=(300, 140))]
    together = reader.read_text(pictures)
    assert together == [reader.read_text([picture])[0] for picture in pictures]
    assert len(together) == 3


def test_nothing_in_gives_nothing_out_and_grey_has_no_writing(reader: TextReader) -> None:
    assert reader.read_text([]) == []
    assert reader.read_text([np.full((300, 200, 3), 127, dtype=np.uint8)]) == [[]]


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (2048, 40)])
def test_odd_sizes_are_read(reader: TextReader, size: tuple[int, int]) -> None:
    assert reader.read_text([np.full((*size, 3), 90, dtype=np.uint8)]) == [[]]


def test_what_is_no_picture_is_refused(reader: TextReader) -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(EngineError):
            reader.read_text([wrong])


def test_adapters_are_built_by_their_dotted_paths_without_loading() -> None:
    for make in (build, build_text):
        made = make(Path("nowhere"), name="a-name", device="cpu")
        assert isinstance(made, TextReader)
        assert made.name == "a-name"


def test_rapidocr_asks_no_network_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    home = Path(rapidocr.__file__).parent
    before = _files(home)
    assert RapidTextReader(name="r").read_text([_sign()])[0]
    assert _files(home) == before
    said = capfd.readouterr()
    assert said.out + said.err == ""


def test_rapidocr_without_its_weights_is_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rapidocr, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ModelUnavailable, match="PP-OCRv6"):
        RapidTextReader(name="r").read_text([_sign()])


def test_damaged_weights_of_rapidocr_are_an_engine_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for file in (Path(rapidocr.__file__).parent / "models").glob("*.onnx"):
        (tmp_path / "models" / file.name).write_bytes(b"no weights")
    monkeypatch.setattr(rapidocr, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(EngineError, match="r"):
        RapidTextReader(name="r").read_text([_sign()])


def test_a_failing_engine_is_an_engine_error() -> None:
    reader = RapidTextReader(name="r")
    fails: Callable[[Pixels], None] = _Failing()
    reader._engine = fails
    with pytest.raises(EngineError, match="r: no memory"):
        reader.read_text([_sign()])


class _Failing:
    def __call__(self, pixels: Pixels) -> None:
        raise RuntimeError("no memory")


def _files(folder: Path) -> set[tuple[str, int]]:
    return {(str(path), path.stat().st_size) for path in folder.rglob("*") if path.suffix not in {".pyc", ""}}
