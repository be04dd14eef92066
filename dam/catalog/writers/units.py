"""Vectors and proxies of units, each written with its finished stage in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from django.db import transaction
from django.utils import timezone

from dam.catalog import fulltext, jobs
from dam.catalog.models import Asset, Embedding, StageRun, Tombstone, Unit
from dam.catalog.writers.renditions import as_row, place
from dam.catalog.writers.stages import enqueue_after
from dam.ports import ModelInfo, Vectors
from dam.types import Plan, RenditionFile, RenditionRole, Stage

TOMBSTONES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one vector belongs to: a unit, at a time of its asset."""

    unit_id: int
    at_ms: int


def record_embeddings(
    runs: Sequence[StageRun],
    looks: Sequence[Look],
    vectors: Vectors,
    *,
    info: ModelInfo,
    took_ms: int,
    plan: Plan | None = None,
    keep: Collection[int] = (),
) -> None:
    """Write one vector per look (rows of `vectors`, unit length) and finish the runs they come from.

    The assets' other vectors of that space go, but for those of the units in `keep`. What works on these vectors by
    the `plan` becomes due.
    """
    halves = vectors.astype("<f2")
    with transaction.atomic():
        ours = jobs.ours(runs)
        unit_assets = dict(Unit.objects.filter(pk__in={look.unit_id for look in looks}).values_list("pk", "asset_id"))
        kept_assets = {run.asset_id for run in ours}
        there = Embedding.objects.filter(unit__asset_id__in=kept_assets, space=info.space)
        standing = set(keep)
        forget_embeddings((pk, info.space) for pk, unit in there.values_list("pk", "unit_id") if unit not in standing)
        Embedding.objects.bulk_create(
            [
                Embedding(
                    unit_id=look.unit_id,
                    space=info.space,
                    model=info.name,
                    at_ms=look.at_ms,
                    vector=np.ascontiguousarray(half).tobytes(),
                )
                for look, half in zip(looks, halves, strict=True)
                if unit_assets.get(look.unit_id) in kept_assets
            ],
            batch_size=500,
        )
        if plan and ours:
            enqueue_after(kept_assets, stage=Stage(ours[0].stage), model=ours[0].model, plan=plan)
        jobs.finish(ours, took_ms=took_ms)


def record_proxy(run: StageRun, file: RenditionFile, *, renditions: Path, took_ms: int) -> bool:
    """Write a browser-playable proxy. Returns False when another worker has taken the run over. Raises StoreError."""
    asset = run.asset
    placed = place(asset, file, name="proxy", folder=renditions)
    with transaction.atomic():
        if not jobs.still_ours(run):
            return False
        asset.renditions.filter(role=RenditionRole.PROXY).delete()
        as_row(asset, None, placed).save()
        jobs.finish([run], took_ms=took_ms)
    return True


def forget_units(unit_ids: Iterable[int]) -> None:
    """Delete units with everything that hangs on them, leaving tombstones for their vectors."""
    wanted = list(unit_ids)
    forget_embeddings(Embedding.objects.filter(unit_id__in=wanted).values_list("pk", "space"))
    fulltext.forget_units(wanted)
    Unit.objects.filter(pk__in=wanted).delete()


def forget_embeddings(rows: Iterable[tuple[int, str]]) -> None:
    """Delete vectors, given as (id, space), leaving a tombstone for each."""
    gone = list(rows)
    Tombstone.objects.bulk_create([Tombstone(embedding_id=pk, space=space) for pk, space in gone], batch_size=500)
    Embedding.objects.filter(pk__in=[pk for pk, _ in gone]).delete()


def prune_tombstones() -> int:
    """Delete tombstones that every search process has long seen; returns how many.

    One that slept through a day finds by count that vectors are gone (`search.vectors.index`).
    """
    count, _ = Tombstone.objects.filter(at__lt=timezone.now() - TOMBSTONES_KEPT).delete()
    return count


def forget_asset(asset_id: int) -> None:
    """Delete an asset and all that was derived from it; its originals are not touched."""
    with transaction.atomic():
        forget_units(Unit.objects.filter(asset_id=asset_id).values_list("pk", flat=True))
        Asset.objects.filter(pk=asset_id).delete()
