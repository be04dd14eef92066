"""How much is indexed: files by state, stages left, units and vectors."""

from django.db.models import Count

from dam.catalog.models import Embedding, Library, MediaFile, StageRun, Unit
from dam.types import AssetState, FileState, StageState


def files_by_state() -> dict[str, int]:
    """Return the number of present files by the state of their asset; every state is named, also with 0."""
    counts = {state.value: 0 for state in AssetState}
    rows = MediaFile.objects.filter(state=FileState.PRESENT).values_list("asset__state").annotate(n=Count("id"))
    for state, number in rows:
        # A file that is not fingerprinted yet has no asset: it is pending like one that is not decoded yet.
        counts[state or AssetState.PENDING.value] += number
    return counts


def overview() -> dict[str, int]:
    """Return the other counts of `manage.py status`."""
    return {
        "skipped": MediaFile.objects.filter(state=FileState.SKIPPED).count(),
        "missing": MediaFile.objects.filter(state=FileState.MISSING).count(),
        "libraries": Library.objects.count(),
        "libraries_offline": Library.objects.filter(online=False).count(),
        "units": Unit.objects.count(),
        "vectors": Embedding.objects.count(),
    }


def stages_left() -> dict[str, int]:
    """Return the number of rows that are due or running, by stage."""
    rows = (
        StageRun.objects.filter(state__in=[StageState.DUE, StageState.RUNNING])
        .values_list("stage")
        .annotate(n=Count("id"))
        .order_by("stage")
    )
    return dict(rows)


def stages_done() -> dict[str, int]:
    """Return the number of rows that have come to an end, by stage."""
    rows = (
        StageRun.objects.filter(state__in=[StageState.DONE, StageState.FAILED])
        .values_list("stage")
        .annotate(n=Count("id"))
        .order_by("stage")
    )
    return dict(rows)


def reasons() -> list[tuple[str, str, str]]:
    """Return (path, state, reason) of every file that is not simply ready or pending, by path."""
    wanted = [AssetState.PARTIAL, AssetState.UNSUPPORTED, AssetState.QUARANTINED]
    indexed = MediaFile.objects.filter(state=FileState.PRESENT, asset__state__in=wanted)
    skipped = MediaFile.objects.filter(state=FileState.SKIPPED)
    return sorted(
        [
            *indexed.values_list("path", "asset__state", "asset__reason"),
            *skipped.values_list("path", "state", "reason"),
        ]
    )
