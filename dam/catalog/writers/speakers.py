"""A speaker who is to be forgotten: the name goes from the lines, and from what could bring it back."""

from dam.catalog.models import Correction, Speaker
from dam.catalog.words import folded
from dam.catalog.writers.transcripts import SUBJECT


def forget_speaker(person_id: int, name: str) -> int:
    """Delete the speakers who are this person, or are called so; their words stay, as nobody's. Returns how many.

    Changes of transcripts that name them can't be undone any more.
    """
    key = folded(name)
    gone = {
        pk: called
        for pk, called, person in Speaker.objects.values_list("pk", "name", "person_id")
        if person == person_id or (key and folded(called) == key)
    }
    names = {*gone.values(), name} - {""}
    if not names:
        return 0
    mentioned = [row.pk for row in Correction.objects.filter(subject=SUBJECT) if _mentions(row, names)]
    Correction.objects.filter(pk__in=mentioned).delete()
    Speaker.objects.filter(pk__in=gone).delete()
    return len(gone)


def _mentions(row: Correction, names: set[str]) -> bool:
    spoke = {name for _, name in row.inverse["speakers"]} | {line["speaker"] for line in row.inverse["lines"]}
    return bool(names & (spoke | set(row.inverse["spelled"]))) or any(name in row.summary for name in names)
