"""One behaviour for every object detector: the fake, D-FINE and RT-DETR v2 through the real loading."""

import json
import socket
from pathlib import Path

import numpy as np
import pytest

from dam.engines.objects import SURE, TransformersDetector, build
from dam.engines.seen_fakes import FakeObjectDetector, build_objects
from dam.errors import EngineError, ModelUnavailable
from dam.ports import ObjectDetector, Pixels
from tests.tiny_seen import LABELS, dfine_config, make_detector, rtdetr_config


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("detectors")
    return {
        "d-fine": make_detector(root / "dfine", dfine_config("tiny")),
        "rt-detr-v2": make_detector(root / "rtdetr", rtdetr_config()),
    }


@pytest.fixture(scope="module", params=["fake", "d-fine", "rt-detr-v2"])
def detector(request: pytest.FixtureRequest, folders: dict[str, Path]) -> ObjectDetector:
    if request.param == "fake":
        return FakeObjectDetector()
    return TransformersDetector(folders[request.param], name=request.param, device="cpu", batch=2)


def _pictures() -> list[Pixels]:
    random = np.random.default_rng(3)
    sizes = [(90, 130), (300, 200), (1, 1), (3, 500)]
    coarse = [random.integers(0, 256, (2 + high // 20, 2 + wide // 20, 3), dtype=np.uint8) for high, wide in sizes]
    tile = np.ones((20, 20, 1), dtype=np.uint8)
    return [np.kron(part, tile)[:high, :wide] for part, (high, wide) in zip(coarse, sizes, strict=True)]


def test_things_have_labels_certainties_and_boxes_inside_the_picture(detector: ObjectDetector) -> None:
    found = detector.find_objects(_pictures())
    assert len(found) == len(_pictures())
    assert any(found)
    for things in found:
        assert [thing.certainty for thing in things] == sorted((thing.certainty for thing in things), reverse=True)
        for thing in things:
            assert thing.label == thing.label.strip().lower() != ""
            assert SURE <= thing.certainty <= 1.0
            assert thing.box.area > 0
            assert min(thing.box.x, thing.box.y) >= 0
            assert max(thing.box.x + thing.box.width, thing.box.y + thing.box.height) <= 1.0 + 1e-9


def test_a_picture_has_the_same_things_alone_and_in_a_batch(detector: ObjectDetector) -> None:
    pictures = _pictures()
    for picture, together in zip(pictures, detector.find_objects(pictures), strict=True):
        (alone,) = detector.find_objects([picture])
        assert [thing.label for thing in alone] == [thing.label for thing in together]
        assert np.allclose([thing.certainty for thing in alone], [thing.certainty for thing in together], atol=1e-4)


def test_nothing_in_gives_nothing_out(detector: ObjectDetector) -> None:
    assert detector.find_objects([]) == []


def test_what_is_no_picture_is_refused(detector: ObjectDetector) -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(EngineError):
            detector.find_objects([wrong])


def test_labels_are_the_models_own_in_lower_case(folders: dict[str, Path]) -> None:
    known = {label.lower() for label in LABELS.values()}
    for name, folder in folders.items():
        found = TransformersDetector(folder, name=name, device="cpu", sure=0.0).find_objects(_pictures())
        assert {thing.label for things in found for thing in things} <= known
        assert all(things for things in found)


def test_adapters_are_built_by_their_dotted_paths_without_loading() -> None:
    for make in (build, build_objects):
        made = make(Path("nowhere"), name="a-name", device="cpu")
        assert isinstance(made, ObjectDetector)
        assert made.name == "a-name"


def test_loading_asks_no_network(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert TransformersDetector(folders["d-fine"], name="d", device="cpu").find_objects(_pictures()[:1])


def test_weights_that_are_not_here_are_unavailable(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="absent"):
        TransformersDetector(tmp_path, name="absent", device="cpu").find_objects(_pictures()[:1])
    (tmp_path / "config.json").write_bytes((folders["d-fine"] / "config.json").read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle is never opened")
    with pytest.raises(ModelUnavailable, match="absent"):
        TransformersDetector(tmp_path, name="absent", device="cpu").find_objects(_pictures()[:1])


def _copy(folder: Path, target: Path) -> Path:
    target.mkdir()
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


def test_cut_foreign_and_partial_weights_are_engine_errors(folders: dict[str, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    cut = _copy(folders["d-fine"], tmp_path / "cut")
    weights = cut / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    foreign = _copy(folders["d-fine"], tmp_path / "foreign")
    (foreign / "config.json").write_text(json.dumps({"model_type": "bert"}))
    partial = _copy(folders["d-fine"], tmp_path / "partial")
    tensors = load_file(partial / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if "encoder_input_proj" not in name}
    assert len(kept) < len(tensors)
    save_file(kept, partial / "model.safetensors", metadata={"format": "pt"})
    for folder in (cut, foreign, partial):
        with pytest.raises(EngineError):
            TransformersDetector(folder, name=folder.name, device="cpu").find_objects(_pictures()[:1])


def test_code_beside_the_weights_is_never_run(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = _copy(folders["d-fine"], tmp_path / "coded")
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "evil"
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForObjectDetection": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(EngineError):
        TransformersDetector(folder, name="coded", device="cpu").find_objects(_pictures()[:1])
    assert not (tmp_path / "ran").exists()


def test_numbers_that_are_not_finite_are_an_engine_error(folders: dict[str, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = _copy(folders["d-fine"], tmp_path / "nan")
    tensors = load_file(folder / "model.safetensors")
    broken = {name: tensor * float("nan") if "class_embed" in name else tensor for name, tensor in tensors.items()}
    save_file(broken, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EngineError, match="finite"):
        TransformersDetector(folder, name="nan", device="cpu").find_objects(_pictures()[:1])
