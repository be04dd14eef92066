"""The names that can be searched for, each with how many photos, shots and clips it stands for in the whole library.

They are read by grouped queries, and remembered for some seconds; who types waits for none of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Case, Count, F, Q, When, Window
from django.db.models.functions import RowNumber

from dam.catalog import words
from dam.catalog.ids import among
from dam.catalog.keywords import parts
from dam.catalog.lexicon import folded as tag_word
from dam.catalog.lexicon import recent_lexicon
from dam.catalog.models import Asset, AssetMetadata, AssetPlace, Collection, Face, TagScore, Unit
from dam.catalog.readers import conditions, counted_facts, measure
from dam.catalog.readers.browse import Picture, as_picture
from dam.catalog.readers.collection_items import made_collections
from dam.catalog.readers.counted import Counted, Names, named
from dam.catalog.readers.own_places import own_places
from dam.catalog.readers.people import shown_faces
from dam.catalog.readers.seen import object_labels
from dam.catalog.readers.speakers import speakers
from dam.catalog.readers.tag_counts import tag_counts
from dam.catalog.readers.tagged import LINE, models_shown
from dam.catalog.remembered import Remembered
from dam.types import CollectionKind, MediaKind, TagKind

_QUICK = 5_000  # scores that are gone through at a key stroke


_exact: tuple[Names, dict[int | None, int]] = (), {}


def beginning(names: Iterable[Counted], typed: str, *, limit: int) -> list[Counted]:
    """Return the names that begin so, then those in which a word does; each in their own order."""
    start = words.folded(typed)
    if typed.strip() and not start:
        return []
    first = [name for name in names if name.folded.startswith(start)]
    later = [name for name in names if f" {start}" in name.folded and not name.folded.startswith(start)]
    found = sorted(first, key=_by_order) + sorted(later, key=_by_order)
    return found[:limit]


def with_all_below(names: list[Counted]) -> list[Counted]:
    """Return tags with the count of what has them or a tag below them: exact where that is quickly counted."""
    tags = NAMES["tag"]()
    own = {name.tag_id: name.count or 0 for name in tags if name.tag_id is not None}
    quick = [name for name in names if name.below and sum(own.get(pk, 0) for pk in name.below) <= _QUICK]
    exact = _exact_counts(tags, quick)
    return [
        _with_least(name, exact[name.tag_id])
        if name.tag_id in exact
        else replace(name, count=max(own.get(pk, 0) for pk in name.below), more=True)
        if name.below
        else name
        for name in names
    ]


def _exact_counts(tags: Names, names: list[Counted]) -> dict[int | None, int]:
    """Return the counts of these by tag id: one query for those that nobody asked for since `tags` were read."""
    global _exact  # noqa: PLW0603 - the last answers of this process
    known = _exact[1] if _exact[0] is tags else {}
    missing = [name for name in names if name.tag_id not in known]
    if missing:
        scores = TagScore.objects.filter(
            model__in=models_shown(),
            certainty__gte=LINE,
            tag_id__in=frozenset[int]().union(*(name.below for name in missing)),
        )
        counts = scores.aggregate(
            **{
                f"tag_{name.tag_id}": Count("unit_id", distinct=True, filter=Q(tag_id__in=name.below))
                for name in missing
            }
        )
        known = known | {name.tag_id: counts[f"tag_{name.tag_id}"] for name in missing}
        _exact = tags, known
    return {name.tag_id: known[name.tag_id] for name in names}


def saved() -> Names:
    """Return the saved searches, each with the count of when somebody asked last; none is remembered here."""
    rows = Collection.objects.filter(kind=CollectionKind.SEARCH).values_list("name", "asked", "count", "counted_at")
    return tuple(
        Counted(
            value=name,
            folded=words.folded(name),
            count=count if counted_at else None,
            note="saved search",
            asked=asked,
        )
        for name, asked, count, counted_at in rows
    )


def _collections() -> Names:
    """Return the collections made by hand, the last used first."""
    return tuple(
        Counted(value=made.name, folded=words.folded(made.name), count=made.count, order=at)
        for at, made in enumerate(made_collections())
    )


def _with_least(name: Counted, least: int) -> Counted:
    return name if name.count is None or least <= name.count else replace(name, count=least)


def _by_order(name: Counted) -> tuple[float, int, str]:
    return name.order, -(name.count or 0), name.folded


def _speakers() -> Names:
    return tuple(named(one.name, one.lines) for one in speakers())


def _people() -> Names:
    faces = Face.objects.filter(shown_faces(), person__hidden=False).exclude(person__name="")
    rows = faces.values_list("person_id", "person__name").annotate(n=Count("unit_id", distinct=True)).order_by()
    covers = _covers()
    return tuple(
        Counted(value=name, folded=words.folded(name), count=count, picture=covers.get(person_id))
        for person_id, name, count in rows
    )


def _covers() -> dict[int, Picture]:
    """Return the picture of each person with a name: the one that was chosen, else the best."""
    faces = Face.objects.filter(shown_faces(), crop__isnull=False, person__hidden=False).exclude(person__name="")
    chosen = Case(When(pk=F("person__cover_id"), then=0), default=1)
    first = Window(RowNumber(), partition_by="person_id", order_by=[chosen, F("quality").desc(), "pk"])
    rows = faces.annotate(place=first).filter(place=1).select_related("crop")
    return {row.person_id: as_picture(row.crop) for row in rows if row.person_id is not None and row.crop is not None}


def _tags() -> Names:
    """Return the tags that occur, themselves or below, and the keywords of files that are no tags."""
    lexicon = recent_lexicon()
    keywords = _keywords()
    found, known = [], set[str]()
    for tag in _TAGS():
        entry = lexicon.entries.get(tag.tag_id)
        own_words = {tag_word(word) for word in entry.words} if entry else {tag_word(tag.name)}
        known |= own_words
        count = max(tag.count, *(keywords[word][0] for word in own_words))
        note = "sound" if tag.kind is TagKind.SOUND else ""
        names = " ".join(words.folded(word) for word in (entry.words if entry else (tag.name,)))
        below = lexicon.with_descendants([tag.tag_id]) if lexicon.children.get(tag.tag_id) else ()
        found.append(
            Counted(value=tag.name, folded=names, count=count, note=note, tag_id=tag.tag_id, below=frozenset(below))
        )
    found += [named(name, count) for word, (count, name) in keywords.items() if word and word not in known and count]
    return tuple(found)


def _keywords() -> dict[str, tuple[int, str]]:
    """Return (units, the word as most write it) by each word of the keywords' paths as it is compared."""
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    units = Count("asset__units", filter=Q(asset__units__kind__in=["photo", "shot"]))
    for said, count in AssetMetadata.objects.exclude(keywords=[]).annotate(n=units).values_list("keywords", "n"):
        for word in {part for one in said for part in parts(str(one))}:
            spelled[tag_word(word)][" ".join(word.split())] += max(1, count)
    found = {word: (ways.total(), ways.most_common(1)[0][0]) for word, ways in spelled.items()}
    return defaultdict(lambda: (0, ""), found)


