"""What hits are put together by on a page: who is in them, and where their files lie; queries in chunks of ids."""

from collections import defaultdict
from collections.abc import Collection

from dam.catalog.ids import among, chunks
from dam.catalog.models import Face
from dam.catalog.readers.browse import Place, places_of
from dam.catalog.readers.people import shown_faces


def named_people_in(unit_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Return (person id, name) of those with a name who are seen in each unit, by name; no others are listed."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Face.objects.filter(shown_faces(), unit_id__in=among(unit_ids), person__hidden=False)
    named = rows.exclude(person__name="").order_by("person__name", "person_id")
    for unit_id, person_id, name in named.values_list("unit_id", "person_id", "person__name").distinct():
        if person_id is not None:
            found[unit_id].append((person_id, name))
    return dict(found)


def places_by_asset(asset_ids: Collection[int]) -> dict[int, Place]:
    """Return where each asset lies: its best file."""
    return {asset_id: place for some in chunks(asset_ids) for asset_id, place in places_of(some).items()}
