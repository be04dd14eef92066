"""Stock submissions, releases and the ledger of what was delivered, out of a catalogue and into one."""

from collections.abc import Iterable, Iterator
from datetime import date

from dam.catalog.models import DeliveredAsset, Delivery, Release, Submission, SubmissionItem
from dam.catalog.portable.arrival import BATCH, Arrival, Row, create_dated, moment_of, text_of
from dam.catalog.writers.people import steady_people

_ITEM = ("agency", "title", "description", "keywords", "file_name", "categories", "editorial", "choices")
_RELEASE = ("kind", "name", "key", "digest", "mime", "file_name", "size_bytes", "note", "places")
_DELIVERY = ("agency", "name", "form", "written_to", "count", "warnings")
_DELIVERED = (
    "fingerprint", "file_name", "title", "description", "keywords", "categories", "editorial", "digest", "phash",
)  # fmt: skip


def submissions() -> Iterator[Row]:
    """Yield the submissions with what was said of single assets for an agency."""
    for row in Submission.objects.order_by("pk"):
        yield {
            "collection": f"c{row.collection_id}",
            "agency": row.agency,
            "options": row.options,
            "made_at": text_of(row.made_at),
            "changed_at": text_of(row.changed_at),
            "items": [
                {"asset": item.asset.fingerprint} | {name: getattr(item, name) for name in _ITEM}
                for item in row.items.select_related("asset").order_by("pk")
            ],
        }


def releases() -> Iterator[Row]:
    """Yield the releases; `key` is the document's name below `documents/`, "" where there is none yet."""
    steady = steady_people()
    for row in Release.objects.order_by("pk"):
        yield {
            **{name: getattr(row, name) for name in _RELEASE},
            "signed_on": row.signed_on.isoformat() if row.signed_on else None,
            "expires_on": row.expires_on.isoformat() if row.expires_on else None,
            "people": [f"p{pk}" for pk in row.people.order_by("pk").values_list("pk", flat=True) if pk in steady],
            "assets": list(row.assets.order_by("pk").values_list("fingerprint", flat=True)),
            "added_at": text_of(row.added_at),
        }


def deliveries() -> Iterator[Row]:
    """Yield the ledger: what went to whom, when, and as what."""
    for row in Delivery.objects.order_by("pk"):
        yield {
            "collection": f"c{row.submission.collection_id}" if row.submission else None,
            **{name: getattr(row, name) for name in _DELIVERY},
            "made_at": text_of(row.made_at),
            "assets": [
                {name: getattr(one, name) for name in _DELIVERED} for one in row.assets.order_by("file_name", "pk")
            ],
        }


def take_submissions(rows: Iterable[Row], arrival: Arrival) -> None:
    """Make the collections that were submissions so again."""
    for row in rows:
        collection = arrival.collections.get(row["collection"])
        if collection is None:
            arrival.count("submissions", "left")
            continue
        here = Submission.objects.filter(collection_id=collection).first()
        arrival.count("submissions", "there" if here else "added")
        if here is None:
            here = Submission(collection_id=collection, agency=row["agency"], options=row["options"])
            create_dated(
                [here], {"made_at": [moment_of(row["made_at"])], "changed_at": [moment_of(row["changed_at"])]}
            )
        arrival.know(item["asset"] for item in row["items"])
        SubmissionItem.objects.bulk_create(
            [
                SubmissionItem(
                    submission=here,
                    asset_id=arrival.assets[item["asset"]],
                    **{name: item[name] for name in _ITEM},
                )
                for item in row["items"]
                if item["asset"] in arrival.assets
            ],
            ignore_conflicts=True,  # said here already
            batch_size=BATCH,
        )


def take_releases(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add releases that are not here, and say again whom and what they hold for."""
    for row in rows:
        here = Release.objects.filter(kind=row["kind"], name=row["name"], digest=row["digest"]).first()
        arrival.count("releases", "there" if here else "added")
        if here is None:
            here = Release(
                signed_on=_day(row["signed_on"]),
                expires_on=_day(row["expires_on"]),
                **{name: row[name] for name in _RELEASE},
            )
            create_dated([here], {"added_at": [moment_of(row["added_at"])]})
        arrival.know(row["assets"])
        here.assets.add(*(arrival.assets[one] for one in row["assets"] if one in arrival.assets))
        here.people.add(*(arrival.people[one] for one in row["people"] if one in arrival.people))


def take_deliveries(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add what was delivered to the ledger."""
    here = {
        (agency, name, text_of(at)) for agency, name, at in Delivery.objects.values_list("agency", "name", "made_at")
    }
    for row in rows:
        if (row["agency"], row["name"], row["made_at"]) in here:
            arrival.count("deliveries", "there")
            continue
        of = Submission.objects.filter(collection_id=arrival.collections.get(row["collection"] or "", 0)).first()
        made = Delivery(submission=of, **{name: row[name] for name in _DELIVERY})
        create_dated([made], {"made_at": [moment_of(row["made_at"])]})
        arrival.know(one["fingerprint"] for one in row["assets"])
        DeliveredAsset.objects.bulk_create(
            [
                DeliveredAsset(delivery=made, asset_id=arrival.assets.get(one["fingerprint"]), **one)
                for one in row["assets"]
            ],
            batch_size=BATCH,
        )
        arrival.count("deliveries", "added")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
