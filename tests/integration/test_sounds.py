"""What is heard, from a file to its tags: windows, vectors, tags, the kept sound's end, and a change of the model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dam.catalog import current, jobs
from dam.catalog.models import Embedding, StageRun, TagScore, TagVerdict, Unit
from dam.catalog.readers.status import files_by_state
from dam.catalog.writers.libraries import add_library
from dam.catalog.writers.stages import align_stages
from dam.config import Limits, Places
from dam.engines.fakes import FakeEmbedder, FakeTranscriber
from dam.engines.media.fake import FakeMediaReader
from dam.engines.sounds.fake import FakeSoundEmbedder
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Samples, SoundEmbedder, Vectors
from dam.tagging.sounds import sound_tag_model
from dam.types import Plan, Prepared, SourceFile, Stage, StageState
from indexer.intake import scan_library
from indexer.pipeline import Pipeline
from indexer.tools import Engines, Tools
from tests.media_files import prepare_here, textured, tone, write_sound, write_video

pytestmark = pytest.mark.django_db(transaction=True)


class HereReader(FakeMediaReader):
    """Decodes for real, in this process: the files are the test's own."""

    def __init__(self) -> None:
        super().__init__()
        self.sound_reads = 0

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        self.prepared.append(source.path)
        return prepare_here(source.path, out_dir)

    def read_sound(self, source: SourceFile, *, out_dir: Path) -> Path | None:
        self.sound_reads += 1
        return prepare_here(source.path, out_dir).pcm


@dataclass
class Desk:
    """A folder, its library, and the pipeline over it."""

    folder: Path
    data: Path
    reader: HereReader = field(default_factory=HereReader)
    sounds: dict[str, SoundEmbedder] = field(default_factory=lambda: {"fake-sounds": FakeSoundEmbedder()})
    models: tuple[str, ...] = ("fake-sounds",)
    speech: bool = True
    library_id: int = 0

    @property
    def plan(self) -> Plan:
        models: dict[Stage, tuple[str, ...]] = {
            Stage.EMBED: ("fake-embedder",),
            Stage.SOUND: self.models,
            Stage.SOUND_TAG: tuple(sound_tag_model(model) for model in self.models),
        }
        if self.speech:
            models[Stage.TRANSCRIBE] = ("fake-transcriber",)
        return Plan(models=models)

    @property
    def kept(self) -> list[Path]:
        return list((self.data / "scratch" / "sound").glob("*.pcm"))

    def run(self) -> dict[str, str]:
        tools = Tools(
            reader=self.reader,
            engines=Engines(
                embedder=lambda _model: FakeEmbedder(),
                transcriber=lambda _model: FakeTranscriber(),
                sounds=self.sounds.__getitem__,
            ),
            plan=self.plan,
            places=Places(data=self.data),
            limits=Limits(decoders=1, decoder_memory_bytes=2**30, max_pixels=10**8, lease_s=5),
            owner=jobs.worker_name(),
        )
        return Pipeline(tools).run_until_idle()

    def index(self) -> dict[str, str]:
        current.choose({stage: models[0] for stage, models in self.plan.models.items()})
        scan_library(self.library_id, settle=False)
        return self.run()

    def heard(self, model: str = "fake-sounds") -> list[tuple[str, int]]:
        """Return the word nearest to each stored vector, with its time."""
        embedder = self.sounds[model]
        words = ("silence", "noise", "low tone", "tone", "high tone")
        asked = embedder.embed_texts(words)
        found = []
        for at_ms, blob in (
            Embedding.objects.filter(space=f"sound:{model}")
            .order_by("unit__start_ms", "at_ms")
            .values_list("at_ms", "vector")
        ):
            row = np.frombuffer(bytes(blob), dtype="<f2").astype(np.float32)
            found.append((words[int((asked @ row).argmax())], at_ms))
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "library"
    folder.mkdir()
    made = Desk(folder=folder, data=tmp_path / "data")
    made.library_id = add_library(folder).id
    return made


def _hiss(seconds: float) -> NDArray[np.int16]:
    return np.random.default_rng(3).normal(0, 4_000, int(seconds * 44_100)).astype(np.int16)


def _quiet(seconds: float) -> NDArray[np.int16]:
    return np.zeros(int(seconds * 44_100), dtype=np.int16)


def _video(desk: Desk) -> Path:
    """Two shots of two seconds: a low tone below the first, noise below the second."""
    frames = [textured(1)] * 50 + [textured(2)] * 50
    sound = np.concatenate([tone(2.0, hertz=120.0), _hiss(2.0)])
    return write_video(desk.folder / "film.mp4", frames, sound=sound)


def _wave(desk: Desk) -> Path:
    sound = np.concatenate([tone(2.0, hertz=440.0), _quiet(2.0), tone(2.0, hertz=5_000.0)])
    return write_sound(desk.folder / "sound.wav", sound, codec="pcm_s16le")


def test_a_video_is_heard_shot_by_shot_and_a_recording_window_by_window(desk: Desk) -> None:
    _video(desk)
    assert desk.index() == {}
    shots = list(Unit.objects.filter(kind="shot").order_by("start_ms").values_list("start_ms", flat=True))
    assert len(shots) == 2
    heard = desk.heard()
    assert heard[0] == ("low tone", 0)
    assert heard[-1][0] == "noise"
    assert heard[-1][1] >= shots[1]
    assert files_by_state()["ready"] == 1


def test_silence_between_two_tones_has_no_vector(desk: Desk) -> None:
    _wave(desk)
    desk.index()
    assert desk.heard() == [("tone", 0), ("high tone", 4_000)]
    assert set(Embedding.objects.filter(space="sound:fake-sounds").values_list("unit__kind", "unit__position")) == {
        ("clip", 0)
    }


