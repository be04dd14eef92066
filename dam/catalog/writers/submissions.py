"""Submissions made and changed, and what is said of their assets for an agency; each change can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from dam.catalog.ids import chunks
from dam.catalog.models import Asset, Collection, CollectionItem, Correction, Submission, SubmissionItem
from dam.errors import StockError
from dam.types import CollectionKind

SUBJECT = "submissions"
_LONGEST_NAME = 120
_SAID = ("title", "description", "keywords", "file_name", "categories", "editorial", "choices")


def create_submission(name: str, *, agency: str, asset_ids: Sequence[int]) -> int:
    """Make a collection of these assets that is to go to an agency; returns the submission. Raises StockError."""
    with transaction.atomic():
        there = _there(asset_ids)
        if not there:
            raise StockError("Choose photos or videos for the submission first.")
        row = Collection.objects.create(kind=CollectionKind.MADE, name=_free_name(name), count=len(there))
        _put_in(row.pk, there)
        return Submission.objects.create(collection=row, agency=agency).pk


def submit_collection(collection_id: int, *, agency: str) -> int:
    """Let a made collection go to an agency; returns its submission, the one there is or a new one.

    Raises StockError.
    """
    with transaction.atomic():
        row = Collection.objects.select_for_update().filter(pk=collection_id).first()
        if row is None or row.kind != CollectionKind.MADE:
            raise StockError("Only a collection that was made by hand can be submitted.")
        found, _ = Submission.objects.get_or_create(collection=row, defaults={"agency": agency})
        return found.pk


def add_assets(submission_id: int, asset_ids: Sequence[int]) -> int | None:
    """Put assets behind those that are there; returns the correction, None where all are there already."""
    with transaction.atomic():
        row = _locked(submission_id)
        known = set(CollectionItem.objects.filter(collection=row.collection_id).values_list("asset_id", flat=True))
        new = [pk for pk in _there(asset_ids) if pk not in known]
        if not new:
            return None
        made = _put_in(row.collection_id, new)
        _touch(row)
        return _journal(row, f"{_assets(len(new))} added to a submission", {"added": made})


def remove_assets(submission_id: int, asset_ids: Sequence[int]) -> int | None:
    """Take assets out of a submission; what was said of them stays. Returns the correction, None for none of them."""
    with transaction.atomic():
        row = _locked(submission_id)
        rows = CollectionItem.objects.filter(collection=row.collection_id, asset_id__in=list(asset_ids))
        kept = [[item.asset_id, item.unit_id, item.start_ms, item.end_ms, item.position, item.note] for item in rows]
        if not kept:
            return None
        rows.delete()
        _touch(row)
        return _journal(row, f"{_assets(len(kept))} taken out of a submission", {"removed": kept})


def set_target(submission_id: int, *, agency: str | None = None, options: Mapping[str, Any] | None = None) -> int:
    """Choose another agency, or what is said of all assets at once; returns the correction. Raises StockError."""
    with transaction.atomic():
        row = _locked(submission_id)
        before = {"agency": row.agency, "options": row.options}
        row.agency = agency if agency is not None else row.agency
        row.options = dict(options) if options is not None else row.options
        row.save(update_fields=["agency", "options", "changed_at"])
        what = "goes to another agency" if agency is not None else "has other options"
        return _journal(row, f"A submission {what}", {"target": before})


def say(submission_id: int, asset_ids: Iterable[int], *, agency: str, said: Mapping[str, Any], summary: str) -> int:
    """Say something of assets for one agency; `said` by the names of SubmissionItem. Returns the correction.

    Raises StockError for a name that is none, and where the submission is gone.
    """
    return say_each(submission_id, dict.fromkeys(asset_ids, said), agency=agency, summary=summary)


def say_each(submission_id: int, given: Mapping[int, Mapping[str, Any]], *, agency: str, summary: str) -> int:
    """Say something else of each asset; as `say`."""
    unknown = {name for said in given.values() for name in said} - set(_SAID)
    if unknown:
        raise StockError(f"Nothing can be said of {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        row = _locked(submission_id)
        there = _there(list(given))
        known = {
            item.asset_id: item
            for item in SubmissionItem.objects.filter(submission=row, agency=agency)
            if item.asset_id in given
        }
        before = []
        for pk in there:
            item = known.get(pk) or SubmissionItem(submission=row, asset_id=pk, agency=agency)
            before.append([pk, {name: getattr(item, name) for name in given[pk]}])
            for name, value in given[pk].items():
                setattr(item, name, value)
            item.save()
        _touch(row)
        return _journal(row, summary, {"said": before, "agency": agency})


def delete_submission(submission_id: int) -> int:
    """Let a collection no longer go to an agency; it stays, and so does the ledger. Returns the correction."""
    with transaction.atomic():
        row = _locked(submission_id)
        items = [
            [item.asset_id, item.agency, {name: getattr(item, name) for name in _SAID}] for item in row.items.all()
        ]
        whole = {"collection": row.collection_id, "agency": row.agency, "options": row.options, "items": items}
        correction = _journal(row, "A submission is deleted", {"whole": whole})
        row.delete()
        return correction


def undo(correction_id: int) -> bool:
    """Put a submission back as it was before a change; False where that can't be done any more."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None or not _put_back(row.inverse["submission"], row.inverse):
            return False
        row.undone = True
        row.save(update_fields=["undone"])
    return True


