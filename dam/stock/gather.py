"""Assets to items with their violations: the catalogue's facts, what was said for the agency, releases, the ledger.

for each in gather(asset_ids, agency, said=…, options=…):
each.item, each.violations, each.suggestions
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from dam.catalog.readers.releases import Held, held_on
from dam.catalog.readers.stock import StockFacts, stock_facts, taken_on
from dam.catalog.readers.submissions import Said, Sent, sent_to
from dam.stock.categories import Suggestion, suggest_categories
from dam.stock.checks import violations
from dam.stock.item import Alike, Item, Quality, Rights, Spot, Surroundings, Violation
from dam.stock.likeness import alike_sent, alike_within
from dam.stock.profile import Profile
from dam.stock.wording import leaf
from dam.types import MediaKind, Severity

_NOBODY_SAID = Said()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One asset as it would be sent, what stands in the way, and which categories its concepts speak for."""

    item: Item
    facts: StockFacts
    said: Said
    violations: tuple[Violation, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def errors(self) -> int:
        """The number of violations that no export lets through."""
        return sum(each.severity is Severity.ERROR for each in self.violations)

    @property
    def warnings(self) -> int:
        """The number of violations that an export lets through when somebody says so."""
        return len(self.violations) - self.errors


def gather(
    asset_ids: Iterable[int],
    agency: Profile,
    *,
    said: Mapping[int, Said] | None = None,
    options: Mapping[str, Any] | None = None,
    only: int | None = None,
    today: date | None = None,
) -> list[Gathered]:
    """Return the assets in their order, checked among each other; with `only` that one alone is judged.

    `options` is what the submission says of all: "editorial" (bool) and the agency's options by key.
    """
    facts = stock_facts(asset_ids)
    told, general = said or {}, options or {}
    held = held_on(today or timezone.localdate(), asset_ids=list(facts))
    items = {pk: _item(row, told.get(pk, _NOBODY_SAID), general, held, agency) for pk, row in facts.items()}
    around = _surroundings(items, facts, sent_to(agency.key), only=only)
    return [
        _gathered(item, facts[pk], told.get(pk, _NOBODY_SAID), around[pk], agency)
        for pk, item in items.items()
        if only in {None, pk}
    ]


def _gathered(item: Item, facts: StockFacts, said: Said, around: Surroundings, agency: Profile) -> Gathered:
    found = tuple(violations(item, agency, around=around))
    suggestions = suggest_categories(facts.tags, item.keywords, agency) if agency.category.most else []
    return Gathered(item=item, facts=facts, said=said, violations=found, suggestions=tuple(suggestions))


def _item(facts: StockFacts, said: Said, options: Mapping[str, Any], held: Held, agency: Profile) -> Item:
    own = tuple(word for word in map(leaf, facts.keywords) if word)
    general = {option.key: str(options.get(option.key, "")) for option in agency.options}
    editorial = options.get("editorial")
    return Item(
        asset_id=facts.asset_id,
        kind=facts.kind or MediaKind.PHOTO,
        own_name=facts.name,
        file_name=said.file_name or facts.name,
        size_bytes=facts.size_bytes,
        width=facts.width,
        height=facts.height,
        taken_on=taken_on(facts),
        title=facts.title if said.title is None else said.title,
        description=facts.description if said.description is None else said.description,
        keywords=own if said.keywords is None else said.keywords,
        copyright=facts.copyright,
        categories=said.categories,
        said_editorial=said.editorial if said.editorial is not None or editorial is not True else True,
        choices=general | {key: value for key, value in said.choices.items() if value},
        spot=Spot(location=facts.location, city=facts.city, state=facts.state, country=facts.country),
        rights=_rights(facts, held),
        quality=Quality(sharpness=facts.sharpness, noise=facts.noise, phashes=facts.phashes),
    )


def _rights(facts: StockFacts, held: Held) -> Rights:
    """Say who is without a release: those attached to the asset itself stand in for as many as there are of them."""
    pk, people = facts.asset_id, facts.shown.people
    here = held.models_of_asset.get(pk, [])
    bare = [(person, name) for person, name in people.items() if person not in held.people]
    spare = max(0, len(here) - sum(1 for _, name in bare if not name) - facts.shown.nameless)
    strangers = max(0, sum(1 for _, name in bare if not name) + facts.shown.nameless - len(here))
    named = [name for _, name in bare if name]
    documents = [name for person in people for name in held.people.get(person, [])]
    places = [name for place in facts.near for name in held.places.get(place.casefold(), [])]
    properties = held.properties_of_asset.get(pk, [])
    return Rights(
        named=tuple(name for name in people.values() if name),
        unreleased=tuple(named[spare:]),
        strangers=strangers,
        writing=facts.writing,
        property_released=bool(places or properties),
        documents=tuple(dict.fromkeys([*documents, *here, *places, *properties])),
    )


def _surroundings(
    items: Mapping[int, Item], facts: Mapping[int, StockFacts], ledger: Sequence[Sent], *, only: int | None
) -> dict[int, Surroundings]:
    names = Counter(item.file_name.casefold() for item in items.values())
    hashes = {pk: item.quality.phashes for pk, item in items.items()}
    beside = alike_within(hashes)
    wanted = hashes if only is None else {pk: theirs for pk, theirs in hashes.items() if pk == only}
    before = alike_sent(wanted, ledger)
    same = {row.fingerprint: row for row in ledger}
    found = {}
    for pk, item in items.items():
        again = same.get(facts[pk].fingerprint)
        clash = names[item.file_name.casefold()] > 1
        found[pk] = Surroundings(
            same_name=_namesakes(item, items.values()) if clash else (),
            alike=(
                *(Alike(asset_id=other, name=items[other].own_name) for other in beside.get(pk, [])),
                *(
                    Alike(asset_id=row.asset_id, name=row.file_name, sent=_day(row))
                    for row in before.get(pk, [])
                    if row.fingerprint != facts[pk].fingerprint
                ),
            ),
            sent_before=_day(again) if again else "",
        )
    return found


def _namesakes(item: Item, items: Iterable[Item]) -> tuple[str, ...]:
    name = item.file_name.casefold()
    return tuple(
        other.own_name for other in items if other.asset_id != item.asset_id and other.file_name.casefold() == name
    )


def _day(row: Sent) -> str:
    return timezone.localtime(row.at).date().isoformat()
