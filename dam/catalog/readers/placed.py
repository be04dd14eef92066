"""Where every asset lies, at the best of its places, in batches."""

from collections.abc import Iterator
from dataclasses import dataclass

from dam.catalog.ids import chunks
from dam.catalog.models import Asset, MediaFile
from dam.types import FileState


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An asset with the name of a library and its path there; `raw_path` is relative to the library's root."""

    asset_id: int
    fingerprint: str
    library: str
    raw_path: bytes


def placed_assets() -> Iterator[Placed]:
    """Yield every asset that is known to be media and has or had a file, one that is there before any other."""
    for some in chunks(Asset.objects.exclude(kind="").order_by("pk").values_list("pk", flat=True)):
        files = MediaFile.objects.filter(asset_id__in=some).select_related("asset", "library").order_by("pk")
        best: dict[int, MediaFile] = {}
        for file in sorted(files, key=lambda file: file.state != FileState.PRESENT):
            best.setdefault(file.asset_id or 0, file)
        for asset_id in some:
            if asset_id in best:
                file = best[asset_id]
                yield Placed(
                    asset_id=asset_id,
                    fingerprint=file.asset.fingerprint if file.asset else "",
                    library=file.library.name,
                    raw_path=bytes(file.raw_path),
                )
