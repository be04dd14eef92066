"""A library of a few real files under tiny packs of models, with the product's own plan and pipeline over it.

The packs (`tests/packs`): `two` has another embedder and another detector than `one`, `more` has sentences, which
`one` lacks. Their models are random weights of the right shapes, loaded by the real code; faces are dlib's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.test import override_settings

from dam import wiring
from dam.catalog import pack as choices
from dam.catalog.models import Asset, MediaFile
from dam.catalog.readers import seen
from dam.catalog.readers.tags import tags_of_asset
from dam.config import config
from dam.engines.media.fake import FakeMediaReader
from dam.engines.packs import catalogue
from dam.people import vectors
from dam.tagging import tagger
from dam.types import Prepared, SearchResult, SourceFile
from indexer import compose
from indexer.compose import follow_pack, make_pipeline
from indexer.intake import scan_library
from search.service import parse_query, search
from search.vectors.follow import Follower
from tests.media_files import prepare_here
from tests.tiny_clap import make_clap
from tests.tiny_models import make_clip, make_siglip
from tests.tiny_seen import dfine_config, make_blip, make_detector, rtdetr_config

PACKS = Path(__file__).resolve().parent / "packs"
NAMES = ("one", "two", "more")
FILES = ("faces/obama.jpg", "faces/biden.jpg", "odd/gps_arezzo.jpg", "video/bikes.mp4", "audio/jfk.flac")
WEIGHTS: dict[str, Callable[[Path], Path]] = {
    "one/embedder": make_clip,
    "one/objects": lambda folder: make_detector(folder, rtdetr_config()),
    "one/sounds": make_clap,
    "two/embedder": make_siglip,
    "two/objects": lambda folder: make_detector(folder, dfine_config("tiny")),
    "more/captions": make_blip,
}

decoded: list[Path] = []


class HereReader(FakeMediaReader):
    """Decodes for real, in this process, and remembers what."""

    def __init__(self, _limits: object) -> None:
        super().__init__()

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        decoded.append(source.path)
        return prepare_here(source.path, out_dir)

    def read_sound(self, source: SourceFile, *, out_dir: Path) -> Path | None:
        decoded.append(source.path)
        return prepare_here(source.path, out_dir).pcm


@dataclass
class Desk:
    """A library of a few real files, and the product's own plan and pipeline over it."""

    folder: Path
    library_id: int
    follower: Follower = field(default_factory=lambda: Follower(snapshots=None))

    def asset(self, name: str) -> int:
        return Asset.objects.get(files__path=name).pk

    def index(self) -> None:
        scan_library(self.library_id, settle=False)
        follow_pack()
        assert self.run() == {}
        follow_pack()

    def run(self) -> dict[str, str]:
        return make_pipeline().run_until_idle()

    def use(self, pack: str) -> None:
        """Choose a pack, and have the worker look."""
        choices.use(pack, answering="one")
        follow_pack()

    def ask(self, text: str) -> SearchResult:
        self.follower.catch_up()
        return search(parse_query(text), source=self.follower)

    def shown(self) -> dict[str, object]:
        """Return what pages and searches show of everything, by name; the models included."""
        shown: dict[str, object] = {}
        for name in MediaFile.objects.order_by("path").values_list("path", flat=True):
            asset = self.asset(name)
            shown[f"{name} things"] = [(row.label, row.box, row.model) for row in seen.objects_in(asset)]
            shown[f"{name} writing"] = [(row.text, row.model) for row in seen.writing_in(asset)]
            shown[f"{name} tags"] = [(row.name, row.source, row.model) for row in tags_of_asset(asset)]
        found = self.ask("red car")
        shown["search"] = (found.pack, [hit.unit_id for hit in found.hits])
        return shown


def write_weights() -> None:
    """Make the weights of all three where fetched ones lie."""
    for name, make in WEIGHTS.items():
        make(config().places.models / name)


@contextmanager
def tiny_packs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the three packs beside the shipped ones, `one` chosen, and files decoded in this process."""
    packs = {
        **catalogue.load_packs(),
        **{name: catalogue.read_pack(PACKS / f"{name}.toml") for name in NAMES},
    }
    for place in (catalogue, wiring):
        monkeypatch.setattr(place, "load_packs", lambda: packs)
    _forget()
    choices.pin("one")
    with override_settings(MEDIA_READER=f"{__name__}.HereReader"):
        yield
    _forget()


def _forget() -> None:
    """Let nothing of another test's packs or rows be remembered in this process."""
    wiring.reset()
    compose._aligned.clear()
    vectors.drop()
    tagger.forget()
    decoded.clear()
