"""The one row that says which model pack answers, and which is being built beside it."""

from dataclasses import dataclass

from django.db import transaction

from dam.catalog.models import ActivePack, Embedding


@dataclass(frozen=True, slots=True, kw_only=True)
class PackChoice:
    """`name` answers; `building` is "" or the pack whose vectors are being made; `note` says why this one.

    Where that one `waits`, it stays beside the other when it is complete, until it is chosen once more.
    """

    name: str
    building: str = ""
    waits: bool = False
    note: str = ""


def active() -> PackChoice | None:
    """Return the choice, or None while none was made."""
    row = ActivePack.objects.order_by("pk").first()
    return _choice(row) if row else None


def pin(name: str) -> None:
    """Remember that this pack answers, where no choice was made yet: call it before the default could change."""
    if not ActivePack.objects.exists():
        ActivePack.objects.create(name=name)


def use(name: str, *, answering: str, note: str = "", wait: bool = False) -> PackChoice:
    """Choose a pack; `answering` is the one that answers where no choice was made yet.

    In an empty catalogue it answers at once; where another pack's vectors are, it is built beside them and answers
    from `finish_building` on, so that search never goes blind: with `wait` only once it is chosen again without.
    Choosing the pack in use gives up a build.
    """
    with transaction.atomic():
        pin(answering)
        row = ActivePack.objects.select_for_update().order_by("pk")[0]
        if row.name == name:
            row.building = ""
        elif Embedding.objects.exists():
            row.building = name
        else:
            row.name, row.building = name, ""
        row.waits = wait and bool(row.building)
        row.note = note
        row.save()
        return _choice(row)


def finish_building(name: str) -> bool:
    """Let the pack that was being built answer; False when it waits, or is not (or no longer) the one being built."""
    with transaction.atomic():
        row = ActivePack.objects.select_for_update().filter(building=name, waits=False).exclude(building="").first()
        if row is None:
            return False
        row.name, row.building, row.note = name, "", ""
        row.save()
        return True


def write_note(note: str) -> None:
    """Remember, for the pages, why this pack answers ("" forgets it)."""
    ActivePack.objects.update(note=note)


def _choice(row: ActivePack) -> PackChoice:
    return PackChoice(name=row.name, building=row.building, waits=row.waits, note=row.note)
