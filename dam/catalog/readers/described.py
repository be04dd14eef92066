"""What is said of assets, for the pages that edit it: of one, of many together, and what was changed when."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dam.catalog.ids import among
from dam.catalog.models import AssetMetadata, MetadataChange
from dam.types import EditCause, MetadataField, MetadataValue

_FIELDS = [each.value for each in MetadataField]
_MOST_EDITS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What is said of several assets: how many have which value of each field, and each keyword.

    `values` leaves out what is empty; keywords are in the order in which they stand most often.
    """

    assets: int
    values: Mapping[MetadataField, Counter[MetadataValue]] = field(default_factory=dict)
    keywords: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastChange:
    """One field of an asset as it was before an edit and after."""

    field: MetadataField
    before: MetadataValue
    after: MetadataValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEdit:
    """An edit as it is told for one asset; with a `correction_id` it may be undone."""

    id: int
    made_at: datetime
    cause: EditCause
    summary: str
    undone: bool
    correction_id: int | None
    changes: tuple[PastChange, ...]


def described(asset_ids: Collection[int]) -> dict[int, dict[MetadataField, MetadataValue]]:
    """Return every field of these assets; of one that was not read yet all are empty."""
    rows = AssetMetadata.objects.filter(pk__in=among(asset_ids)).values_list("pk", *_FIELDS)
    found = {pk: dict(zip(MetadataField, values, strict=True)) for pk, *values in rows}
    return {pk: found.get(pk, nothing()) for pk in asset_ids}


def nothing() -> dict[MetadataField, MetadataValue]:
    """Return the fields of an asset of which nothing is said."""
    empty: dict[MetadataField, MetadataValue] = dict.fromkeys(MetadataField, "")
    return empty | {MetadataField.KEYWORDS: [], MetadataField.RATING: None}


def together(asset_ids: Collection[int]) -> Together:
    """Return what these assets have in common, and what differs."""
    values: dict[MetadataField, Counter[MetadataValue]] = {
        each: Counter() for each in MetadataField if each is not MetadataField.KEYWORDS
    }
    keywords: Counter[str] = Counter()
    every = described(asset_ids)
    for said in every.values():
        for each, counted in values.items():
            if said[each] not in (None, ""):
                counted[said[each]] += 1
        words = said[MetadataField.KEYWORDS]
        keywords.update(list(dict.fromkeys(map(str, words))) if isinstance(words, list) else ())
    return Together(assets=len(every), values=values, keywords=dict(keywords.most_common()))


def history_of(asset_id: int) -> list[PastEdit]:
    """Return the edits of an asset, the last first; no more than fifty."""
    rows = MetadataChange.objects.filter(asset_id=asset_id).select_related("edit__correction")
    by_edit: dict[int, list[MetadataChange]] = {}
    for row in rows.order_by("-edit_id", "pk"):
        by_edit.setdefault(row.edit_id, []).append(row)
        if len(by_edit) > _MOST_EDITS:
            break
    return [_past(changes) for changes in list(by_edit.values())[:_MOST_EDITS]]


def _past(changes: list[MetadataChange]) -> PastEdit:
    edit = changes[0].edit
    correction = edit.correction
    return PastEdit(
        id=edit.pk,
        made_at=edit.made_at,
        cause=EditCause(edit.cause),
        summary=edit.summary,
        undone=edit.undone,
        correction_id=correction.pk if correction is not None and not correction.undone else None,
        changes=tuple(
            PastChange(field=MetadataField(row.field), before=row.before, after=row.after) for row in changes
        ),
    )
