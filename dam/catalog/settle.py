"""An asset's state, derived from its stages: the one place that decides it."""

from collections import defaultdict
from collections.abc import Iterable

from dam.catalog.models import Asset, StageRun
from dam.types import AssetState, Stage, StageState

# A browser can wait for its proxy: an asset without one is searchable, so it does not count as unfinished.
_SIDE_STAGES = {Stage.PROXY}


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
    """Write the state and the reason of these assets anew."""
    wanted = set(asset_ids)
    stages: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    rows = StageRun.objects.filter(asset_id__in=wanted).values_list("asset_id", "stage", "state", "error")
    for asset_id, stage, state, error in rows:
        stages[asset_id].append((stage, state, error))
    changed = []
    for asset in Asset.objects.filter(pk__in=wanted).only("pk", "state", "reason", "unsupported"):
        state, reason = decide(stages[asset.pk], unsupported=asset.unsupported)
        if (asset.state, asset.reason) != (state, reason):
            asset.state, asset.reason = state, reason
            changed.append(asset)
    Asset.objects.bulk_update(changed, ["state", "reason"], batch_size=500)
