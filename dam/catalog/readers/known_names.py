"""The names that this library knows: of people and of places, folded as searches compare them."""

from collections import Counter
from dataclasses import dataclass

from dam.catalog import words
from dam.catalog.models import AssetPlace, Person
from dam.catalog.readers.own_places import own_places


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """Folded names → the names as they are written."""

    people: dict[str, str]
    places: dict[str, str]


def known_names() -> KnownNames:
    """Return all of them: whole names, and given names that only one person has."""
    return KnownNames(people=_people(), places=_places())


def _people() -> dict[str, str]:
    named = list(Person.objects.exclude(name="").filter(hidden=False).order_by("-pk").values_list("name", flat=True))
    whole = {words.folded(name): name for name in named}
    given = [(_given(name), name) for name in whole.values()]
    bearers = Counter(first for first, _ in given)
    alone = {first: name for first, name in given if bearers[first] == 1}
    return {folded: name for folded, name in (alone | whole).items() if folded}


def _places() -> dict[str, str]:
    rows = AssetPlace.objects.values_list("city", "region", "country").distinct()
    names = {name for row in rows for name in row if name}
    names |= {name for place in own_places().values() for name in place.names}
    return {folded: name for name in sorted(names) if (folded := words.folded(name))}


def _given(name: str) -> str:
    return words.folded(name).partition(" ")[0]