def test_what_is_heard_becomes_tags_at_its_moment(desk: Desk) -> None:
    class Stormy(FakeSoundEmbedder):
        """Takes noise for thunder, and the tone for whistling; every other word is far from both."""

        def embed_texts(self, texts: Sequence[str]) -> Vectors:
            return super().embed_texts([self._meant(text) for text in texts])

        def _meant(self, text: str) -> str:
            for word, heard in (("thunder", "noise"), ("whistling", "tone")):
                if word in text:
                    return heard
            return text.replace("noise", "n").replace("tone", "t").replace("silence", "s")

    desk.sounds, desk.models = {"stormy": Stormy(name="stormy")}, ("stormy",)
    write_sound(desk.folder / "a.wav", np.concatenate([tone(2.0), _hiss(2.0)]), codec="pcm_s16le")
    desk.index()
    found = dict(TagScore.objects.values_list("tag__key", "at_ms"))
    assert found == {"sound/nature/thunder": 2_000, "sound/people/whistling": 0}
    assert set(TagScore.objects.values_list("model", flat=True)) == {sound_tag_model("stormy")}
    assert set(TagScore.objects.values_list("tag__kind", flat=True)) == {"sound"}


def test_the_kept_sound_goes_only_after_both_have_heard_it(desk: Desk) -> None:
    class Late(dict[str, SoundEmbedder]):
        def __getitem__(self, key: str) -> SoundEmbedder:
            raise ModelUnavailable("The weights are on their way.")

    _wave(desk)
    held, desk.sounds = desk.sounds, Late()
    assert desk.index() == {"sound": "The weights are on their way."}
    assert StageRun.objects.get(stage=Stage.TRANSCRIBE).state == StageState.DONE
    assert len(desk.kept) == 1
    desk.sounds = held
    StageRun.objects.filter(state=StageState.DUE).update(due_at="2020-01-01T00:00:00Z")
    assert desk.run() == {}
    assert desk.heard()
    assert desk.kept == []
    assert desk.reader.sound_reads == 0


def test_a_second_run_does_nothing_twice_and_a_repeat_replaces_its_own_rows(desk: Desk) -> None:
    _wave(desk)
    desk.index()
    before = list(Embedding.objects.filter(space="sound:fake-sounds").values_list("pk", flat=True))
    desk.index()
    assert list(Embedding.objects.filter(space="sound:fake-sounds").values_list("pk", flat=True)) == before
    asset = Unit.objects.values_list("asset_id", flat=True).first()
    assert asset is not None
    jobs.redo([asset], stage=Stage.SOUND)
    desk.run()
    assert desk.reader.sound_reads == 1
    assert len(desk.heard()) == len(before)
    assert desk.kept == []
    assert not list((desk.data / "scratch").rglob("*.pcm"))


def test_another_model_is_built_beside_and_then_shown(desk: Desk) -> None:
    _wave(desk)
    desk.index()
    score = TagScore.objects.first()
    if score is not None:
        TagVerdict.objects.create(unit=score.unit, tag=score.tag, accepted=False)
    desk.sounds["next"] = FakeSoundEmbedder(name="next")
    desk.models = ("next", "fake-sounds")
    current.choose({stage: models[0] for stage, models in desk.plan.models.items()})
    align_stages(desk.plan)
    assert current.model_of(Stage.SOUND) == "fake-sounds"
    desk.run()
    assert set(Embedding.objects.filter(space__startswith="sound:").values_list("model", flat=True)) == {
        "fake-sounds",
        "next",
    }
    current.swap_complete()
    assert current.model_of(Stage.SOUND) == "next"
    assert current.model_of(Stage.SOUND_TAG) == sound_tag_model("next")
    assert TagVerdict.objects.count() == (1 if score is not None else 0)


def test_a_file_that_is_away_waits_without_blame(desk: Desk) -> None:
    path = _wave(desk)
    desk.index()
    asset = Unit.objects.values_list("asset_id", flat=True).first()
    assert asset is not None
    path.rename(desk.data / "away.wav")
    scan_library(desk.library_id, settle=False)
    jobs.redo([asset], stage=Stage.SOUND)
    desk.run()
    run = StageRun.objects.get(stage=Stage.SOUND)
    assert (run.state, run.attempts) == (StageState.DUE, 0)
    assert "drive is not connected" in run.error


def test_a_model_that_fails_on_one_recording_spoils_no_other(desk: Desk) -> None:
    class Picky(FakeSoundEmbedder):
        def embed_sounds(self, sounds: Sequence[Samples]) -> Vectors:
            found = super().embed_sounds(sounds)
            if (found @ self.embed_texts(["high tone"]).T).max() > 0.99:
                raise EngineError("The model failed on a sound.")
            return found

    desk.sounds = {"fake-sounds": Picky()}
    write_sound(desk.folder / "bad.wav", tone(1.0, hertz=5_000.0), codec="pcm_s16le")
    write_sound(desk.folder / "good.wav", tone(1.0, hertz=440.0), codec="pcm_s16le")
    desk.index()
    for _ in range(3):
        StageRun.objects.filter(state=StageState.DUE).update(due_at="2020-01-01T00:00:00Z")
        desk.run()
    states = dict(StageRun.objects.filter(stage=Stage.SOUND).values_list("asset__files__path", "state"))
    assert states == {"bad.wav": StageState.FAILED, "good.wav": StageState.DONE}
    assert desk.kept == []
