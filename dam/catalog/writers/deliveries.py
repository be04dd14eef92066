"""The ledger, written: one delivery with its assets once an export has finished; and noise that was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from dam.catalog.models import Asset, AssetNoise, DeliveredAsset, Delivery, Submission
from dam.types import DeliveryForm


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAsset:
    """One asset as it was sent; `digest` is the BLAKE3 of the copy."""

    asset_id: int
    fingerprint: str
    file_name: str
    title: str
    description: str
    keywords: tuple[str, ...]
    categories: tuple[str, ...]
    editorial: bool
    digest: str
    phash: str


def record_delivery(
    sent: Sequence[SentAsset],
    *,
    agency: str,
    name: str,
    form: DeliveryForm,
    written_to: str,
    warnings: int,
    submission_id: int | None,
) -> int:
    """Write a finished export into the ledger; returns the delivery's id."""
    with transaction.atomic():
        there = set(Asset.objects.filter(pk__in=[each.asset_id for each in sent]).values_list("pk", flat=True))
        known = submission_id is not None and Submission.objects.filter(pk=submission_id).exists()
        row = Delivery.objects.create(
            submission_id=submission_id if known else None,
            agency=agency,
            name=name[:200],
            form=form,
            written_to=written_to,
            count=len(sent),
            warnings=warnings,
        )
        DeliveredAsset.objects.bulk_create(
            [
                DeliveredAsset(
                    delivery=row,
                    asset_id=each.asset_id if each.asset_id in there else None,
                    fingerprint=each.fingerprint,
                    file_name=each.file_name,
                    title=each.title,
                    description=each.description,
                    keywords=list(each.keywords),
                    categories=list(each.categories),
                    editorial=each.editorial,
                    digest=each.digest,
                    phash=each.phash,
                )
                for each in sent
            ],
            batch_size=500,
        )
    return row.pk


def record_noise(measured: Mapping[int, float | None], *, model: str) -> None:
    """Remember how noisy assets are (None: they have no picture); assets that are gone are left out."""
    there = Asset.objects.filter(pk__in=list(measured)).values_list("pk", flat=True)
    AssetNoise.objects.bulk_create(
        [AssetNoise(asset_id=pk, noise=measured[pk], model=model) for pk in there],
        update_conflicts=True,
        unique_fields=["asset"],
        update_fields=["noise", "model"],
        batch_size=500,
    )
