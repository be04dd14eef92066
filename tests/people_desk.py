"""A folder of drawn photos and videos, indexed with the fake face engine: each colour is a person.

A file of the folder holds JSON instead of a picture: what is to be drawn, and what the file says about itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from dam.catalog import current, jobs
from dam.catalog.models import Asset, Face, Person, StageRun
from dam.catalog.writers.libraries import add_library
from dam.catalog.writers.stages import align_stages
from dam.config import Limits, Places
from dam.engines.faces.fake import PEOPLE, FakeFaceEngine
from dam.engines.fakes import FakeEmbedder, FakeTranscriber
from dam.engines.media.fake import FakeMediaReader
from dam.engines.media.renditions import write_picture
from dam.ports import FaceEngine, MediaReader
from dam.types import (
    Box,
    MediaKind,
    MediaMetadata,
    MediaProbe,
    NamedRegion,
    Plan,
    Prepared,
    PreparedUnit,
    RegionKind,
    RenditionRole,
    SourceFile,
    Stage,
    StageState,
    UnitKind,
)
from indexer.intake import scan_library
from indexer.pipeline import Pipeline
from indexer.tools import Engines, Tools

WIDTH, HEIGHT, SIDE = 640, 480, 80
FRAME_MS = 1000  # between the frames of a shot

Drawn = Mapping[str, int] | Sequence[str]


class DrawnReader(FakeMediaReader):
    """Draws the pictures that a file's JSON describes."""

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        told = json.loads(source.path.read_text())
        self.prepared.append(source.path)
        for earlier in out_dir.glob("*.jpg"):
            earlier.unlink()
        if "shots" in told:
            return video_of(told["shots"], out_dir)
        image = draw(told["people"])
        thumb = write_picture(image.resize((320, 240)), RenditionRole.THUMB, out_dir / "thumb.jpg")
        preview = write_picture(image, RenditionRole.PREVIEW, out_dir / "preview.jpg")
        regions = tuple(
            NamedRegion(name=name, kind=RegionKind.FACE, box=box_at(place)) for name, place in told["regions"]
        )
        probe = MediaProbe(
            kind=MediaKind.PHOTO, format="jpeg", mime="image/jpeg", width=WIDTH, height=HEIGHT,
            metadata=MediaMetadata(regions=regions),
        )  # fmt: skip
        unit = PreparedUnit(kind=UnitKind.PHOTO, start_ms=0, end_ms=0, renditions=(thumb,))
        return Prepared(probe=probe, units=(unit,), renditions=(preview,))


def draw(people: Sequence[Sequence[Any]]) -> Image.Image:
    """Draw squares: (person, brightness, place from the left)."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (245, 245, 245))
    pen = ImageDraw.Draw(picture)
    for person, shade, place in people:
        left, top = 40 + place * 150, 120
        red, green, blue = (channel * shade // 255 for channel in PEOPLE[person])
        pen.rectangle((left, top, left + SIDE - 1, top + SIDE - 1), fill=(red, green, blue))
    return picture


def box_at(place: int) -> Box:
    """Return the box of the square at a place."""
    return Box(x=(40 + place * 150) / WIDTH, y=120 / HEIGHT, width=SIDE / WIDTH, height=SIDE / HEIGHT)


@dataclass
class PeopleDesk:
    """A library of drawn files and the pipeline over it."""

    folder: Path
    data: Path
    engines: dict[str, FaceEngine] = field(default_factory=lambda: {"fake-faces": FakeFaceEngine()})
    models: tuple[str, ...] = ("fake-faces",)
    reader: MediaReader = field(default_factory=DrawnReader)
    library_id: int = 0

    @property
    def places(self) -> Places:
        return Places(data=self.data)

    @property
    def plan(self) -> Plan:
        return Plan(models={Stage.EMBED: ("fake-embedder",), Stage.FACES: self.models})

    def open(self) -> "PeopleDesk":
        self.folder.mkdir(parents=True, exist_ok=True)
        self.library_id = add_library(self.folder).id
        return self

    def photo(self, name: str, people: Drawn, *, regions: Sequence[tuple[str, int]] = ()) -> None:
        """Put a photo with a square per person (with its brightness, 255 where none is given), left to right.

        `regions` are the names that the file gives to places (0 is the leftmost).
        """
        (self.folder / name).write_text(json.dumps({"people": _placed(people), "regions": regions, "name": name}))

    def video(self, name: str, shots: Sequence[Sequence[Drawn]]) -> None:
        """Put a video: shots of frames a second apart."""
        told = {"shots": [[_placed(frame) for frame in shot] for shot in shots], "name": name}
        (self.folder / name).write_text(json.dumps(told))

    def tools(self) -> Tools:
        return Tools(
            reader=self.reader,
            engines=Engines(
                embedder=lambda _model: FakeEmbedder(),
                transcriber=lambda _model: FakeTranscriber(),
                faces=self.engines.__getitem__,
            ),
            plan=self.plan,
            places=self.places,
            limits=Limits(decoders=1, decoder_memory_bytes=2**30, max_pixels=10**8, lease_s=30),
            owner=jobs.worker_name(),
        )

    def index(self) -> dict[str, str]:
        scan_library(self.library_id, settle=False)
        current.choose({Stage.FACES: self.models[0]})
        align_stages(self.plan)
        blocked = Pipeline(self.tools()).run_until_idle()
        current.swap_complete()
        return blocked

    def again(self) -> dict[str, str]:
        """Look for all faces anew."""
        StageRun.objects.filter(stage=Stage.FACES).update(state=StageState.DUE, due_at="2020-01-01T00:00:00Z")
        return self.index()

    def asset(self, name: str) -> int:
        return Asset.objects.get(files__path=name).pk

    def face(self, name: str, place: int = 0, *, model: str = "fake-faces") -> Face:
        """The n-th face from the left of a photo."""
        return Face.objects.filter(unit__asset=self.asset(name), model=model).order_by("x")[place]

    def person(self, name: str, place: int = 0) -> Person:
        found = self.face(name, place).person
        assert found is not None, f"{name} {place} is nobody's"
        return found


def _placed(people: Drawn) -> list[tuple[str, int, int]]:
    shades = people if isinstance(people, Mapping) else dict.fromkeys(people, 255)
    return [(person, shade, place) for place, (person, shade) in enumerate(shades.items())]


def video_of(shots: Sequence[Sequence[Any]], out_dir: Path) -> Prepared:
    """Draw a film: shots of frames a second apart."""
    units, start = [], 0
    for number, frames in enumerate(shots):
        end = start + len(frames) * FRAME_MS
        looks = tuple(
            write_picture(
                draw(frame),
                RenditionRole.KEYFRAME,
                out_dir / f"keyframe-{number}-{place}.jpg",
                at_ms=start + place * FRAME_MS + FRAME_MS // 2,
            )
            for place, frame in enumerate(frames)
        )
        units.append(PreparedUnit(kind=UnitKind.SHOT, start_ms=start, end_ms=end, renditions=looks))
        start = end
    probe = MediaProbe(
        kind=MediaKind.VIDEO, format="mp4", mime="video/mp4", width=WIDTH, height=HEIGHT, duration_ms=start
    )
    return Prepared(probe=probe, units=tuple(units))
