"""Changes that people made, taken back: each by the service that made it."""

from collections.abc import Collection as Ids

from dam.catalog.models import Correction
from dam.catalog.writers import collections, pins, releases, submissions, tags, transcripts
from dam.metadata import edit as metadata
from dam.people import service as people

_SERVICES = {
    "people": people.undo,
    tags.SUBJECT: tags.undo,
    collections.SUBJECT: collections.undo,
    pins.SUBJECT: pins.undo,
    metadata.SUBJECT: metadata.undo,
    transcripts.SUBJECT: transcripts.undo,
    submissions.SUBJECT: submissions.undo,
    releases.SUBJECT: releases.undo,
}


def take_back(correction_ids: Ids[int]) -> list[str]:
    """Undo corrections, the last first; returns the summaries of those that were not undone already."""
    wanted = list(Correction.objects.filter(pk__in=correction_ids).order_by("-pk"))
    return [_said(row) for row in wanted if row.subject in _SERVICES and _SERVICES[row.subject](row.pk)]


def _said(row: Correction) -> str:
    """Return what was undone, and what of it could not be."""
    return row.summary + (metadata.left(row.pk) if row.subject == metadata.SUBJECT else "")
