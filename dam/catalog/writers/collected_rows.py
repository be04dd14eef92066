"""What hand-made collections hold, written down for undoing and put back: by asset and times, never by the row's id,
which is another once something was taken out and came back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from dam.catalog.ids import among
from dam.catalog.models import Asset, CollectionItem, Unit

Stretch = tuple[int, int, int]  # asset, start_ms, end_ms
_BATCH = 500


def stretch_of(item: CollectionItem) -> Stretch:
    """Return what makes an item the same as another."""
    return item.asset_id, item.start_ms, item.end_ms


def written(items: Iterable[CollectionItem]) -> list[list[Any]]:
    """Return items as plain data."""
    return [[*stretch_of(item), item.unit_id, item.position, item.note, item.added_at.isoformat()] for item in items]


def put_back(collection_id: int, rows: Sequence[Sequence[Any]]) -> int:
    """Put items back that were `written`; returns how many. What has lost its asset since is left out."""
    assets = set(Asset.objects.filter(pk__in=among([row[0] for row in rows])).values_list("pk", flat=True))
    units = set(Unit.objects.filter(pk__in=among([row[3] for row in rows if row[3]])).values_list("pk", flat=True))
    there = {stretch_of(item) for item in items_in(collection_id)}
    back = [
        CollectionItem(
            collection_id=collection_id,
            asset_id=asset,
            start_ms=start,
            end_ms=end,
            unit_id=unit if unit in units else None,
            position=position,
            note=note,
        )
        for asset, start, end, unit, position, note, _ in rows
        if asset in assets and (asset, start, end) not in there
    ]
    CollectionItem.objects.bulk_create(back, batch_size=_BATCH)
    added = {(row[0], row[1], row[2]): datetime.fromisoformat(row[6]) for row in rows}
    for item in back:
        item.added_at = added.get(stretch_of(item), timezone.now())
    CollectionItem.objects.bulk_update(back, ["added_at"], batch_size=_BATCH)
    return len(back)


def undo_items(collection_id: int, before: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    """Undo what was done to the items of a collection.

    `take` are stretches to take out, `put` items to put back, `places` and `notes` what stretches had.
    """
    take = {(row[0], row[1], row[2]) for row in before.get("take", ())}
    if take:
        gone = [item.pk for item in items_in(collection_id) if stretch_of(item) in take]
        CollectionItem.objects.filter(pk__in=among(gone)).delete()
    if before.get("put"):
        put_back(collection_id, before["put"])
    for field, name in (("position", "places"), ("note", "notes")):
        wanted = {(row[0], row[1], row[2]): row[3] for row in before.get(name, ())}
        changed = [item for item in items_in(collection_id) if stretch_of(item) in wanted] if wanted else []
        for item in changed:
            setattr(item, field, wanted[stretch_of(item)])
        CollectionItem.objects.bulk_update(changed, [field], batch_size=_BATCH)


def items_in(collection_id: int) -> list[CollectionItem]:
    """Return the items of a collection in their order."""
    return list(CollectionItem.objects.filter(collection_id=collection_id).order_by("position", "pk"))
