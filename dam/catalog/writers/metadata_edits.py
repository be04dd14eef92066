"""What is said of assets, changed with its way back: values, history and the words to be found by, all or nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from dam.catalog import fulltext
from dam.catalog.ids import among
from dam.catalog.models import Asset, AssetMetadata, Correction, MetadataChange, MetadataEdit
from dam.catalog.writers.described import described_texts
from dam.types import EditCause, MetadataField, MetadataValue, MetadataValues

SUBJECT = "metadata"
_FIELDS = [field.value for field in MetadataField]
_UNSAID = {MetadataField.RATING, MetadataField.LABEL, MetadataField.COPYRIGHT, MetadataField.COUNTRY_CODE}  # no words
_STRETCH = 2_000  # assets whose words are written at a time

# The fields to be changed, with their new values, by an asset's id and what is said of it now.
Decide = Callable[[int, MetadataValues], MetadataValues]
Summarize = Callable[[Mapping[MetadataField, int]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What an edit came to: `touched` assets of those asked for, and how many of them in each field."""

    correction_id: int
    touched: tuple[int, ...]
    fields: Mapping[MetadataField, int]


def edit(asset_ids: Iterable[int], decide: Decide, *, cause: EditCause, summarize: Summarize) -> Edited | None:
    """Change what is said of these assets, in one transaction; None where nothing differs. Assets that are gone are
    left out. `decide` gives only what differs; `summarize` is told how many assets it changes in each field.
    """
    with transaction.atomic():
        now = _values_now(asset_ids)
        after = {pk: new for pk, values in now.items() if (new := dict(decide(pk, values)))}
        if not after:
            return None
        counts: dict[MetadataField, int] = {}
        for new in after.values():
            for field in new:
                counts[field] = counts.get(field, 0) + 1
        summary = summarize(counts)
        correction = Correction.objects.create(subject=SUBJECT, summary=summary, inverse={})
        made = MetadataEdit.objects.create(cause=cause, summary=summary, correction=correction)
        MetadataChange.objects.bulk_create(
            [
                MetadataChange(edit=made, asset_id=pk, field=field, before=now[pk][field], after=value)
                for pk, new in after.items()
                for field, value in new.items()
            ],
            batch_size=500,
        )
        _write(after)
        return Edited(correction_id=correction.pk, touched=tuple(after), fields=counts)


def undo(correction_id: int) -> list[int] | None:
    """Put back what an edit changed, where it is still what the edit made of it; returns the assets that it changed.

    What was changed since stays, and is counted in `kept_of`. None where there is nothing to undo.
    """
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        made = MetadataEdit.objects.filter(correction=row).first() if row is not None else None
        if row is None or made is None:
            return None
        changes = list(made.changes.values_list("asset_id", "field", "before", "after"))
        now = _values_now({pk for pk, *_ in changes})
        back: dict[int, dict[MetadataField, MetadataValue]] = {}
        kept = 0
        for pk, name, before, after in changes:
            field = MetadataField(name)
            if pk in now and (now[pk][field] or None) == (after or None):
                back.setdefault(pk, {})[field] = before
            else:
                kept += 1
        _write(back)
        row.undone, row.inverse = True, {"kept": kept}
        row.save(update_fields=["undone", "inverse"])
        made.undone = bool(back)
        made.save(update_fields=["undone"])
        return list(back)


def kept_of(correction_id: int) -> int:
    """Return how many values an undone edit left, because they were changed since."""
    inverse = Correction.objects.filter(pk=correction_id).values_list("inverse", flat=True).first()
    return int((inverse or {}).get("kept", 0))


def _values_now(asset_ids: Iterable[int]) -> dict[int, dict[MetadataField, MetadataValue]]:
    """Return every field of these assets, locked until the transaction ends; those without a row get one."""
    wanted = sorted(set(asset_ids))
    known = set(AssetMetadata.objects.filter(pk__in=among(wanted)).values_list("pk", flat=True))
    if len(known) < len(wanted):
        without = Asset.objects.filter(pk__in=among([pk for pk in wanted if pk not in known]))
        AssetMetadata.objects.bulk_create(
            [AssetMetadata(asset_id=pk) for pk in without.values_list("pk", flat=True)],
            batch_size=500,
            ignore_conflicts=True,  # the file's own may be written meanwhile
        )
    rows = AssetMetadata.objects.select_for_update().filter(pk__in=among(wanted)).order_by("pk")
    return {pk: dict(zip(MetadataField, values, strict=True)) for pk, *values in rows.values_list("pk", *_FIELDS)}


def _write(after: Mapping[int, MetadataValues]) -> None:
    by_field: dict[MetadataField, list[tuple[Any, int]]] = {}
    for pk, new in after.items():
        for field, value in new.items():
            by_field.setdefault(field, []).append((value, pk))
    table = connection.ops.quote_name(AssetMetadata._meta.db_table)  # noqa: SLF001 - Django's documented way
    with connection.cursor() as cursor:
        for field, pairs in by_field.items():
            column: models.Field[Any, Any] = getattr(AssetMetadata, field.value).field
            name = connection.ops.quote_name(column.attname)
            cursor.executemany(
                f"UPDATE {table} SET {name} = %s WHERE asset_id = %s",  # noqa: S608 - our own names
                [(column.get_db_prep_save(value, connection), pk) for value, pk in pairs],
            )
    write_words([pk for pk, new in after.items() if not set(new) <= _UNSAID])


def write_words(asset_ids: Collection[int]) -> None:
    """Write what these assets are found by anew."""
    wanted = list(asset_ids)
    for start in range(0, len(wanted), _STRETCH):
        texts = described_texts(wanted[start : start + _STRETCH])
        fulltext.index_units(fulltext.TextRow(unit_id=unit_id, described=text) for unit_id, text in texts.items())
