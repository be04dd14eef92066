"""Submissions and what was said of their assets for an agency, and the ledger of what went where."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from dam.catalog.ids import chunks
from dam.catalog.models import CollectionItem, DeliveredAsset, Delivery, Submission, SubmissionItem
from dam.types import DeliveryForm


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionView:
    """A submission: its name is its collection's; `sent_at` when something of it was last delivered."""

    id: int
    collection_id: int
    name: str
    agency: str
    options: dict[str, Any]
    count: int
    made_at: datetime
    changed_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of an asset for one agency; None stands for the asset's own, or for what the submission says."""

    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] | None = None
    file_name: str = ""
    categories: tuple[str, ...] = ()
    editorial: bool | None = None
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """A finished export."""

    id: int
    submission_id: int | None
    agency: str
    name: str
    form: DeliveryForm
    written_to: str
    count: int
    warnings: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredView:
    """An asset as it was sent; `asset_id` None where it is gone."""

    asset_id: int | None
    fingerprint: str
    file_name: str
    title: str
    description: str
    keywords: tuple[str, ...]
    categories: tuple[str, ...]
    editorial: bool
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is asked of the ledger for near-duplicates: a hash, by which name it went, and when."""

    asset_id: int | None
    fingerprint: str
    phash: str
    file_name: str
    at: datetime


def submissions() -> list[SubmissionView]:
    """Return all submissions, the one changed last first."""
    return [_view(row) for row in _counted().order_by("-changed_at", "-pk")]


def submission(submission_id: int) -> SubmissionView | None:
    """Return one submission, or None."""
    row = _counted().filter(pk=submission_id).first()
    return _view(row) if row else None


def submission_of(collection_id: int) -> int | None:
    """Return the submission that a collection is, or None."""
    return Submission.objects.filter(collection_id=collection_id).values_list("pk", flat=True).first()


def assets_of(submission_id: int) -> list[int]:
    """Return the assets of a submission in its order, each once."""
    rows = CollectionItem.objects.filter(collection__submission=submission_id).order_by("position", "pk")
    return list(dict.fromkeys(rows.values_list("asset_id", flat=True)))


def said_of(submission_id: int, agency: str, asset_ids: Collection[int] | None = None) -> dict[int, Said]:
    """Return what was said for an agency, by asset; assets of which nothing was said are left out."""
    rows = SubmissionItem.objects.filter(submission_id=submission_id, agency=agency)
    if asset_ids is not None and len(asset_ids) == 1:
        rows = rows.filter(asset_id=next(iter(asset_ids)))
    return {row.asset_id: as_said(row) for row in rows}


def as_said(row: SubmissionItem) -> Said:
    """Return a row as what it says."""
    return Said(
        title=row.title,
        description=row.description,
        keywords=None if row.keywords is None else tuple(str(word) for word in row.keywords),
        file_name=row.file_name,
        categories=tuple(str(key) for key in row.categories),
        editorial=row.editorial,
        choices={str(name): str(value) for name, value in row.choices.items()},
    )


def deliveries(*, agency: str = "", submission_id: int | None = None, limit: int = 200) -> list[DeliveryView]:
    """Return the ledger, the last first."""
    rows = Delivery.objects.order_by("-made_at", "-pk")
    if agency:
        rows = rows.filter(agency=agency)
    if submission_id is not None:
        rows = rows.filter(submission_id=submission_id)
    return [_delivery(row) for row in rows[:limit]]


def delivery(delivery_id: int) -> tuple[DeliveryView, list[DeliveredView]] | None:
    """Return one delivery with what was sent, by file name; or None."""
    row = Delivery.objects.filter(pk=delivery_id).first()
    if row is None:
        return None
    return _delivery(row), [_delivered(each) for each in row.assets.order_by("file_name", "pk")]


def sent_to(agency: str) -> list[Sent]:
    """Return all that went to an agency, the first first: one small row for each."""
    rows = DeliveredAsset.objects.filter(delivery__agency=agency).order_by("delivery__made_at", "pk")
    fields = rows.values_list("asset_id", "fingerprint", "phash", "file_name", "delivery__made_at")
    return [
        Sent(asset_id=asset_id, fingerprint=fingerprint, phash=phash, file_name=name, at=at)
        for asset_id, fingerprint, phash, name, at in fields
    ]


def agencies_with_asset(asset_ids: Iterable[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Return the agencies that have got an asset, each with when it was last sent."""
    found: dict[int, list[tuple[str, datetime]]] = {}
    for some in chunks(asset_ids):
        rows = DeliveredAsset.objects.filter(asset_id__in=some).values_list("asset_id", "delivery__agency")
        for asset_id, agency, at in rows.annotate(at=Max("delivery__made_at")).order_by("at"):
            if asset_id is not None:
                found.setdefault(asset_id, []).append((agency, at))
    return found


def _counted() -> Any:
    counts = Count("collection__items__asset", distinct=True)
    return Submission.objects.select_related("collection").annotate(count=counts, sent_at=Max("deliveries__made_at"))


def _view(row: Any) -> SubmissionView:
    return SubmissionView(
        id=row.pk,
        collection_id=row.collection_id,
        name=row.collection.name,
        agency=row.agency,
        options=dict(row.options),
        count=row.count,
        made_at=row.made_at,
        changed_at=row.changed_at,
        sent_at=row.sent_at,
    )


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.pk,
        submission_id=row.submission_id,
        agency=row.agency,
        name=row.name,
        form=DeliveryForm(row.form),
        written_to=row.written_to,
        count=row.count,
        warnings=row.warnings,
        made_at=row.made_at,
    )


def _delivered(row: DeliveredAsset) -> DeliveredView:
    return DeliveredView(
        asset_id=row.asset_id,
        fingerprint=row.fingerprint,
        file_name=row.file_name,
        title=row.title,
        description=row.description,
        keywords=tuple(str(word) for word in row.keywords),
        categories=tuple(str(key) for key in row.categories),
        editorial=row.editorial,
        digest=row.digest,
    )
