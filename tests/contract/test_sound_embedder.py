"""One behaviour for every sound model: the fake, CLAP with random weights through the real loading, the starter."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dam.engines.packs import load_pack
from dam.engines.sounds import clap, fake, starter
from dam.engines.sounds.clap import ClapSoundEmbedder, resampled
from dam.engines.sounds.fake import FakeSoundEmbedder
from dam.engines.sounds.starter import StarterSoundEmbedder
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Samples, SoundEmbedder
from tests.sounds import chords, noise, silence
from tests.tiny_clap import make_clap

STARTER = Path(starter.__file__).parent.parent / "packs" / "starter" / "clap"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of transformers, about itself


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("sound-models")
    return {"clap": make_clap(root / "clap"), "clap-old": make_clap(root / "old", safe=False)}


@pytest.fixture(scope="module", params=["fake", "clap", "clap-old", "starter"])
def embedder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> SoundEmbedder:
    if request.param == "fake":
        return fake.build(Path(), name="fake-sounds", device="cpu")
    if request.param == "starter":
        return starter.build(STARTER, name="starter", device="cpu")
    return clap.build(folders[request.param], name=request.param, device="cpu", batch=2)


def _sounds() -> list[Samples]:
    return [noise(1.0), chords(2.5), silence(0.5), noise(0.05), chords(12.0)]


def test_sounds_and_texts_become_unit_vectors_of_one_size(embedder: SoundEmbedder) -> None:
    for vectors in (
        embedder.embed_sounds(_sounds()),
        embedder.embed_texts(["rain", "a dog barking", "", "x" * 900, "🎵"]),
    ):
        assert vectors.shape == (5, embedder.info.dimensions)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


def test_a_sound_has_the_same_vector_alone_in_a_batch_and_again(embedder: SoundEmbedder) -> None:
    together = embedder.embed_sounds(_sounds())
    alone = np.concatenate([embedder.embed_sounds([sound]) for sound in _sounds()])
    assert np.allclose(together, alone, atol=1e-4)
    assert np.array_equal(together, embedder.embed_sounds(_sounds()))


def test_texts_keep_their_order_and_repeat(embedder: SoundEmbedder) -> None:
    first, second, again = embedder.embed_texts(["rain on the roof", "a dog barking", "rain on the roof"])
    assert np.allclose(first, again, atol=1e-5)
    assert not np.allclose(first, second, atol=1e-3)
    assert np.allclose(embedder.embed_texts(["a dog barking"])[0], second, atol=1e-4)


def test_nothing_in_gives_nothing_out(embedder: SoundEmbedder) -> None:
    assert embedder.embed_sounds([]).shape == (0, embedder.info.dimensions)
    assert embedder.embed_texts([]).shape == (0, embedder.info.dimensions)


def test_what_is_no_sound_is_refused(embedder: SoundEmbedder) -> None:
    for bad in (np.zeros(0, np.int16), np.zeros((2, 9), np.int16), np.zeros(9, np.float32)):
        with pytest.raises(EngineError, match="sound"):
            embedder.embed_sounds([bad])  # type: ignore[list-item]  # that is the point


def test_samples_that_are_mapped_from_disk_are_heard(embedder: SoundEmbedder, tmp_path: Path) -> None:
    (tmp_path / "sound.pcm").write_bytes(chords(1.0).tobytes())
    mapped = np.memmap(tmp_path / "sound.pcm", dtype="<i2", mode="r")
    assert np.allclose(embedder.embed_sounds([mapped]), embedder.embed_sounds([chords(1.0)]), atol=1e-5)


def test_threads_get_what_one_gets(embedder: SoundEmbedder) -> None:
    expected = embedder.embed_sounds(_sounds()[:2])
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(embedder.embed_sounds, _sounds()[:2]) for _ in range(3)]
        assert all(np.allclose(each.result(), expected, atol=1e-4) for each in found)


def test_its_space_is_named_after_its_model_and_its_window_has_a_length(embedder: SoundEmbedder) -> None:
    assert isinstance(embedder, SoundEmbedder)
    assert embedder.info.space == f"sound:{embedder.info.name}"
    assert embedder.info.logit_scale > 1
    assert 1_000 <= embedder.window_ms <= 30_000


def test_a_model_that_is_not_there_says_so(tmp_path: Path) -> None:
    for absent in (
        ClapSoundEmbedder(tmp_path / "none", name="absent"),
        StarterSoundEmbedder(tmp_path / "none", name="absent"),
    ):
        with pytest.raises(ModelUnavailable, match="absent"):
            _ = absent.info
        with pytest.raises(ModelUnavailable, match="absent"):
            absent.embed_texts(["x"])


def test_weights_that_are_cut_are_an_error_in_words(folders: dict[str, Path], tmp_path: Path) -> None:
    for kind, whole in (("clap", folders["clap"]), ("starter", STARTER)):
        folder = tmp_path / kind
        folder.mkdir()
        for file in whole.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        for length in (0, 60, 4_000):
            (folder / "model.safetensors").write_bytes((whole / "model.safetensors").read_bytes()[:length])
            built = (
                clap.build(folder, name="cut", device="cpu")
                if kind == "clap"
                else starter.build(folder, name="cut", device="cpu")
            )
            with pytest.raises(EngineError, match="cut"):
                built.embed_texts(["x"])


def test_a_pickle_that_runs_code_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    for file in folders["clap-old"].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(
        b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR."
    )
    with pytest.raises(EngineError, match="pickled"):
        clap.build(tmp_path, name="pickled", device="cpu").embed_texts(["x"])
    assert not (tmp_path / "ran").exists()


def test_a_fused_clap_is_refused_in_words(tmp_path: Path, folders: dict[str, Path]) -> None:
    for file in folders["clap"].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    config["audio_config"]["enable_fusion"] = True
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(EngineError, match="fused"):
        clap.build(tmp_path, name="fused", device="cpu").embed_sounds([noise(1.0)])


def test_a_clap_is_asked_as_transformers_asks_it(folders: dict[str, Path]) -> None:
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    sound = chords(3.0)
    model: Any = ClapModel.from_pretrained(folders["clap"])
    model.eval()
    wave = resampled(sound, 48_000)
    features = ClapFeatureExtractor.from_pretrained(folders["clap"])(
        wave, sampling_rate=48_000, truncation="rand_trunc", return_tensors="pt"
    )
    with torch.inference_mode():
        theirs = model.get_audio_features(**features).pooler_output.numpy()
    ours = clap.build(folders["clap"], name="clap", device="cpu").embed_sounds([sound])
    assert (ours * theirs).sum() > 0.9999


def test_another_rate_keeps_pitch_and_length() -> None:
    time = np.arange(16_000) / 16_000
    wave = resampled((np.sin(2 * np.pi * 1_000 * time) * 20_000).astype(np.int16), 48_000)
    assert len(wave) == 48_000
    assert int(np.abs(np.fft.rfft(wave)).argmax()) == 1_000


def test_the_fake_hears_pitch_noise_and_silence() -> None:
    fakes = FakeSoundEmbedder()
    time = np.arange(16_000) / 16_000
    tones = [(np.sin(2 * np.pi * hertz * time) * 9_000).astype(np.int16) for hertz in (100, 440, 4_000)]
    heard = fakes.embed_sounds([silence(1.0), noise(1.0), *tones])
    asked = fakes.embed_texts(["silence", "some noise here", "a low tone", "tone", "high tone", "elephant"])
    best = (heard @ asked.T).argmax(axis=1).tolist()
    assert best == [0, 1, 2, 3, 4]
    assert (heard @ asked[5]).max() < 0.3


def test_the_packs_name_a_model_of_sounds_that_can_be_bound() -> None:
    for name in ("standard", "studio"):
        model = load_pack(name).model("sounds")
        assert model is not None
        assert model.adapter == "dam.engines.sounds.clap.build"
        assert model.licence == "Apache-2.0"
