"""What is said of each asset as an XMP sidecar, by the same words as those beside originals."""

import tempfile
from collections import Counter
from pathlib import Path

import structlog

from dam.catalog.readers.metadata_writes import ToWrite, to_write
from dam.catalog.readers.placed import placed_assets
from dam.engines.media.regions import Frame
from dam.errors import MetadataToolFailed, MetadataToolMissing
from dam.metadata.regions import REGIONS, TRACKS, region_info, tracks
from dam.metadata.tags import TagChanges, xmp_changes
from dam.ports import MetadataTool
from dam.takeout.folder import Writing
from dam.takeout.names import Names

log = structlog.get_logger(__name__)


def write_sidecars(archive: Writing, names: Names, tool: MetadataTool) -> Counter[str]:
    """Write a sidecar for each asset of which anything is said; one that fails is counted, and the rest goes on.

    ExifTool takes some 20 ms for each, so the few queries an asset don't count. Raises MetadataToolMissing.
    """
    counts: Counter[str] = Counter({"xmp": 0})
    with tempfile.TemporaryDirectory(prefix="afterimage-takeout-") as folder:
        path = Path(folder) / "sidecar.xmp"
        for one in placed_assets():
            wanted = to_write(one.asset_id)
            changes = _changes(wanted) if wanted is not None else TagChanges()
            if not changes.values:
                continue
            path.unlink(missing_ok=True)
            try:
                tool.write(path, values=changes.values)
            except MetadataToolMissing:
                raise
            except MetadataToolFailed as error:
                log.warning("no XMP for an asset", asset=one.asset_id, reason=str(error))
                counts["xmp_failed"] += 1
                continue
            archive.copy(f"{names.place(one.library, one.raw_path, one.fingerprint)}.xmp", path)
            counts["xmp"] += 1
    return counts


def _changes(wanted: ToWrite) -> TagChanges:
    changes = xmp_changes(wanted.values, {})
    frame = Frame(width=wanted.width, height=wanted.height, orientation=wanted.orientation or 1)
    changes.put(REGIONS, region_info(None, wanted.regions, ours=(), frame=frame))
    if wanted.frame_rate is not None:
        changes.put(TRACKS, tracks(None, wanted.markers, wanted.frame_rate))
    return changes
