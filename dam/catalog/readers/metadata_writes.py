"""What is to be written to a file, where, and how far all writing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from dam.catalog.merge import FIELDS, same
from dam.catalog.models import AssetMetadata, Face, MetadataBase, MetadataWrite, Sidecar, Unit
from dam.catalog.readers.people import shown_faces
from dam.catalog.readers.tags import tags_of_units
from dam.types import Box, FrameRate, MediaKind, NamedRegion, RegionKind, UnitKind
from dam.types.metadata_write import Marker, WriteState

_SHOWN_PROBLEMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWrite:
    """What an asset's files are to say: fields, regions of the displayed picture, markers; and what was agreed on.

    `width` and `height` are as displayed; `orientation` is EXIF's, 0 where it is not known yet.
    """

    values: dict[str, Any]
    agreed: dict[str, Any]
    regions: tuple[NamedRegion, ...]
    markers: tuple[Marker, ...]
    width: int
    height: int
    orientation: int
    frame_rate: FrameRate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarRow:
    """A sidecar as it was when it was last read or written; `regions` are those in it that we wrote."""

    raw_path: bytes
    path: str
    digest: str
    said: dict[str, Any]
    regions: tuple[NamedRegion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteProblem:
    """A file whose metadata could not be written where it belongs, with the reason."""

    asset_id: int
    path: str
    library: str
    state: WriteState
    reason: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWrite:
    """Where an asset's metadata stands at one of its files."""

    path: str
    state: WriteState
    target: str
    written_at: datetime | None
    reason: str


def to_write(asset_id: int) -> ToWrite | None:
    """Return what an asset's files are to say, or None while it has not been read."""
    base = MetadataBase.objects.filter(asset_id=asset_id).select_related("asset").first()
    row = AssetMetadata.objects.filter(asset_id=asset_id).first()
    if base is None or row is None:
        return None
    asset = base.asset
    rate = (
        FrameRate(numerator=row.frame_rate_numerator, denominator=row.frame_rate_denominator)
        if row.frame_rate_numerator and row.frame_rate_denominator
        else None
    )
    is_photo = asset.kind == MediaKind.PHOTO
    return ToWrite(
        values={name: getattr(row, name) for name in FIELDS},
        agreed=dict(base.agreed),
        regions=tuple(_named_faces(asset_id)) if is_photo else (),
        markers=tuple(_markers(asset_id)) if asset.kind == MediaKind.VIDEO and rate else (),
        width=asset.width,
        height=asset.height,
        orientation=base.orientation,
        frame_rate=rate,
    )


def sidecar_row(file_id: int) -> SidecarRow | None:
    """Return what is remembered of a file's sidecar."""
    row = Sidecar.objects.filter(file_id=file_id).first()
    if row is None:
        return None
    return SidecarRow(
        raw_path=bytes(row.raw_path),
        path=row.path,
        digest=row.digest,
        said=dict(row.said),
        regions=tuple(as_region(region) for region in row.regions),
    )


def as_region(stored: dict[str, Any]) -> NamedRegion:
    """Return a region from what `named_regions.as_json` made of it."""
    x, y, width, height = stored["box"]
    return NamedRegion(
        name=stored["name"], kind=RegionKind(stored["kind"]), box=Box(x=x, y=y, width=width, height=height)
    )


def write_counts() -> dict[WriteState, int]:
    """Return how many files' metadata is in which state; those without any are 0."""
    rows = MetadataWrite.objects.values_list("state").annotate(files=Count("pk")).order_by()
    counts = {WriteState(state): files for state, files in rows}
    return {state: counts.get(state, 0) for state in WriteState}


def write_problems() -> list[WriteProblem]:
    """Return what could not be written where it belongs, the latest first."""
    states = [WriteState.FAILED, WriteState.CONFLICT, WriteState.SHADOW]
    rows = (
        MetadataWrite.objects.filter(state__in=states)
        .order_by("-wanted_at", "pk")
        .values_list("file__asset_id", "file__path", "file__library__name", "state", "reason", "target")
    )
    return [
        WriteProblem(
            asset_id=asset_id or 0, path=path, library=library, state=WriteState(state), reason=reason, target=target
        )
        for asset_id, path, library, state, reason, target in rows[:_SHOWN_PROBLEMS]
    ]


def writes_of(asset_id: int) -> list[LastWrite]:
    """Return where an asset's metadata stands at each of its files that has a job."""
    rows = MetadataWrite.objects.filter(file__asset_id=asset_id).order_by("file_id")
    fields = ("file__path", "state", "target", "written_at", "reason")
    return [
        LastWrite(path=path, state=WriteState(state), target=target, written_at=written_at, reason=reason)
        for path, state, target, written_at, reason in rows.values_list(*fields)
    ]


def unwritten_assets() -> list[int]:
    """Return the assets that a user edited and whose files do not say it yet."""
    edited = MetadataBase.objects.filter(edited_at__isnull=False).order_by("asset_id")
    found = []
    for asset_id, agreed, *values in edited.values_list(
        "asset_id", "agreed", *(f"asset__metadata__{name}" for name in FIELDS)
    ).iterator(chunk_size=1000):
        if any(not same(value, agreed.get(name)) for name, value in zip(FIELDS, values, strict=True)):
            found.append(asset_id)
    return found


def named_assets() -> list[int]:
    """Return the photos in which somebody who has a name was found."""
    named = Face.objects.filter(shown_faces(), unit__kind=UnitKind.PHOTO, person__hidden=False)
    return sorted(set(named.exclude(person__name="").values_list("unit__asset_id", flat=True)))


def _named_faces(asset_id: int) -> Sequence[NamedRegion]:
    rows = (
        Face.objects.filter(shown_faces(), unit__asset_id=asset_id, unit__kind=UnitKind.PHOTO, person__hidden=False)
        .exclude(person__name="")
        .order_by("x", "y", "pk")
        .values_list("person__name", "x", "y", "width", "height")
    )
    return [
        NamedRegion(name=name, kind=RegionKind.FACE, box=Box(x=x, y=y, width=width, height=height))
        for name, x, y, width, height in rows
    ]


def _markers(asset_id: int) -> list[Marker]:
    shots = list(
        Unit.objects.filter(asset_id=asset_id, kind=UnitKind.SHOT)
        .order_by("start_ms", "position")
        .values_list("pk", "start_ms", "end_ms")
    )
    if len(shots) < 2:  # a video of one shot needs no marks
        return []
    tags = tags_of_units([pk for pk, _, _ in shots])
    people: dict[int, list[str]] = {}
    faces = Face.objects.filter(shown_faces(), unit_id__in=[pk for pk, _, _ in shots], person__hidden=False)
    for unit_id, name in faces.exclude(person__name="").values_list("unit_id", "person__name").distinct():
        people.setdefault(unit_id, []).append(name)
    made = []
    for number, (pk, start_ms, end_ms) in enumerate(shots, start=1):
        # Only what somebody said of a shot: a model's guesses are not written into other programs' files.
        said = [view.name for view in tags.get(pk, []) if view.accepted]
        comment = ", ".join([*sorted(people.get(pk, [])), *said])
        made.append(Marker(start_ms=start_ms, end_ms=end_ms, name=f"Shot {number}", comment=comment))
    return made
