"""Collections, the history of searches, pinned searches and preferences, out of a catalogue and into one."""

from collections.abc import Iterable, Iterator

from dam.catalog.models import Collection, CollectionItem, PastSearch, PinnedQuery, Preference
from dam.catalog.portable.arrival import Arrival, Row, batches, create_dated, moment_of, text_of
from dam.catalog.portable.queries import pictures_in, with_pictures_of_here


def collections() -> Iterator[Row]:
    """Yield the collections with what was put into them, in its order."""
    for row in Collection.objects.order_by("pk"):
        items = row.items.select_related("asset").order_by("position", "pk")
        yield {
            "key": f"c{row.pk}",
            "kind": row.kind,
            "name": row.name,
            "note": row.note,
            "asked": row.asked,
            "pictures": pictures_in(row.asked),
            "created_at": text_of(row.created_at),
            "visited_at": text_of(row.visited_at),
            "items": [
                {
                    "asset": item.asset.fingerprint,
                    "start_ms": item.start_ms,
                    "end_ms": item.end_ms,
                    "unit": item.unit.kind if item.unit else None,
                    "position": item.position,
                    "note": item.note,
                    "added_at": text_of(item.added_at),
                }
                for item in items.select_related("unit")
            ],
        }


def searches() -> Iterator[Row]:
    """Yield the searches that were made."""
    for row in PastSearch.objects.order_by("pk"):
        yield {
            "key": row.key,
            "asked": row.asked,
            "pictures": pictures_in(row.asked),
            "times": row.times,
            "good": row.good,
            "first_at": text_of(row.first_at),
            "last_at": text_of(row.last_at),
        }


def pins() -> Iterator[Row]:
    """Yield the searches that must find something, with what."""
    for row in PinnedQuery.objects.select_related("asset").order_by("pk"):
        yield {
            "asked": row.asked,
            "pictures": pictures_in(row.asked),
            "asset": row.asset.fingerprint,
            "start_ms": row.start_ms,
            "end_ms": row.end_ms,
            "note": row.note,
            "created_at": text_of(row.created_at),
        }


def preferences() -> Iterator[Row]:
    """Yield the choices that people made."""
    for row in Preference.objects.order_by("key"):
        yield {"key": row.key, "value": row.value}


def take_collections(rows: Iterable[Row], arrival: Arrival) -> None:
    """Find collections by kind, name and when they were made, or make them; items that are not in them are added."""
    here = {
        (kind, name, text_of(at)): pk
        for kind, name, at, pk in Collection.objects.values_list("kind", "name", "created_at", "pk")
    }
    for row in rows:
        identity = (row["kind"], row["name"], row["created_at"])
        pk = here.get(identity)
        arrival.count("collections", "there" if pk is not None else "added")
        if pk is None:
            made = Collection(
                kind=row["kind"],
                name=row["name"],
                note=row["note"],
                asked=with_pictures_of_here(row["asked"], row["pictures"], arrival),
                visited_at=moment_of(row["visited_at"]),
            )
            create_dated([made], {"created_at": [moment_of(row["created_at"])]})
            pk = here[identity] = made.pk
        arrival.collections[row["key"]] = pk
        for items in batches(row["items"]):
            _take_items(items, pk, arrival)


def take_searches(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add searches to the history."""
    here = set(PastSearch.objects.values_list("key", flat=True))
    new = [row for row in rows if row["key"] not in here]
    made = [
        PastSearch(
            key=row["key"],
            asked=with_pictures_of_here(row["asked"], row["pictures"], arrival),
            times=row["times"],
            good=row["good"],
            last_at=row["last_at"],
        )
        for row in new
    ]
    create_dated(made, {"first_at": [moment_of(row["first_at"]) for row in new]})
    arrival.count("searches", "added", len(new))


def take_pins(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add pinned searches."""
    for row in rows:
        arrival.know([row["asset"]])
        asset_id = arrival.assets.get(row["asset"])
        if asset_id is None:
            arrival.count("pins", "left")
            continue
        stretch = {"start_ms": row["start_ms"], "end_ms": row["end_ms"]}
        asked = with_pictures_of_here(row["asked"], row["pictures"], arrival)
        if PinnedQuery.objects.filter(asset_id=asset_id, asked=asked, **stretch).exists():
            arrival.count("pins", "there")
            continue
        made = PinnedQuery(asset_id=asset_id, asked=asked, note=row["note"], **stretch)
        create_dated([made], {"created_at": [moment_of(row["created_at"])]})
        arrival.count("pins", "added")


def take_preferences(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add choices that were not made here."""
    for row in rows:
        _, made = Preference.objects.get_or_create(key=row["key"], defaults={"value": row["value"]})
        arrival.count("preferences", "added" if made else "there")


def _take_items(rows: list[Row], collection_id: int, arrival: Arrival) -> None:
    arrival.know(row["asset"] for row in rows)
    refs = [row | {"kind": row["unit"]} for row in rows if row["unit"]]
    units = arrival.units(refs)
    there = set(
        CollectionItem.objects.filter(collection_id=collection_id).values_list("asset_id", "start_ms", "end_ms")
    )
    made, dates = [], []
    for row in rows:
        asset_id = arrival.assets.get(row["asset"])
        if asset_id is None:
            arrival.count("collection_items", "left")
        elif (asset_id, row["start_ms"], row["end_ms"]) not in there:
            unit = units.find(row | {"kind": row["unit"]}) if row["unit"] else None
            made.append(
                CollectionItem(
                    collection_id=collection_id,
                    asset_id=asset_id,
                    unit=unit,
                    start_ms=row["start_ms"],
                    end_ms=row["end_ms"],
                    position=row["position"],
                    note=row["note"],
                )
            )
            dates.append(moment_of(row["added_at"]))
        else:
            arrival.count("collection_items", "there")
    create_dated(made, {"added_at": dates})
    arrival.count("collection_items", "added", len(made))
