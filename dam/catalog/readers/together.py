"""Who is seen with whom."""

from dataclasses import dataclass

from django.db.models import Count

from dam.catalog.models import Face
from dam.catalog.readers.people import shown_faces


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Somebody with a name who is in `assets` photos and videos together with another person."""

    id: int
    name: str
    assets: int


def seen_together(person_id: int, *, limit: int = 12) -> list[Companion]:
    """Return those with a name, not hidden, who share photos and videos with a person, the most often seen first."""
    shown = shown_faces()
    theirs = Face.objects.filter(shown, person=person_id).values("unit__asset_id")
    others = Face.objects.filter(shown, unit__asset_id__in=theirs, person__hidden=False).exclude(person__name="")
    counted = (
        others.exclude(person=person_id)
        .values("person_id", "person__name")
        .annotate(shared=Count("unit__asset_id", distinct=True))
        .order_by("-shared", "person__name")
    )
    return [Companion(id=row["person_id"], name=row["person__name"], assets=row["shared"]) for row in counted[:limit]]
