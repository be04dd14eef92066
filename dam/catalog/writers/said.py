"""What files and sidecars say of assets, merged with what the user said, field by field (`dam.catalog.merge`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from dam.catalog.merge import FIELDS, Merged, merge, same, values_of
from dam.catalog.metadata_choices import merge_rule
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    Correction,
    MediaFile,
    MetadataBase,
    MetadataChange,
    MetadataEdit,
    Sidecar,
)
from dam.catalog.writers import metadata_edits
from dam.catalog.writers.named_regions import as_json
from dam.types import EditCause, MediaMetadata, MetadataField, NamedRegion


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarSaid:
    """What the sidecar at `raw_path` of its library says; `digest` is of its bytes."""

    raw_path: bytes
    path: str
    digest: str
    changed_at: datetime
    metadata: MediaMetadata

    @property
    def values(self) -> dict[str, Any]:
        """The fields that a user may edit."""
        return values_of(self.metadata)


def take_file(asset: Asset, metadata: MediaMetadata, *, orientation: int, changed_at: datetime | None) -> None:
    """Merge what the media file itself says; in the transaction that writes the rest of it.

    Seen for the first time, it is taken as it is, below what the user has said meanwhile.
    """
    said = values_of(metadata)
    base = MetadataBase.objects.filter(asset=asset).first() or MetadataBase(asset=asset)
    merged = merge(
        ours=_values(asset.pk),
        agreed=base.agreed,
        then=base.in_file,
        now=said,
        rule=merge_rule(),
        theirs_newer=_is_newer(changed_at, base),
    )
    known = bool(base.in_file)
    _apply(asset.pk, merged, said, source="the file", quietly=not known)
    base.agreed, base.in_file, base.orientation = merged.agreed, said, orientation
    base.save()


def take_sidecar(file: MediaFile, said: SidecarSaid, *, preparing: bool = False) -> Merged | None:
    """Merge what a sidecar of one of an asset's files says; None where there is nothing new in it.

    `preparing`: the file was just read anew, and with it what only files say.
    """
    if file.asset_id is None:
        return None
    with transaction.atomic():
        row = Sidecar.objects.filter(file=file).first()
        if preparing:
            _take_rest(file.asset_id, said.metadata, ours=row.regions if row is not None else [])
        if row is not None and row.digest == said.digest:
            return None
        base = MetadataBase.objects.select_for_update().filter(asset_id=file.asset_id).first()
        if base is None:  # not read yet: its sidecar will be, with it
            return None
        now = values_of(said.metadata)
        merged = merge(
            ours=_values(file.asset_id),
            agreed=base.agreed,
            then=row.said if row is not None else {},
            now=now,
            rule=merge_rule(),
            theirs_newer=_is_newer(said.changed_at, base),
        )
        _apply(file.asset_id, merged, now, source=said.path, quietly=preparing and row is None)
        base.agreed = merged.agreed
        base.save()
        if not preparing:
            _take_rest(file.asset_id, said.metadata, ours=row.regions if row is not None else [])
        note_sidecar(file, said, regions=row.regions if row is not None else [])
    return merged


def note_sidecar(file: MediaFile, said: SidecarSaid, *, regions: Sequence[object]) -> None:
    """Remember a sidecar as it is now; `regions` are those in it that we wrote."""
    Sidecar.objects.update_or_create(
        file=file,
        defaults={
            "raw_path": said.raw_path,
            "path": said.path,
            "digest": said.digest,
            "said": values_of(said.metadata),
            "regions": list(regions),
        },
    )


def agree(asset_id: int, values: Mapping[str, Any], *, in_file: Mapping[str, Any] | None = None) -> None:
    """Remember that these values now stand in a file or its sidecar; `in_file`: what the media file itself says."""
    changed: dict[str, Any] = {"agreed": dict(values)}
    if in_file is not None:
        changed["in_file"] = dict(in_file)
    MetadataBase.objects.filter(asset_id=asset_id).update(**changed)


def note_orientation(asset_id: int, orientation: int) -> None:
    """Remember how an asset's stored picture is turned (EXIF, 1..8)."""
    MetadataBase.objects.filter(asset_id=asset_id).update(orientation=orientation)


def _apply(asset_id: int, merged: Merged, theirs: Mapping[str, Any], *, source: str, quietly: bool) -> None:
    """Write the outcome of a merge with its history; `quietly`: without, for what is seen for the first time."""
    ours = _values(asset_id)
    changed = {name: value for name, value in merged.ours.items() if not same(value, ours.get(name))}
    if quietly:
        AssetMetadata.objects.filter(asset_id=asset_id).update(**changed) if changed else None
    elif changed:
        metadata_edits.edit(
            [asset_id],
            lambda _pk, _now: {MetadataField(name): value for name, value in changed.items()},
            cause=EditCause.FILE,
            summarize=lambda _counts: f"Read from {source}: {_listed(changed)}",
        )
    kept = {name: theirs[name] for name in merged.conflicts if name not in changed}
    if kept and not quietly:
        _note_kept(asset_id, kept, merged.ours, source=source)


def _note_kept(asset_id: int, theirs: Mapping[str, Any], ours: Mapping[str, Any], *, source: str) -> None:
    """Keep what another program said and the rule did not take: undoing that takes it after all."""
    summary = f"Kept over what {source} says: {_listed(theirs)}"
    correction = Correction.objects.create(subject=metadata_edits.SUBJECT, summary=summary, inverse={})
    made = MetadataEdit.objects.create(cause=EditCause.FILE, summary=summary, correction=correction)
    MetadataChange.objects.bulk_create(
        MetadataChange(edit=made, asset_id=asset_id, field=name, before=value, after=ours[name])
        for name, value in theirs.items()
    )


def _take_rest(asset_id: int, metadata: MediaMetadata, *, ours: Sequence[Mapping[str, Any]]) -> None:
    """Take from a sidecar what no user edits: the place, where the file has none, and regions that are not ours."""
    row = AssetMetadata.objects.filter(asset_id=asset_id).first()
    if row is None:
        return
    changed = []
    if row.latitude is None and metadata.latitude is not None and metadata.longitude is not None:
        row.latitude, row.longitude = metadata.latitude, metadata.longitude
        changed += ["latitude", "longitude"]
    regions = with_regions(row.regions, metadata.regions, ours)
    if regions != row.regions:
        row.regions = regions
        changed.append("regions")
    if changed:
        row.save(update_fields=changed)


def with_regions(
    known: Sequence[Mapping[str, Any]], said: Sequence[NamedRegion], ours: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the regions of the file with those that its sidecar adds, without those that we wrote there."""
    found = list(known)
    for region in said:
        if not any(_is_same(region, other) for other in [*found, *ours]):
            found.append(as_json(region))
    return found


def _is_same(region: NamedRegion, other: Mapping[str, Any]) -> bool:
    x, y, width, height = other["box"]
    box = type(region.box)(x=x, y=y, width=width, height=height)
    return region.name.casefold() == str(other["name"]).casefold() and region.box.overlap(box) > 0.3


def _values(asset_id: int) -> dict[str, Any]:
    row = AssetMetadata.objects.filter(asset_id=asset_id).values(*FIELDS).first()
    return dict(row) if row else {}


def _is_newer(changed_at: datetime | None, base: MetadataBase) -> bool:
    return base.edited_at is None or (changed_at is not None and changed_at > base.edited_at)


def _listed(fields: Mapping[str, object]) -> str:
    return ", ".join(name.replace("_", " ") for name in FIELDS if name in fields)
