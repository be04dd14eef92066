"""The pipeline over a real folder, with fakes behind the ports: what is done once, again, never, and why."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from django.utils import timezone

from dam.catalog import jobs
from dam.catalog.models import Asset, Embedding, Rendition, Speech, StageRun, Tombstone, TranscriptRecord, Unit
from dam.catalog.readers.status import files_by_state
from dam.catalog.writers.libraries import add_library
from dam.catalog.writers.stages import align_stages
from dam.catalog.writers.units import TOMBSTONES_KEPT, prune_tombstones
from dam.config import Limits, Places
from dam.engines.fakes import FakeEmbedder, FakeTranscriber
from dam.engines.media.fake import FakeMediaReader
from dam.errors import DecoderCrashed, EngineError, ModelUnavailable
from dam.ports import Embedder, Pixels, Transcriber, Vectors
from dam.types import AssetState, Plan, Prepared, SourceFile, Stage, StageState
from indexer.intake import scan_library
from indexer.pipeline import Pipeline
from indexer.tools import Engines, Tools

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Desk:
    """A folder, its library, and the fakes of one pipeline."""

    folder: Path
    data: Path
    reader: FakeMediaReader = field(default_factory=FakeMediaReader)
    embedders: dict[str, Embedder] = field(default_factory=lambda: {"fake-embedder": FakeEmbedder()})
    speech: Transcriber = field(default_factory=FakeTranscriber)
    picture_models: tuple[str, ...] = ("fake-embedder",)
    library_id: int = 0

    @property
    def plan(self) -> Plan:
        return Plan(models={Stage.EMBED: self.picture_models, Stage.TRANSCRIBE: ("fake-transcriber",)})

    def put(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def scan(self) -> None:
        scan_library(self.library_id, settle=False)

    def run(self, stop: threading.Event | None = None) -> dict[str, str]:
        tools = Tools(
            reader=self.reader,
            engines=Engines(embedder=self.embedders.__getitem__, transcriber=lambda _model: self.speech),
            plan=self.plan,
            places=Places(data=self.data),
            limits=Limits(decoders=2, decoder_memory_bytes=2**30, max_pixels=10**8, lease_s=5),
            owner=jobs.worker_name(),
        )
        return Pipeline(tools).run_until_idle(stop)

    def index(self) -> dict[str, str]:
        self.scan()
        return self.run()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "library"
    folder.mkdir()
    made = Desk(folder=folder, data=tmp_path / "data")
    made.library_id = add_library(folder).id
    return made


def due_now() -> None:
    """Let no attempt wait."""
    StageRun.objects.filter(state=StageState.DUE).update(due_at="2020-01-01T00:00:00Z")


def test_photo_video_and_sound_become_units_with_vectors(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.put("b.mp4", b"video")
    desk.put("c.wav", b"sound")
    assert desk.index() == {}
    assert files_by_state() == {"pending": 0, "ready": 3, "partial": 0, "unsupported": 0, "quarantined": 0}
    kinds = sorted(Unit.objects.values_list("kind", flat=True))
    assert kinds == ["clip", "photo", "shot", "shot"]
    looked_at = set(Embedding.objects.values_list("unit__kind", flat=True))
    assert looked_at == {"photo", "shot"}
    for key in Rendition.objects.values_list("key", flat=True):
        assert (desk.data / "renditions" / key).is_file()
    assert not [path for path in (desk.data / "scratch").rglob("*") if path.is_file()]


def test_second_run_does_nothing_twice(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.index()
    before = list(Embedding.objects.values_list("pk", flat=True))
    desk.index()
    assert len(desk.reader.prepared) == 1
    assert list(Embedding.objects.values_list("pk", flat=True)) == before
    assert not Tombstone.objects.exists()


def test_moved_file_keeps_its_units_and_is_not_processed_again(desk: Desk) -> None:
    path = desk.put("a.jpg", b"photo")
    desk.index()
    unit = Unit.objects.get()
    (desk.folder / "2024").mkdir()
    path.rename(desk.folder / "2024" / "b.jpg")
    desk.index()
    assert Unit.objects.get() == unit
    assert len(desk.reader.prepared) == 1


def test_copy_is_one_asset_decoded_once(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.put("copy of a.jpg", b"photo")
    desk.index()
    assert (Asset.objects.count(), Unit.objects.count(), files_by_state()["ready"]) == (1, 1, 2)
    assert len(desk.reader.prepared) == 1


def test_bad_files_end_with_a_reason_and_the_rest_goes_on(desk: Desk) -> None:
    desk.put("good.jpg", b"photo")
    desk.put("cut.jpg", b"DAMAGED")
    desk.put("odd.xyz", b"what is this")
    desk.index()
    states = dict(Asset.objects.values_list("files__path", "state"))
    assert states == {"good.jpg": "ready", "cut.jpg": "quarantined", "odd.xyz": "unsupported"}
    assert all(Asset.objects.exclude(state="ready").values_list("reason", flat=True))


def test_subtitles_beside_a_video_are_its_transcript(desk: Desk) -> None:
    desk.put("talk.mp4", b"video")
    desk.put("talk.en.srt", b"the red car\nat sunset")
    desk.index()
    record = TranscriptRecord.objects.get()
    assert (record.source, record.language) == ("sidecar", "en")
    assert "red car" in " ".join(Speech.objects.values_list("text", flat=True))
    assert Embedding.objects.filter(space="speech:fake-embedder").count() == Speech.objects.count()


class CrashingReader(FakeMediaReader):
    """Dies on every file whose name holds `kill`."""

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        if "kill" in source.path.name:
            self.prepared.append(source.path)
            raise DecoderCrashed("The decoder died while it read this file.")
        return super().prepare(source, out_dir=out_dir)


def test_file_that_kills_its_decoder_three_times_is_quarantined(desk: Desk) -> None:
    desk.reader = CrashingReader()
    desk.put("kill.jpg", b"one")
    desk.put("fine.jpg", b"two")
    desk.scan()
    for _ in range(4):
        due_now()
        desk.run()
    assert dict(Asset.objects.values_list("files__path", "state")) == {"kill.jpg": "quarantined", "fine.jpg": "ready"}
    assert len([path for path in desk.reader.prepared if "kill" in path.name]) == 3


class BrokenReader(FakeMediaReader):
    """Has a fault of ours."""

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        raise ZeroDivisionError("a fault of ours")


def test_fault_of_ours_ends_as_a_reason_not_as_a_hanging_claim(desk: Desk) -> None:
    desk.reader = BrokenReader()
    desk.put("a.jpg", b"photo")
    desk.scan()
    for _ in range(4):
        due_now()
        desk.run()
    asset = Asset.objects.get()
    assert asset.state == AssetState.QUARANTINED
    assert "ZeroDivisionError" in asset.reason


class PickyEmbedder(FakeEmbedder):
    """Fails whenever a red picture is in the batch."""

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        if any(image[..., 0].mean() > 2 * image[..., 1].mean() for image in images):
            raise EngineError("The model failed on a picture.")
        return super().embed_images(images)


def test_one_bad_picture_does_not_spoil_its_batch(desk: Desk) -> None:
    contents = [f"photo {number}".encode() for number in range(12)]
    for number, content in enumerate(contents):
        desk.put(f"{number:02}.jpg", content)
    desk.embedders = {"fake-embedder": PickyEmbedder()}
    desk.scan()
    for _ in range(4):
        due_now()
        desk.run()
    states = list(Asset.objects.values_list("state", flat=True))
    assert set(states) == {"ready", "partial"}
    assert Embedding.objects.count() == states.count("ready")


class Absent(dict[str, Embedder]):
    """A pack whose weights are not here yet."""

    def __getitem__(self, key: str) -> Embedder:
        raise ModelUnavailable("The weights are on their way.")


def test_missing_model_lets_previews_go_on_and_is_made_up_for_later(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")

    held, desk.embedders = desk.embedders, Absent()
    desk.scan()
    assert desk.run() == {"encode": "The weights are on their way."}
    assert Rendition.objects.filter(role="thumb").exists()
    assert Asset.objects.get().state == AssetState.PENDING
    desk.embedders = held
    due_now()
    assert desk.run() == {}
    assert Asset.objects.get().state == AssetState.READY


def test_rendition_that_was_deleted_is_made_again(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.put("b.jpg", b"other")
    desk.index()
    thumb = Rendition.objects.filter(role="thumb").first()
    assert thumb is not None
    (desk.data / "renditions" / thumb.key).unlink()
    jobs.redo(list(Asset.objects.values_list("pk", flat=True)), stage=Stage.EMBED)
    desk.run()
    assert files_by_state()["ready"] == 2
    assert Embedding.objects.count() == 2
    assert len(desk.reader.prepared) == 3


def test_new_pack_is_embedded_beside_the_old_without_decoding(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.index()
    desk.embedders["next"] = FakeEmbedder(name="next")
    desk.picture_models = ("fake-embedder", "next")
    align_stages(desk.plan)
    desk.run()
    assert set(Embedding.objects.values_list("space", flat=True)) == {"picture:fake-embedder", "picture:next"}
    assert len(desk.reader.prepared) == 1


def test_stopped_pipeline_gives_its_claims_back(desk: Desk) -> None:
    for number in range(5):
        desk.put(f"{number}.jpg", f"photo {number}".encode())
    desk.scan()
    stop = threading.Event()
    stop.set()
    desk.run(stop)
    assert set(StageRun.objects.values_list("state", "losses")) == {(StageState.DUE, 0)}
    desk.run()
    assert files_by_state()["ready"] == 5


def test_video_that_no_browser_plays_gets_a_proxy_and_is_ready_before_it(desk: Desk) -> None:
    path = desk.put("a.mp4", b"video")
    desk.index()
    asset = Asset.objects.get(files__path=path.name)
    asset.browser_playable = False
    asset.save()
    jobs.enqueue([asset.pk], stage=Stage.PROXY)
    assert Asset.objects.get().state == AssetState.READY
    desk.run()
    assert Rendition.objects.filter(role="proxy", asset=asset).count() == 1


class SilentReader(FakeMediaReader):
    """Videos without a sound track."""

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        return replace(super().prepare(source, out_dir=out_dir), pcm=None)

    def read_sound(self, source: SourceFile, *, out_dir: Path) -> Path | None:
        return None


def test_silent_video_takes_the_subtitle_that_comes_later(desk: Desk) -> None:
    desk.reader = SilentReader()
    desk.put("silent.mp4", b"video")
    desk.index()
    assert files_by_state()["ready"] == 1
    assert not Speech.objects.exists()
    desk.put("silent.srt", b"the red car")
    desk.index()
    assert [line.text for line in Speech.objects.all()] == ["the red car"]
    assert len(desk.reader.prepared) == 1


def test_old_tombstones_go_and_young_ones_stay() -> None:
    Tombstone.objects.bulk_create([Tombstone(embedding_id=1, space="s"), Tombstone(embedding_id=2, space="s")])
    Tombstone.objects.filter(embedding_id=1).update(at=timezone.now() - 2 * TOMBSTONES_KEPT)
    assert prune_tombstones() == 1
    assert Tombstone.objects.get().embedding_id == 2
