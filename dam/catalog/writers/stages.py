"""What a change of models makes due: the stages of the models in use, and of none that is not."""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from dam.catalog import jobs
from dam.catalog.models import Asset, AssetMetadata, Rendition, Speech, StageRun, TranscriptRecord
from dam.catalog.settle import settle_assets
from dam.types import SWAPPED, UPSTREAM, MediaKind, Plan, RenditionRole, Stage, StageState, TranscriptSource

_LOOKS = (RenditionRole.THUMB, RenditionRole.KEYFRAME)


def align_stages(plan: Plan) -> int:
    """Make due what assets lack of the plan's models, and withdraw what is due of others; returns how many changed.

    Finished rows of other models stay: their results answer until the new ones are complete.
    """
    with transaction.atomic():
        changed = _withdraw([Stage.EMBED, Stage.EMBED_SPEECH], models=plan.of(Stage.EMBED))
        changed += _withdraw([Stage.TRANSCRIBE], models=plan.of(Stage.TRANSCRIBE)[:1])
        for stage in SWAPPED:
            changed += _withdraw([stage], models=plan.of(stage))
        looked_at = _looked_at()
        spoken = set(Speech.objects.filter(weak=False).values_list("unit__asset_id", flat=True).distinct())
        for model in plan.of(Stage.EMBED):
            changed += _add(looked_at, stage=Stage.EMBED, model=model)
            changed += _add(spoken, stage=Stage.EMBED_SPEECH, model=model)
        for model in plan.of(Stage.TRANSCRIBE)[:1]:
            changed += _add(_heard_by_another(model), stage=Stage.TRANSCRIBE, model=model)
        for stage in SWAPPED:
            for model in plan.of(stage):
                changed += _add(_candidates(stage, model, looked_at), stage=stage, model=model)
    return changed


def withdraw(stage: Stage) -> int:
    """Withdraw all that is due of a stage, as it was switched off; what is done stays. Returns how many went."""
    with transaction.atomic():
        return _withdraw([stage], models=())


def enqueue_after(asset_ids: Iterable[int], *, stage: Stage, model: str, plan: Plan) -> None:
    """Make due what works on the vectors that this stage has just made anew."""
    assets, later = list(asset_ids), list(plan.stages_after(stage, model))
    if not later:
        return
    before = reduce(or_, (Q(stage=each, model=name) for each, name in later))
    StageRun.objects.filter(before, asset_id__in=assets).delete()
    jobs.enqueue_stages(assets, later)


def _candidates(stage: Stage, model: str, looked_at: set[int]) -> set[int]:
    """Return the prepared assets that a stage is for."""
    upstream = UPSTREAM.get(stage)
    if upstream is not None:
        done = StageRun.objects.filter(stage=upstream, model=model.rpartition("+")[0], state=StageState.DONE)
        return set(done.values_list("asset_id", flat=True))
    if stage is Stage.PLACE:
        placed = AssetMetadata.objects.filter(latitude__isnull=False, longitude__isnull=False)
        return set(placed.values_list("asset_id", flat=True))
    if stage is Stage.SOUND:
        audible = Q(kind=MediaKind.AUDIO) | Q(kind=MediaKind.VIDEO) & ~Q(metadata__audio_tracks=[])
        prepared = Asset.objects.filter(stages__stage=Stage.PREPARE, stages__state=StageState.DONE)
        return set(prepared.filter(audible).values_list("pk", flat=True))
    return looked_at


def _looked_at() -> set[int]:
    pictures = Rendition.objects.filter(unit__isnull=False, role__in=_LOOKS)
    return set(pictures.values_list("asset_id", flat=True).distinct())


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
    if not assets:
        return 0
    if stages == [Stage.TRANSCRIBE] and models:
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
