"""What a change of pack makes due: the stages of the models in use, and of none that is not."""

from collections.abc import Collection

from django.db import transaction

from dam.catalog import jobs
from dam.catalog.models import Rendition, Speech, StageRun, TranscriptRecord
from dam.catalog.settle import settle_assets
from dam.types import RenditionRole, Stage, StageState, TranscriptSource

_LOOKS = (RenditionRole.THUMB, RenditionRole.KEYFRAME)


def align_stages(*, picture_models: Collection[str], speech_model: str) -> int:
    """Make due what assets lack of these models, and withdraw what is due of others; returns how many rows changed.

    Finished rows of other models stay: their vectors answer until the new ones are complete.
    """
    with transaction.atomic():
        changed = _withdraw([Stage.EMBED, Stage.EMBED_SPEECH], models=picture_models)
        changed += _withdraw([Stage.TRANSCRIBE], models=[speech_model])
        looked_at = set(
            Rendition.objects.filter(unit__isnull=False, role__in=_LOOKS)
            .values_list("asset_id", flat=True)
            .distinct()
        )
        spoken = set(Speech.objects.filter(weak=False).values_list("unit__asset_id", flat=True).distinct())
        for model in picture_models:
            changed += _add(looked_at, stage=Stage.EMBED, model=model)
            changed += _add(spoken, stage=Stage.EMBED_SPEECH, model=model)
        changed += _add(_heard_by_another(speech_model), stage=Stage.TRANSCRIBE, model=speech_model)
    return changed


def _heard_by_another(speech_model: str) -> set[int]:
    """Return the assets that another model has heard, or was to hear; subtitles need no model."""
    by_others = TranscriptRecord.objects.filter(source=TranscriptSource.MODEL).exclude(model=speech_model)
    never = StageRun.objects.filter(stage=Stage.TRANSCRIBE).exclude(model=speech_model)
    subtitled = TranscriptRecord.objects.exclude(source=TranscriptSource.MODEL).values_list("asset_id", flat=True)
    asked = {*by_others.values_list("asset_id", flat=True), *never.values_list("asset_id", flat=True)}
    return asked - set(subtitled)


def _withdraw(stages: list[Stage], *, models: Collection[str]) -> int:
    stale = StageRun.objects.filter(stage__in=stages, state__in=[StageState.DUE, StageState.FAILED])
    stale = stale.exclude(model__in=models)
    assets = list(stale.values_list("asset_id", flat=True).distinct())
    if stages == [Stage.TRANSCRIBE]:
        # What was to be heard is still to be heard, by the model now in use.
        jobs.enqueue(assets, stage=Stage.TRANSCRIBE, model=next(iter(models)))
    count, _ = stale.delete()
    settle_assets(assets)
    return count


def _add(asset_ids: set[int], *, stage: Stage, model: str) -> int:
    there = set(StageRun.objects.filter(stage=stage, model=model).values_list("asset_id", flat=True))
    missing = asset_ids - there
    if missing:
        jobs.enqueue(sorted(missing), stage=stage, model=model, priority=1)  # after what was never indexed
        settle_assets(missing)
    return len(missing)
