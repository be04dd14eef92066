"""An asset's state, derived from its stages: the one place that decides it."""

from collections import defaultdict
from collections.abc import Iterable

from dam.catalog.models import Asset, StageRun
from dam.types import AssetState, Stage, StageState

# A browser can wait for its proxy, and a sentence takes long: an asset without one does not count as unfinished.
_SIDE_STAGES = {Stage.PROXY, Stage.CAPTION}
_CHUNK = 2_000  # assets at once: what a statement of SQLite takes many times over


def decide(stages: Iterable[tuple[str, str, str]], *, unsupported: bool) -> tuple[AssetState, str]:
    """Return (state, reason) for the stages of one asset, each (stage, state, error).

    `unsupported` says that the reader found it to be no media that we read.
    """
    rows = list(stages)
    failed = {stage: error for stage, state, error in rows if state == StageState.FAILED}
    if Stage.PREPARE in failed:
        state = AssetState.UNSUPPORTED if unsupported else AssetState.QUARANTINED
        return state, failed[Stage.PREPARE]
    if any(state in {StageState.DUE, StageState.RUNNING} and stage not in _SIDE_STAGES for stage, state, _ in rows):
        return AssetState.PENDING, ""
    notes = [
        error for stage, state, error in rows if error and (state == StageState.FAILED or stage == Stage.PREPARE)
    ]
    if notes:
        return AssetState.PARTIAL, " ".join(dict.fromkeys(notes))
    return AssetState.READY, ""


def settle_assets(asset_ids: Iterable[int]) -> None:
    """Write the state and the reason of these assets anew: one UPDATE for all that come to the same."""
    wanted = sorted(set(asset_ids))
    for start in range(0, len(wanted), _CHUNK):
        _settle(wanted[start : start + _CHUNK])


def _settle(asset_ids: list[int]) -> None:
    stages: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    rows = StageRun.objects.filter(asset_id__in=asset_ids).values_list("asset_id", "stage", "state", "error")
    for asset_id, stage, state, error in rows:
        stages[asset_id].append((stage, state, error))
    changed: dict[tuple[AssetState, str], list[int]] = defaultdict(list)
    assets = Asset.objects.filter(pk__in=asset_ids).values_list("pk", "state", "reason", "unsupported")
    for pk, state, reason, unsupported in assets:
        decided = decide(stages[pk], unsupported=unsupported)
        if decided != (state, reason):
            changed[decided].append(pk)
    for (state, reason), alike in changed.items():
        Asset.objects.filter(pk__in=alike).update(state=state, reason=reason)
