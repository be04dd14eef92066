"""Which recordings have a transcript, and where they lie."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from dam.catalog.ids import chunks
from dam.catalog.models import MediaFile, TranscriptRecord
from dam.types import FileState


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed:
    """A recording with a transcript, at the best of its places; `raw_path` is relative to its library's root."""

    asset_id: int
    fingerprint: str
    library: str
    raw_path: bytes
    name: str
    language: str
    source: str
    model: str
    edited: bool


def transcribed_assets() -> Iterator[Transcribed]:
    """Yield the recordings with a transcript, and a file that is or was there, in the order of their assets."""
    for some in chunks(TranscriptRecord.objects.order_by("asset_id").values_list("asset_id", flat=True)):
        places: dict[int, MediaFile] = {}
        files = MediaFile.objects.filter(asset_id__in=some).select_related("library").order_by("pk")
        for file in sorted(files, key=lambda file: file.state != FileState.PRESENT):
            places.setdefault(file.asset_id or 0, file)
        rows = TranscriptRecord.objects.filter(asset_id__in=some).select_related("asset").order_by("asset_id")
        for row in rows:
            place = places.get(row.asset_id)
            if place is not None:
                yield Transcribed(
                    asset_id=row.asset_id,
                    fingerprint=row.asset.fingerprint,
                    library=place.library.name,
                    raw_path=bytes(place.raw_path),
                    name=posixpath.basename(place.path),
                    language=row.language,
                    source=row.source,
                    model=row.model,
                    edited=row.edited_at is not None,
                )
