"""Who speaks: names, who they are, and which lines are theirs."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from dam.catalog.ids import chunks
from dam.catalog.models import Person, Speaker, Speech
from dam.catalog.words import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerSeen:
    """Somebody who speaks so many lines; `person_id` is who that is, if known."""

    id: int
    name: str
    person_id: int | None
    lines: int


def speakers(*, asset_id: int | None = None) -> list[SpeakerSeen]:
    """Return who speaks in an asset (or anywhere), who says most first."""
    said = Q(lines__weak=False)
    if asset_id is not None:
        said &= Q(lines__unit__asset_id=asset_id)
    rows = Speaker.objects.annotate(count=Count("lines", filter=said)).filter(count__gt=0)
    return [
        SpeakerSeen(id=row.pk, name=row.name, person_id=row.person_id, lines=row.count)
        for row in rows.order_by("-count", "name")
    ]


def names() -> list[str]:
    """Return the names that a speaker may have: those who speak already, then the people of the library."""
    called = [*Speaker.objects.order_by("name").values_list("name", flat=True)]
    known = {folded(name) for name in called}
    people = Person.objects.exclude(name="").order_by("name").values_list("name", flat=True)
    return called + [name for name in people if folded(name) not in known]


def units_with_speaker(name: str) -> list[int]:
    """Return the lines of the speakers in whose name these words are, or who are a person so called.

    "Anna" finds Anna Lima, as `person:` does; in any case, with or without accents.
    """
    wanted = folded(name)
    if not wanted:
        return []
    found = [
        pk
        for pk, *called in Speaker.objects.values_list("pk", "name", "person__name")
        if any(_is_called(known, wanted) for known in called if known)
    ]
    units: list[int] = []
    for some in chunks(found):
        units += Speech.objects.filter(speaker__in=some, weak=False).values_list("pk", flat=True)
    return units


def speakers_of_lines(unit_ids: Iterable[int]) -> dict[int, str]:
    """Return who speaks these lines; those of nobody known are left out."""
    found: dict[int, str] = {}
    for some in chunks(unit_ids):
        rows = Speech.objects.filter(pk__in=some, speaker__isnull=False)
        found |= dict(rows.values_list("pk", "speaker__name"))
    return found


def _is_called(known: str, wanted: str) -> bool:
    return f" {wanted} " in f" {folded(known)} "