def _put_back(submission_id: int, inverse: Mapping[str, Any]) -> bool:
    if "whole" in inverse:
        return _make_again(submission_id, inverse["whole"])
    row = Submission.objects.select_for_update().filter(pk=submission_id).first()
    if row is None:
        return False
    if "target" in inverse:
        row.agency, row.options = inverse["target"]["agency"], inverse["target"]["options"]
        row.save(update_fields=["agency", "options", "changed_at"])
    for pk, fields in inverse.get("said", ()):
        SubmissionItem.objects.filter(submission=row, asset_id=pk, agency=inverse["agency"]).update(**fields)
    CollectionItem.objects.filter(collection=row.collection_id, pk__in=inverse.get("added", ())).delete()
    there = set(_there([item[0] for item in inverse.get("removed", ())]))
    CollectionItem.objects.bulk_create(
        [
            CollectionItem(
                collection_id=row.collection_id, asset_id=pk, start_ms=start, end_ms=end, position=at, note=note
            )
            for pk, _unit, start, end, at, note in inverse.get("removed", ())
            if pk in there
        ],
        ignore_conflicts=True,
    )
    return True


def _make_again(submission_id: int, whole: Mapping[str, Any]) -> bool:
    collection = whole["collection"]
    taken = Submission.objects.filter(collection=collection).exists()
    if taken or not Collection.objects.filter(pk=collection).exists():
        return False
    row = Submission.objects.create(
        pk=submission_id, collection_id=collection, agency=whole["agency"], options=whole["options"]
    )
    there = set(_there([pk for pk, _, _ in whole["items"]]))
    SubmissionItem.objects.bulk_create(
        [
            SubmissionItem(submission=row, asset_id=pk, agency=agency, **said)
            for pk, agency, said in whole["items"]
            if pk in there
        ]
    )
    return True


def _put_in(collection_id: int, asset_ids: Sequence[int]) -> list[int]:
    rows = CollectionItem.objects.filter(collection=collection_id)
    last = rows.aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    made = CollectionItem.objects.bulk_create(
        [
            CollectionItem(collection_id=collection_id, asset_id=pk, position=start + at)
            for at, pk in enumerate(asset_ids)
        ],
        batch_size=500,
    )
    return [item.pk for item in made]


def _there(asset_ids: Sequence[int]) -> list[int]:
    """Return those of these assets that are there, each once, in their order."""
    wanted = list(dict.fromkeys(asset_ids))
    known: set[int] = set()
    for some in chunks(wanted):
        known.update(Asset.objects.filter(pk__in=some).values_list("pk", flat=True))
    return [pk for pk in wanted if pk in known]


def _locked(submission_id: int) -> Submission:
    row = Submission.objects.select_for_update().filter(pk=submission_id).first()
    if row is None:
        raise StockError("This submission is not there any more.")
    return row


def _touch(row: Submission) -> None:
    Submission.objects.filter(pk=row.pk).update(changed_at=timezone.now())


def _journal(row: Submission, summary: str, inverse: Mapping[str, Any]) -> int:
    told = {"submission": row.pk, **inverse}
    return Correction.objects.create(subject=SUBJECT, summary=summary, inverse=told).pk


def _free_name(name: str) -> str:
    """Return a name as it is stored, with a number where it is taken. Raises StockError for none, or one too long."""
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > _LONGEST_NAME:
        raise StockError(f"A submission needs a name of at most {_LONGEST_NAME} characters.")
    taken = {other.casefold() for other in Collection.objects.values_list("name", flat=True)}
    found, number = wanted, 2
    while found.casefold() in taken:
        found, number = f"{wanted[: _LONGEST_NAME - 5]} {number}", number + 1
    return found


def _assets(count: int) -> str:
    return "1 asset" if count == 1 else f"{count:,} assets"
