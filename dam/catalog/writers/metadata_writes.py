"""Which files have edited metadata still to be written to them."""

from collections.abc import Iterable, Sequence

from django.utils import timezone

from dam.catalog.ids import chunks
from dam.catalog.metadata_choices import write_mode
from dam.catalog.models import MediaFile, MetadataBase, MetadataWrite
from dam.types import FileState, WriteMode
from dam.types.metadata_write import WriteState

_BATCH = 400


def enqueue(asset_ids: Iterable[int]) -> int:
    """Make the writing of these assets' metadata due at each of their files; returns at how many.

    To be called in the transaction that changed `AssetMetadata`. Where the user wants nothing written, only the time
    of the edit is kept: it tells who is newer when another program changes the same field.
    """
    wanted = sorted(set(asset_ids))
    now = timezone.now()
    files = 0
    nothing = write_mode() is WriteMode.NONE
    for some in chunks(wanted):
        MetadataBase.objects.filter(asset_id__in=some).update(edited_at=now)
        if not nothing:
            files += _make_due(
                list(
                    MediaFile.objects.filter(asset_id__in=some)
                    .exclude(state=FileState.SKIPPED)
                    .values_list("pk", flat=True)
                )
            )
    return files


def _make_due(file_ids: Sequence[int]) -> int:
    now = timezone.now()
    for start in range(0, len(file_ids), _BATCH):
        some = file_ids[start : start + _BATCH]
        rows = MetadataWrite.objects.filter(file_id__in=some)
        rows.filter(state=WriteState.RUNNING).update(wanted_at=now)
        rows.exclude(state=WriteState.RUNNING).update(
            state=WriteState.DUE, wanted_at=now, due_at=now, attempts=0, losses=0, reason=""
        )
        MetadataWrite.objects.bulk_create(
            [MetadataWrite(file_id=file_id, wanted_at=now, due_at=now) for file_id in some], ignore_conflicts=True
        )
    return len(file_ids)
