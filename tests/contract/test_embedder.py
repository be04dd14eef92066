"""One behaviour for every embedder: fakes, the makes of CLIP and SigLIP 2 through the real loading, the starter."""

import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

from dam.engines.clip import OpenClipEmbedder
from dam.engines.fakes import FakeEmbedder
from dam.engines.packs import load_pack
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Embedder, Pixels
from tests.tiny_models import make_clip, make_siglip

SIZES = [(64, 64), (120, 300), (511, 333), (1, 1), (3, 900), (448, 672)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    return {
        "clip": make_clip(root / "clip"),
        "clip-padded": make_clip(root / "padded", resize_mode="longest", precision="bfloat16"),
        "siglip2": make_siglip(root / "siglip2"),
    }


@pytest.fixture(scope="module", params=["fake", "clip", "clip-padded", "siglip2", "starter"])
def embedder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Embedder:
    if request.param == "fake":
        return FakeEmbedder()
    if request.param == "starter":
        model = load_pack("starter").embedder
        assert model.shipped is not None
        return OpenClipEmbedder(model.shipped, name=model.name, device="cpu")
    return OpenClipEmbedder(folders[request.param], name=request.param, device="cpu", batch=4)


def _pictures() -> list[Pixels]:
    random = np.random.default_rng(7)
    pictures = []
    for height, width in SIZES:
        coarse = random.integers(0, 256, (2 + height // 40, 2 + width // 40, 3), dtype=np.uint8)
        pictures.append(np.kron(coarse, np.ones((40, 40, 1), dtype=np.uint8))[:height, :width])
    return pictures


def test_pictures_and_texts_become_unit_vectors_of_one_size(embedder: Embedder) -> None:
    for vectors in (embedder.embed_images(_pictures()), embedder.embed_texts(["a red car", "night"] * 3)):
        assert vectors.shape == (6, embedder.info.dimensions)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


def test_a_picture_has_the_same_vector_alone_and_in_a_batch(embedder: Embedder) -> None:
    together = embedder.embed_images(_pictures())
    alone = np.concatenate([embedder.embed_images([picture]) for picture in _pictures()])
    assert np.allclose(together, alone, atol=1e-4)


def test_texts_keep_their_order_and_repeat(embedder: Embedder) -> None:
    first, second, again = embedder.embed_texts(["a red car", "a blue boat", "a red car"])
    assert np.array_equal(first, again)
    assert not np.allclose(first, second, atol=1e-4)
    assert np.allclose(embedder.embed_texts(["a blue boat"])[0], second, atol=1e-4)


def test_nothing_in_gives_nothing_out(embedder: Embedder) -> None:
    assert embedder.embed_images([]).shape == (0, embedder.info.dimensions)
    assert embedder.embed_texts([]).shape == (0, embedder.info.dimensions)


def test_odd_texts_have_vectors(embedder: Embedder) -> None:
    vectors = embedder.embed_texts(["", "  ", "x" * 5000, "красная машина 🚗", "\x00"])
    assert np.isfinite(vectors).all()


def test_what_is_no_picture_is_refused(embedder: Embedder) -> None:
    for bad in (np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((0, 8, 3), np.uint8)):
        with pytest.raises(EngineError, match="picture"):
            embedder.embed_images([bad])


def test_threads_get_what_one_gets(embedder: Embedder) -> None:
    expected = embedder.embed_images(_pictures()), embedder.embed_texts(["dog", "house"])
    with ThreadPoolExecutor(4) as pool:
        pictures = [pool.submit(embedder.embed_images, _pictures()) for _ in range(4)]
        texts = [pool.submit(embedder.embed_texts, ["dog", "house"]) for _ in range(4)]
        assert all(np.allclose(each.result(), expected[0], atol=1e-4) for each in pictures)
        assert all(np.allclose(each.result(), expected[1], atol=1e-4) for each in texts)


def test_its_space_is_named_after_its_model(embedder: Embedder) -> None:
    assert embedder.info.space == f"picture:{embedder.info.name}"
    assert embedder.info.logit_scale > 1


@pytest.mark.parametrize("name", ["clip", "clip-padded", "siglip2"])
def test_pictures_are_prepared_as_open_clip_does(name: str, folders: dict[str, Path]) -> None:
    import open_clip
    import torch
    from PIL import Image

    pictures = [picture for picture in _pictures() if min(picture.shape[:2]) != 3]  # open_clip itself refuses 3 × 900
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folders[name]}")
    with torch.inference_mode():
        batch = torch.stack([transform(Image.fromarray(picture)) for picture in pictures])
        theirs = model.eval().encode_image(batch, normalize=True).numpy()
    ours = OpenClipEmbedder(folders[name], name=name, device="cpu").embed_images(pictures)
    assert (ours * theirs).sum(axis=1).min() > 0.9999


def test_a_siglip_has_its_scale_and_bias_and_a_clip_no_bias(folders: dict[str, Path]) -> None:
    siglip = OpenClipEmbedder(folders["siglip2"], name="s").info
    assert siglip.logit_bias == -10.0
    assert siglip.logit_scale == pytest.approx(1 / 0.07, rel=1e-3)
    assert OpenClipEmbedder(folders["clip-padded"], name="c").info.logit_bias is None


def test_a_siglip_reads_its_own_tokenizer_and_asks_nobody(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real: Callable[..., object] = socket.getaddrinfo

    def spy(*args: object, **kwargs: object) -> object:
        asked.append(args)
        return real(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", spy)
    embedder = OpenClipEmbedder(folders["siglip2"], name="siglip2", device="cpu")
    shouted, plain = embedder.embed_texts(["A red CAR!", "a red car"])
    assert np.allclose(shouted, plain, atol=1e-5)  # "canonicalize" is the model's own cleaning
    assert not asked


def test_a_model_that_is_not_there_says_so(tmp_path: Path) -> None:
    embedder = OpenClipEmbedder(tmp_path / "none", name="absent")
    for ask in (lambda: embedder.info, lambda: embedder.embed_texts(["x"])):
        with pytest.raises(ModelUnavailable, match="absent"):
            ask()


def test_weights_that_are_cut_are_an_error_in_words(folders: dict[str, Path], tmp_path: Path) -> None:
    whole = (folders["clip"] / "open_clip_model.safetensors").read_bytes()
    (tmp_path / "open_clip_config.json").write_bytes((folders["clip"] / "open_clip_config.json").read_bytes())
    for length in (0, 100, len(whole) // 2):
        (tmp_path / "open_clip_model.safetensors").write_bytes(whole[:length])
        with pytest.raises(EngineError, match="cut"):
            OpenClipEmbedder(tmp_path, name="cut", device="cpu").embed_texts(["x"])


def test_a_pickle_is_never_loaded(folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "open_clip_config.json").write_bytes((folders["clip"] / "open_clip_config.json").read_bytes())
    (tmp_path / "open_clip_pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(ModelUnavailable):
        OpenClipEmbedder(tmp_path, name="pickled", device="cpu").embed_texts(["x"])


def test_a_vector_that_is_not_finite_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folders["clip"] / "open_clip_model.safetensors")
    weights["ln_final.bias"][:] = float("nan")
    weights["visual.proj"][:] = 0  # every picture: the zero vector
    save_file(weights, tmp_path / "open_clip_model.safetensors")
    (tmp_path / "open_clip_config.json").write_bytes((folders["clip"] / "open_clip_config.json").read_bytes())
    embedder = OpenClipEmbedder(tmp_path, name="broken", device="cpu")
    with pytest.raises(EngineError, match="not finite"):
        embedder.embed_texts(["x"])
    with pytest.raises(EngineError, match="zero"):
        embedder.embed_images(_pictures()[:1])


def test_a_foreign_configuration_is_an_error_in_words(folders: dict[str, Path], tmp_path: Path) -> None:
    for text in ("", "[]", json.dumps({"model_cfg": {}})):
        (tmp_path / "open_clip_config.json").write_text(text)
        with pytest.raises(EngineError, match="open_clip_config"):
            _ = OpenClipEmbedder(tmp_path, name="foreign").info


@pytest.mark.parametrize("make", ["clip", "siglip2"])
def test_a_text_has_the_vector_that_open_clip_itself_gives_it(make: str, folders: dict[str, Path]) -> None:
    ours = OpenClipEmbedder(folders[make], name=make, device="cpu")
    texts = ["sea", "a red car at sunset beside the old harbour wall", "night " * 200]
    model = open_clip.create_model(f"local-dir:{folders[make]}", require_pretrained=True).eval()
    with torch.inference_mode():
        theirs = model.encode_text(open_clip.get_tokenizer(f"local-dir:{folders[make]}")(texts), normalize=True)
    assert np.allclose(ours.embed_texts(texts), theirs.float().numpy(), atol=1e-5)
    assert np.allclose(np.stack([ours.embed_texts([text])[0] for text in texts]), theirs.float().numpy(), atol=1e-5)