def _objects() -> Names:
    return tuple(named(label, count) for label, count in object_labels())


def _places() -> Names:
    """Return cities, regions and countries; one name that several of them have is one, counted together."""
    own = own_places()
    near = AssetPlace.objects.exclude(pk__in=among(own)).values_list("city", "region", "country")
    rows = [*near.annotate(n=Count("asset__units")).order_by()]
    units = Asset.objects.filter(pk__in=among(own)).annotate(n=Count("units"))
    said_of = [(own[pk], count) for pk, count in units.values_list("pk", "n")]
    rows += [(place.city, place.region, place.country, count) for place, count in said_of]
    counts: Counter[str] = Counter()
    spelled: dict[str, tuple[str, str]] = {}
    within: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for city, region, country, count in rows:
        sorts = {words.folded(country): (country, "country"), words.folded(region): (region, f"region, {country}")}
        sorts[words.folded(city)] = (city, f"city, {country}")
        for name, said in sorts.items():
            if name:
                counts[name] += count
                spelled.setdefault(name, said)
        if words.folded(city):
            within[words.folded(city)].add((city, region, country))
    for place, count in said_of:
        if words.folded(place.location):
            counts[words.folded(place.location)] += count
            spelled.setdefault(words.folded(place.location), (place.location, ", ".join(place.names[1:2])))
    found = [named(spelled[name][0], count, note=spelled[name][1]) for name, count in counts.items()]
    for city, region, country, count in dict.fromkeys(rows):
        if len(within[words.folded(city)]) > 1:  # "Paris" is several: each by what it lies in, too
            found.append(named(f"{city}, {region or country}", count, note=f"city, {country}", order=0.5))
    return tuple(found)


def _colours() -> Names:
    return tuple(
        Counted(value=name, folded=words.folded(name), count=count, swatch=swatch)
        for name, swatch, count in measure.colour_names()
        if count
    )


def _looks() -> Names:
    counts = measure.look_counts()
    return tuple(named(word, count, note=measure.LOOK_NAMES.get(word, "")) for word, count in counts.items() if count)


def _kinds() -> Names:
    rows = Unit.objects.filter(asset__kind__in=list(MediaKind)).values_list("asset__kind").annotate(n=Count("pk"))
    return tuple(named(kind, count) for kind, count in rows.order_by())


def _has() -> Names:
    return tuple(named(word, Unit.objects.filter(conditions.has(word)).count()) for word in conditions.HAS)


def _is() -> Names:
    every = Unit.objects.count()
    reviewed = Unit.objects.filter(conditions.reviewed()).count()
    online = Unit.objects.filter(conditions.online()).count()
    rejected = Unit.objects.filter(conditions.rejected()).count()
    counts = {
        "rejected": rejected,
        "unreviewed": every - reviewed,
        "reviewed": reviewed,
        "offline": every - online,
        "online": online,
    }
    return tuple(named(word, count) for word, count in counts.items())


def _sounds() -> Names:
    return tuple(
        Counted(value=tag.name, folded=words.folded(tag.name), count=tag.count, tag_id=tag.tag_id)
        for tag in _TAGS()
        if tag.kind is TagKind.SOUND and tag.count
    )


_TAGS = Remembered(tag_counts)  # tags and sounds are counted once
NAMES: dict[str, Remembered[Names]] = {
    "person": Remembered(_people),
    "speaker": Remembered(_speakers),
    "tag": Remembered(_tags),
    "objects": Remembered(_objects),
    "place": Remembered(_places),
    "camera": Remembered(counted_facts.cameras),
    "lens": Remembered(counted_facts.lenses),
    "in": Remembered(counted_facts.folders),
    "color": Remembered(_colours),
    "look": Remembered(_looks),
    "kind": Remembered(_kinds),
    "has": Remembered(_has),
    "is": Remembered(_is),
    "label": Remembered(counted_facts.labels),
    "creator": Remembered(counted_facts.creators),
    "copyright": Remembered(counted_facts.copyrights),
    "rating": Remembered(counted_facts.ratings),
    "date": Remembered(counted_facts.dates),
    "after": Remembered(counted_facts.since),
    "before": Remembered(counted_facts.until),
    "sounds": Remembered(_sounds),
    "collection": Remembered(_collections),
}
