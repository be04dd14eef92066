"""What people keep of their searches, read: collections with their last counts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from dam.catalog.models import Collection
from dam.types import CollectionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A living collection: its name, the parameters of its search, and what was counted last.

    `covers` are ids of units. `problem` says why it could not be counted.
    """

    id: int
    name: str
    asked: dict[str, str]
    created_at: datetime
    visited_at: datetime | None
    counted_at: datetime | None
    count: int
    new_count: int
    covers: tuple[int, ...]
    problem: str


def saved_searches(*, limit: int | None = None) -> list[SavedSearch]:
    """Return the living collections, by name; with `limit` only those that have something new, then the last used."""
    rows = Collection.objects.filter(kind=CollectionKind.SEARCH).defer("seen", "shown")
    if limit is None:
        return sorted((_saved(row) for row in rows), key=lambda saved: saved.name.casefold())
    return [_saved(row) for row in rows.order_by("-new_count", F("visited_at").desc(nulls_last=True), "-pk")[:limit]]


def saved_search(collection_id: int) -> SavedSearch | None:
    """Return one living collection, or None."""
    rows = Collection.objects.filter(pk=collection_id, kind=CollectionKind.SEARCH)
    row = rows.defer("seen", "shown").first()
    return _saved(row) if row else None


def units_seen(collection_id: int) -> tuple[list[int], list[int]]:
    """Return the units that were shown before the visit that is going on, and those that were shown in it, too."""
    rows = Collection.objects.filter(pk=collection_id).values_list("seen", "shown")
    return next(((list(seen), list(shown)) for seen, shown in rows), ([], []))


def collection_names() -> dict[int, str]:
    """Return the names of all collections by id."""
    return dict(Collection.objects.values_list("pk", "name"))


def _saved(row: Collection) -> SavedSearch:
    return SavedSearch(
        id=row.pk,
        name=row.name,
        asked={str(name): str(value) for name, value in row.asked.items()},
        created_at=row.created_at,
        visited_at=row.visited_at,
        counted_at=row.counted_at,
        count=row.count,
        new_count=row.new_count,
        covers=tuple(row.covers),
        problem=row.problem,
    )
