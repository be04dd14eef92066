"""Releases, written: added, changed, attached to people, places and assets, taken away; each can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from dam.catalog.models import Asset, Correction, Person, Release
from dam.errors import StockError
from dam.types import ReleaseKind

SUBJECT = "releases"
_LONGEST_NAME = 200
_FIELDS = (
    "kind", "name", "key", "digest", "mime", "file_name", "size_bytes", "signed_on", "expires_on", "note", "places",
)  # fmt: skip
_DATES = ("signed_on", "expires_on")


def create_release(kind: ReleaseKind, name: str, **about: Any) -> int:
    """Put a release on file; `about` by the names of Release's columns. Returns its id. Raises StockError."""
    with transaction.atomic():
        return Release.objects.create(kind=kind, name=_tidy(name), **about).pk


def change_release(release_id: int, **about: Any) -> int:
    """Change what is said of a release, its document included; returns the correction. Raises StockError."""
    with transaction.atomic():
        row = _locked(release_id)
        if "name" in about:
            about["name"] = _tidy(about["name"])
        correction = _journal(row, f"The release “{row.name}” changed", list(about))
        for name, value in about.items():
            setattr(row, name, value)
        row.save(update_fields=list(about))
        return correction


def attach(
    release_id: int, *, people: Sequence[int] = (), assets: Sequence[int] = (), places: Sequence[str] = ()
) -> int:
    """Let a release hold for people, assets and places besides those that it holds for; returns the correction.

    Raises StockError.
    """
    with transaction.atomic():
        row = _locked(release_id)
        correction = _journal(row, f"The release “{row.name}” is attached", ["places"], attached=True)
        row.people.add(*Person.objects.filter(pk__in=list(people)))
        row.assets.add(*Asset.objects.filter(pk__in=list(assets)))
        row.places = list(
            dict.fromkeys([*row.places, *(" ".join(place.split()) for place in places if place.strip())])
        )
        row.save(update_fields=["places"])
        return correction


def detach(
    release_id: int, *, people: Sequence[int] = (), assets: Sequence[int] = (), places: Sequence[str] = ()
) -> int:
    """Let a release no longer hold for these; returns the correction. Raises StockError."""
    with transaction.atomic():
        row = _locked(release_id)
        correction = _journal(row, f"The release “{row.name}” is taken off", ["places"], attached=True)
        row.people.remove(*people)
        row.assets.remove(*assets)
        row.places = [place for place in row.places if place not in set(places)]
        row.save(update_fields=["places"])
        return correction


def delete_release(release_id: int) -> int:
    """Take a release off the file; its document stays until the undo is gone. Returns the correction."""
    with transaction.atomic():
        row = _locked(release_id)
        correction = _journal(row, f"The release “{row.name}” is deleted", _FIELDS, attached=True, whole=True)
        row.delete()
        return correction


def undo(correction_id: int) -> bool:
    """Put a release back as it was before a change; False where that can't be done any more."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None or not _put_back(row.inverse):
            return False
        row.undone = True
        row.save(update_fields=["undone"])
    return True


def _put_back(inverse: Mapping[str, Any]) -> bool:
    before = {
        name: date.fromisoformat(value) if name in _DATES and value else value
        for name, value in inverse["before"].items()
    }
    if inverse["whole"]:
        Release.objects.get_or_create(pk=inverse["release"], defaults=before)
    found = Release.objects.filter(pk=inverse["release"]).first()
    if found is None:
        return False
    for name, value in before.items():
        setattr(found, name, value)
    found.save(update_fields=list(before))
    if "people" in inverse:
        found.people.set(Person.objects.filter(pk__in=inverse["people"]))
        found.assets.set(Asset.objects.filter(pk__in=inverse["assets"]))
    return True


def _locked(release_id: int) -> Release:
    row = Release.objects.select_for_update().filter(pk=release_id).first()
    if row is None:
        raise StockError("This release is not there any more.")
    return row


def _journal(
    row: Release, summary: str, fields: Sequence[str], *, attached: bool = False, whole: bool = False
) -> int:
    before = {name: getattr(row, name) for name in fields}
    before |= {name: before[name].isoformat() for name in _DATES if before.get(name)}
    inverse: dict[str, Any] = {"release": row.pk, "before": before, "whole": whole}
    if attached:
        inverse["people"] = list(row.people.values_list("pk", flat=True))
        inverse["assets"] = list(row.assets.values_list("pk", flat=True))
    return Correction.objects.create(subject=SUBJECT, summary=summary, inverse=inverse).pk


def _tidy(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > _LONGEST_NAME:
        raise StockError(f"A release needs a name of at most {_LONGEST_NAME} characters.")
    return tidy
