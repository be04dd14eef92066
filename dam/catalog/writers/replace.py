"""Units of an asset that was prepared anew: what people said of the old ones is kept.

A unit that comes out as it was keeps its row, and with it people and verdicts; only what models made of it goes.
Where shots were cut otherwise, what people said moves to the shot that shares most of its time.
"""

from collections.abc import Sequence

from dam.catalog import fulltext
from dam.catalog.models import Asset, CollectionItem, Embedding, Face, IgnoredRegion, Rendition, TagVerdict, Unit
from dam.catalog.writers.units import forget_embeddings, forget_units
from dam.types import RenditionRole, UnitKind


def replace_units(asset: Asset, wanted: Sequence[Unit]) -> list[Unit]:
    """Make the asset's units those of `wanted` (not saved yet); returns their rows, in the same order.

    Spoken clips go: the transcript is made anew; those of a transcript that people changed stay, beside what is
    returned. Call it in the transaction that writes the rest.
    """
    theirs = Unit.objects.filter(asset=asset, speech__transcript__edited_at__isnull=False)
    units = asset.units.exclude(pk__in=theirs.values("pk"))
    old = {(unit.kind, unit.start_ms, unit.end_ms): unit for unit in units}
    kept: dict[int, Unit] = {}
    for unit in wanted:
        same = old.get((unit.kind, unit.start_ms, unit.end_ms))
        spoken = same is not None and same.kind == UnitKind.CLIP and same.position > 0
        if same is not None and not spoken and same.position == unit.position:
            kept[id(unit)] = same
    keep = {unit.pk for unit in kept.values()}
    gone = [unit for unit in old.values() if unit.pk not in keep]
    # Positions are unique: those that go make room first.
    for number, unit in enumerate(gone, start=1):
        unit.position = -number
    Unit.objects.bulk_update(gone, ["position"], batch_size=500)
    Unit.objects.bulk_create([unit for unit in wanted if id(unit) not in kept], batch_size=500)
    rows = [kept.get(id(unit), unit) for unit in wanted]
    for unit in gone:
        heir = _heir(unit, rows)
        if heir is not None:
            _move(unit, heir)
    _move_ignored(gone, rows)
    forget_units([unit.pk for unit in gone])
    stale = Embedding.objects.filter(unit_id__in=keep).exclude(face__isnull=False)
    forget_embeddings(stale.values_list("pk", "space"))
    fulltext.index_units(
        fulltext.TextRow(unit_id=pk, spoken="", described="", written="", captioned="") for pk in keep
    )
    return rows


def _heir(unit: Unit, rows: Sequence[Unit]) -> Unit | None:
    """Return the new unit that shares most of an old one's time."""
    alike = [row for row in rows if row.kind == unit.kind]
    heir = max(alike, key=lambda row: _shared_ms(unit, row), default=None)
    if heir is None:
        return None
    timeless = unit.start_ms == unit.end_ms  # a photo
    return heir if timeless or _shared_ms(unit, heir) > 0 else None


def _move_ignored(gone: Sequence[Unit], rows: Sequence[Unit]) -> None:
    """Move each region in which no face is looked for to the new unit that shows its moment."""
    regions = list(IgnoredRegion.objects.filter(unit__in=[unit.pk for unit in gone]).select_related("unit"))
    for region in regions:
        showing = (row for row in rows if row.kind == region.unit.kind and row.start_ms <= region.at_ms < row.end_ms)
        heir = next(showing, None) or _heir(region.unit, rows)
        if heir is not None:
            region.unit = heir
    IgnoredRegion.objects.bulk_update(regions, ["unit"], batch_size=200)


def _shared_ms(one: Unit, other: Unit) -> int:
    return min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)


def _move(unit: Unit, heir: Unit) -> None:
    Face.objects.filter(unit=unit).update(unit=heir)
    Embedding.objects.filter(unit=unit, face__isnull=False).update(unit=heir)
    Rendition.objects.filter(unit=unit, role=RenditionRole.FACE).update(unit=heir)
    CollectionItem.objects.filter(unit=unit).update(unit=heir)
    said = set(TagVerdict.objects.filter(unit=heir).values_list("tag_id", flat=True))
    TagVerdict.objects.filter(unit=unit).exclude(tag_id__in=said).update(unit=heir)
