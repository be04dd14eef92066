"""A folder of small files, its library, and the writing of metadata by the real ExifTool, in this process."""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from dam.catalog import jobs
from dam.catalog.models import AssetMetadata, MetadataWrite, StageRun
from dam.catalog.writers.assets import record_prepared
from dam.catalog.writers.succession import rejoin
from dam.engines.exiftool import ExifTool, is_installed
from dam.engines.media.essence import read_essence
from dam.engines.media.fake import FakeMediaReader
from dam.engines.media.job import Job
from dam.engines.media.regions import Frame
from dam.metadata.bench import Bench
from dam.metadata.edit import put
from dam.metadata.sidecars import sidecars_of
from dam.metadata.write import write_next
from dam.types import EditCause, Essence, MetadataField, Plan, SourceFile, Stage
from dam.types.metadata_write import WriteState
from indexer.intake import scan_library
from tests.integration.intake_support import Shelf, make_shelf
from tests.media_files import prepare_here, quadrants
from tests.services import missing

TOOL_MEMORY = 2 * 1024**3


class HereReader(FakeMediaReader):
    """Reads the essence of files of a test's own making in this process."""

    def read_essence(self, source: SourceFile) -> Essence:
        with source.path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as the decoder child does
            return read_essence(Job(file=file, out_dir=Path(), mtime_ns=source.mtime_ns, max_pixels=10**7))


@dataclass
class MetadataDesk:
    """A library whose files are prepared here, edited, and written to."""

    folder: Path
    data: Path
    tool: ExifTool
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = make_shelf(self.folder)

    @property
    def bench(self) -> Bench:
        return Bench(tool=self.tool, reader=HereReader(), scratch=self.data / "scratch", shadow=self.data / "shadow")

    def picture(self, name: str, *, image: Image.Image | None = None, **options: Any) -> Path:
        """Write a small picture that was saved long ago."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (image or quadrants()).save(path, **options)
        return self.old(path)

    def old(self, path: Path) -> Path:
        os.utime(path, ns=(1_700_000_000_000_000_000,) * 2)
        return path

    def index(self) -> None:
        """Scan, and prepare what is new."""
        scan_library(self.shelf.library.id, settle=False)
        self.prepare()

    def prepare(self) -> None:
        """Do every PREPARE that is due."""
        while runs := jobs.claim(Stage.PREPARE, owner="desk:1", limit=20, lease_s=60):
            for run in runs:
                self._prepare(run)

    def _prepare(self, run: StageRun) -> None:
        file = run.asset.files.get(state="present") if run.asset.files.count() == 1 else run.asset.files.first()
        assert file is not None
        out = self.data / f"prepared-{run.pk}"
        out.mkdir(parents=True, exist_ok=True)
        prepared = prepare_here(self.folder / os.fsdecode(bytes(file.raw_path)), out)
        if rejoin(run, prepared, renditions=self.data / "renditions") is not None:
            return
        probe = prepared.probe
        frame = Frame(width=probe.width, height=probe.height, orientation=probe.orientation)
        record_prepared(
            run,
            prepared,
            renditions=self.data / "renditions",
            plan=Plan(models={}),
            took_ms=1,
            sidecars=sidecars_of(run.asset_id, frame=frame),
        )

    def edit(self, asset_id: int, values: Mapping[MetadataField, Any]) -> int | None:
        """Change fields as a user does."""
        return put({asset_id: dict(values)}, cause=EditCause.USER)

    def write(self) -> None:
        """Do every writing that is due."""
        while write_next(self.bench, owner="desk:1", lease_s=60):
            pass

    def job(self, asset_id: int) -> MetadataWrite:
        return MetadataWrite.objects.get(file__asset_id=asset_id)

    def done(self, asset_id: int) -> MetadataWrite:
        """Return the job, which must have been done."""
        job = self.job(asset_id)
        assert job.state == WriteState.DONE, job.reason
        return job

    def values(self, asset_id: int) -> AssetMetadata:
        return AssetMetadata.objects.get(asset_id=asset_id)


def make_tool() -> ExifTool:
    """Return the real tool; skips where it is not installed."""
    if not is_installed():
        missing("ExifTool is not installed (Debian: libimage-exiftool-perl)")
    return ExifTool(memory_bytes=TOOL_MEMORY)
