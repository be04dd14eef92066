"""What is measured without a trained model, written with its finished stage: the look of units, assets' places."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from dam.catalog import fulltext, jobs
from dam.catalog.models import AssetPlace, StageRun, Unit, UnitColour, UnitLook
from dam.catalog.writers.described import described_texts
from dam.types import NearPlace, PictureLook

_FIGURES = ["brightness", "contrast", "saturation", "sharpness", "monochrome", "phash"]


def record_looks(runs: Sequence[StageRun], looks: Mapping[int, PictureLook], *, took_ms: int) -> None:
    """Write the look of units, by unit id, and finish the runs they come from; what was there of them is replaced."""
    with transaction.atomic():
        ours = jobs.ours(runs)
        model = {run.asset_id: run.model for run in ours}
        units = dict(
            Unit.objects.filter(pk__in=looks.keys(), asset_id__in=model.keys()).values_list("pk", "asset_id")
        )
        UnitLook.objects.bulk_create(
            [
                UnitLook(
                    unit_id=unit_id,
                    model=model[asset_id],
                    **{figure: getattr(looks[unit_id], figure) for figure in _FIGURES},
                )
                for unit_id, asset_id in units.items()
            ],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["unit"],
            update_fields=["model", *_FIGURES],
        )
        UnitColour.objects.filter(unit__asset_id__in=model.keys()).delete()
        UnitColour.objects.bulk_create(
            [
                UnitColour(
                    unit_id=unit_id,
                    name=colour.name,
                    lightness=colour.lightness,
                    a=colour.a,
                    b=colour.b,
                    share=colour.share,
                )
                for unit_id in units
                for colour in looks[unit_id].colours
            ],
            batch_size=500,
        )
        jobs.finish(ours, took_ms=took_ms)


def record_places(runs: Sequence[StageRun], places: Mapping[int, NearPlace], *, took_ms: int) -> None:
    """Write the places of assets, by asset id, and finish the runs; assets that `places` leaves out lie nowhere.

    The names become words that find the asset.
    """
    with transaction.atomic():
        ours = jobs.ours(runs)
        model = {run.asset_id: run.model for run in ours}
        AssetPlace.objects.filter(asset_id__in=model.keys() - places.keys()).delete()
        fields = ["city", "region", "country", "country_code", "distance_km"]
        AssetPlace.objects.bulk_create(
            [
                AssetPlace(
                    asset_id=asset_id,
                    model=model[asset_id],
                    **{field: getattr(place, field) for field in fields},
                )
                for asset_id, place in places.items()
                if asset_id in model
            ],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["asset"],
            update_fields=["model", *fields],
        )
        fulltext.index_units(
            fulltext.TextRow(unit_id=unit_id, described=text)
            for unit_id, text in described_texts(model.keys()).items()
        )
        jobs.finish(ours, took_ms=took_ms)
