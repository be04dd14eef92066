"""What could be said of assets, by what models, people and places know: keywords and fields, with the evidence."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dam.catalog import keywords
from dam.catalog.lexicon import folded, recent_lexicon
from dam.catalog.readers import evidence
from dam.catalog.readers.described import described
from dam.catalog.readers.evidence import Clue
from dam.catalog.readers.vocabulary import Vocabulary, vocabulary
from dam.metadata.spoken import spoken_clues
from dam.types import MetadataField, MetadataValue

MOST_ASSETS = 500  # of a larger selection so many are looked at, evenly spread
_MOST_WHYS = 3
_SURE_PLACE_KM, _PLACE, _NEAR_PLACE = 10.0, 0.9, 0.6  # within ten kilometres people say they were there
_LISTED_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A keyword (a path, as the user writes it where it is theirs) for the assets in which it was found.

    `certainty` (0..1) is the mean over those; `own` tells that the word is of the user's own vocabulary.
    """

    word: str
    certainty: float
    why: tuple[str, ...]
    own: bool
    asset_ids: tuple[int, ...]

    @property
    def shown(self) -> str:
        """The keyword as people read it."""
        return keywords.shown(self.word)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSuggestion:
    """A value for a field of an asset that is empty there."""

    field: MetadataField
    value: str
    certainty: float
    why: str


def looked_at(asset_ids: Sequence[int]) -> list[int]:
    """Return the assets of a selection that suggestions are made from: all, or `MOST_ASSETS` evenly spread."""
    step = -(-len(asset_ids) // MOST_ASSETS) or 1
    return list(asset_ids[::step])


def suggest_keywords(asset_ids: Sequence[int], *, limit: int = 24) -> list[Suggestion]:
    """Return keywords for these assets: the user's own vocabulary first, then by certainty and by how many assets
    each was found in. What an asset has already is not suggested for it.
    """
    wanted = looked_at(asset_ids)
    lexicon, own = recent_lexicon(), vocabulary()
    clues = [
        *evidence.tag_clues(wanted, lexicon),
        *evidence.object_clues(wanted),
        *evidence.person_clues(wanted),
        *_place_clues(wanted),
        *spoken_clues(evidence.lines_of(wanted), own, lexicon),
    ]
    having = {
        pk: frozenset[str]().union(*map(keywords.forms, _words(said))) for pk, said in described(wanted).items()
    }
    return ranked(clues, own, having)[:limit]


def ranked(clues: Iterable[Clue], own: Vocabulary, having: Mapping[int, Collection[str]]) -> list[Suggestion]:
    """Put clues together, by keyword; `having` are the folded words that each asset has. Pure."""
    spelled: dict[str, tuple[str, bool]] = {}
    by_word: dict[str, dict[int, list[Clue]]] = defaultdict(lambda: defaultdict(list))
    for clue in clues:
        path = next(filter(None, map(own.path_of, (clue.word, *clue.others))), "")
        word = path or " ".join(clue.word.replace(keywords.SEPARATOR, " ").split())
        meant = folded(keywords.leaf(word))
        if not meant or meant in having.get(clue.asset_id, ()):
            continue
        known = spelled.get(meant)
        spelled[meant] = (known[0] if known else word, bool(path) or clue.own or bool(known and known[1]))
        by_word[meant][clue.asset_id].append(clue)
    found = []
    for meant, by_asset in by_word.items():
        best = {pk: max(clue.certainty for clue in own_clues) for pk, own_clues in by_asset.items()}
        every = sorted((clue for some in by_asset.values() for clue in some), key=lambda clue: -clue.certainty)
        word, is_own = spelled[meant]
        found.append(
            Suggestion(
                word=word,
                certainty=sum(best.values()) / len(best),
                why=tuple(dict.fromkeys(_once_a_kind(every)))[:_MOST_WHYS],
                own=is_own,
                asset_ids=tuple(sorted(best)),
            )
        )
    # The sum over assets: a word of all that is fairly sure says more of a selection than a sure one of a single.
    return sorted(found, key=lambda one: (not one.own, -one.certainty * len(one.asset_ids), one.word))


def suggest_fields(asset_ids: Sequence[int]) -> dict[int, list[FieldSuggestion]]:
    """Return values for the empty ones of title, description, city, state and country of each asset."""
    said = described(asset_ids)
    places, captions = evidence.places_of(asset_ids), evidence.captions_of(asset_ids)
    people: dict[int, dict[str, float]] = defaultdict(dict)
    for clue in evidence.person_clues(asset_ids):
        people[clue.asset_id][clue.word] = max(clue.certainty, people[clue.asset_id].get(clue.word, 0.0))
    days = evidence.days_of(asset_ids)
    found: dict[int, list[FieldSuggestion]] = {}
    for pk in asset_ids:
        offers = []
        place = places.get(pk)
        if place is not None:
            sure = _PLACE if place.distance_km <= _SURE_PLACE_KM else _NEAR_PLACE
            why = f"from the coordinate, {place.distance_km:.0f} km from its middle" if place.city else "coordinate"
            names = {
                MetadataField.CITY: place.city,
                MetadataField.STATE: place.region,
                MetadataField.COUNTRY: place.country,
            }
            offers += [
                FieldSuggestion(field=field, value=name, certainty=sure, why=why) for field, name in names.items()
            ]
        if pk in captions:
            text = captions[pk][:1].upper() + captions[pk][1:]
            offers.append(
                FieldSuggestion(field=MetadataField.DESCRIPTION, value=text, certainty=0.5, why="a model's sentence")
            )
        city = place.city if place is not None else str(said[pk][MetadataField.CITY] or "")
        day = days.get(pk)
        title = _title(people.get(pk, {}), city, f"{day.day} {day:%B %Y}" if day else "")
        if title:
            offers.append(
                FieldSuggestion(field=MetadataField.TITLE, value=title, certainty=0.5, why="who, where and when")
            )
        found[pk] = [offer for offer in offers if offer.value and not said[pk][offer.field]]
    return found


def _title(people: Mapping[str, float], city: str, day: str) -> str:
    names = sorted(people, key=lambda name: -people[name])
    who = ", ".join(names[:_LISTED_NAMES]) if len(names) != 2 else " and ".join(names)
    if len(names) > _LISTED_NAMES:
        who += " and others"
    where = f"{who} in {city}" if who and city else who or city
    return f"{where}, {day}" if where and day else where


def _place_clues(asset_ids: Sequence[int]) -> Iterable[Clue]:
    for pk, place in evidence.places_of(asset_ids).items():
        sure = _PLACE if place.distance_km <= _SURE_PLACE_KM else _NEAR_PLACE
        for name, certainty in ((place.city, sure), (place.country, _PLACE)):
            if name:
                yield Clue(asset_id=pk, word=name, certainty=certainty, why="from the coordinate")


def _once_a_kind(clues: Iterable[Clue]) -> Iterable[str]:
    """Yield the best reason of each kind: of many "tag 0.92" the first."""
    kinds = set[str]()
    for clue in clues:
        kind = clue.why.partition(" ")[0]
        if kind not in kinds:
            kinds.add(kind)
            yield clue.why


def _words(said: Mapping[MetadataField, MetadataValue]) -> list[str]:
    words = said[MetadataField.KEYWORDS]
    return list(map(str, words)) if isinstance(words, list) else []
