"""Where an asset's original can be opened now, and which of its pictures the models look at."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dam.catalog.models import AssetMetadata, Embedding, MediaFile, Rendition, Speech, Unit
from dam.types import FileState, RenditionRole, SourceFile, UnitKind

SUBTITLE_SUFFIXES = frozenset({"srt", "vtt", "ass", "ssa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LookFile:
    """A rendition that the models look at: `key` below the renditions folder."""

    asset_id: int
    unit_id: int
    at_ms: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """The text of a clip, to be embedded."""

    asset_id: int
    unit_id: int
    start_ms: int
    text: str


def source_of(asset_id: int) -> SourceFile | None:
    """Return a present file of an asset whose library is online, or None."""
    row = (
        MediaFile.objects.filter(asset_id=asset_id, state=FileState.PRESENT, library__online=True)
        .order_by("id")
        .values_list("library__root", "raw_path", "size_bytes", "mtime_ns")
        .first()
    )
    if row is None:
        return None
    root, raw_path, size_bytes, mtime_ns = row
    folder = Path(root)
    return SourceFile(
        path=folder / os.fsdecode(bytes(raw_path)), root=folder, size_bytes=size_bytes, mtime_ns=mtime_ns
    )


def subtitles_of(asset_id: int) -> list[tuple[SourceFile, str]]:
    """Return the subtitle files beside an asset's present files (`name.srt`, `name.en.vtt`), each with its language.

    The language is what stands between the name and the ending, or "". Plain `name.srt` comes first.
    """
    found: list[tuple[SourceFile, str]] = []
    files = MediaFile.objects.filter(asset_id=asset_id, state=FileState.PRESENT, library__online=True)
    for library_id, folder, path in files.order_by("id").values_list("library_id", "folder", "path")[:20]:
        stem = path.rpartition(".")[0]
        beside = MediaFile.objects.filter(
            library_id=library_id, folder=folder, state=FileState.SKIPPED, path__startswith=f"{stem}."
        ).values_list("library__root", "raw_path", "path", "size_bytes", "mtime_ns")
        for root, raw_path, name, size_bytes, mtime_ns in beside:
            language, _, suffix = name[len(stem) :].lower().lstrip(".").rpartition(".")
            if suffix in SUBTITLE_SUFFIXES and "." not in language:
                path_on_disk = Path(root) / os.fsdecode(bytes(raw_path))
                source = SourceFile(path=path_on_disk, root=Path(root), size_bytes=size_bytes, mtime_ns=mtime_ns)
                found.append((source, language))
    return sorted(found, key=lambda pair: (len(pair[1]), pair[1]))


def looks_of(asset_ids: Sequence[int]) -> list[LookFile]:
    """Return the pictures of these assets' units that the models look at, by asset, unit and time."""
    rows = (
        Rendition.objects.filter(
            asset_id__in=asset_ids, unit__isnull=False, role__in=[RenditionRole.THUMB, RenditionRole.KEYFRAME]
        )
        .order_by("asset_id", "unit_id", "at_ms")
        .values_list("asset_id", "unit_id", "at_ms", "key")
    )
    return [LookFile(asset_id=asset, unit_id=unit or 0, at_ms=at_ms, key=key) for asset, unit, at_ms, key in rows]


def large_looks_of(asset_ids: Sequence[int]) -> list[LookFile]:
    """Return the largest pictures of these assets' units, by asset, unit and time: previews and keyframes.

    For what is small in a picture (faces, writing, things). A photo without a preview gives its thumb.
    """
    roles = [RenditionRole.PREVIEW, RenditionRole.THUMB, RenditionRole.KEYFRAME]
    # The asset's own pictures have no unit; the plugin's type of `unit_id` leaves that out.
    rows: Iterable[tuple[int, int | None, str, int, str]] = Rendition.objects.filter(
        asset_id__in=asset_ids, role__in=roles
    ).values_list("asset_id", "unit_id", "role", "at_ms", "key")
    photos = dict(
        Unit.objects.filter(asset_id__in=asset_ids, kind=UnitKind.PHOTO).values_list("asset_id", "pk").order_by("-pk")
    )
    best: dict[tuple[int, int, int], tuple[int, str]] = {}
    for asset, own, role, at_ms, key in rows:
        unit = photos.get(asset) if own is None else own
        if unit is not None:
            seen = (asset, unit, at_ms)
            best[seen] = min(best.get(seen, (len(roles), "")), (roles.index(RenditionRole(role)), key))
    return [
        LookFile(asset_id=asset, unit_id=unit, at_ms=at_ms, key=key)
        for (asset, unit, at_ms), (_, key) in sorted(best.items())
    ]


def clearest_looks_of(asset_ids: Sequence[int]) -> list[LookFile]:
    """Return one picture per unit, by asset and unit: a photo's preview, a shot's clearest keyframe.

    Keyframes of a shot have one size and one JPEG quality: the one with the most bytes shows the most.
    """
    sizes = dict(
        Rendition.objects.filter(asset_id__in=asset_ids, role=RenditionRole.KEYFRAME).values_list("key", "size_bytes")
    )
    best: dict[int, LookFile] = {}
    for look in large_looks_of(asset_ids):
        known = best.get(look.unit_id)
        if known is None or sizes.get(look.key, 0) > sizes.get(known.key, 0):
            best[look.unit_id] = look
    return list(best.values())


def clearest_look(unit_id: int) -> LookFile | None:
    """Return the picture of one unit that shows the most, or None where it has none."""
    asset_id = Unit.objects.filter(pk=unit_id).values_list("asset_id", flat=True).first()
    if asset_id is None:
        return None
    return next((look for look in clearest_looks_of([asset_id]) if look.unit_id == unit_id), None)


def coordinates_of(asset_ids: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Return (latitude, longitude) in degrees, WGS 84, of those of these assets that state where they were taken."""
    rows = AssetMetadata.objects.filter(asset_id__in=asset_ids, latitude__isnull=False, longitude__isnull=False)
    return {
        asset: (latitude, longitude)
        for asset, latitude, longitude in rows.values_list("asset_id", "latitude", "longitude")
        if latitude is not None and longitude is not None
    }


def spoken_lines_of(asset_ids: Sequence[int]) -> list[SpokenLine]:
    """Return the spoken lines of these assets that are searched (the weak ones are not)."""
    rows = (
        Speech.objects.filter(unit__asset_id__in=asset_ids, weak=False)
        .order_by("unit__asset_id", "unit__start_ms")
        .values_list("unit__asset_id", "unit_id", "unit__start_ms", "text")
    )
    return [SpokenLine(asset_id=asset, unit_id=unit, start_ms=start, text=text) for asset, unit, start, text in rows]


def units_with_vectors(asset_ids: Sequence[int], *, space: str) -> set[int]:
    """Return the units of these assets that have a vector in a space."""
    there = Embedding.objects.filter(unit__asset_id__in=asset_ids, space=space)
    return set(there.values_list("unit_id", flat=True))
