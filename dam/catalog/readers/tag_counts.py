"""How often each tag is used: tags to choose from by their first letters, and the hierarchy with its counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from dam.catalog.lexicon import Lexicon, load_lexicon
from dam.catalog.models import TagScore, TagVerdict
from dam.catalog.readers.tagged import LINE, models_shown
from dam.types import TagKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChoice:
    """A tag to choose from; `count` is how many units have it."""

    tag_id: int
    name: str
    key: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """A line of the hierarchy: `count` units have the tag itself; `below` sums the counts of all under it."""

    tag_id: int
    key: str
    name: str
    kind: TagKind
    own: bool
    depth: int
    count: int
    below: int


def find_tags(prefix: str, *, limit: int = 20) -> list[TagChoice]:
    """Return tags that have a word beginning with `prefix`: those in use first, the user's own before others."""
    lexicon = load_lexicon()
    start = prefix.strip().casefold()
    entries = [
        entry
        for entry in lexicon.entries.values()
        if any(_begins(word, start) for word in entry.words) and not (entry.retired and not entry.own)
    ]
    counts = _counts([entry.id for entry in entries])
    entries.sort(
        key=lambda entry: (
            not entry.name.casefold().startswith(start),
            -counts.get(entry.id, 0),
            not entry.own,
            entry.name,
        )
    )
    return [
        TagChoice(tag_id=entry.id, name=entry.name, key=entry.key, count=counts.get(entry.id, 0))
        for entry in entries[:limit]
    ]


def tag_counts(*, used_only: bool = True) -> list[TagCount]:
    """Return the hierarchy depth first, by name; by default only what has units, itself or below."""
    lexicon = load_lexicon()
    counts = _counts(lexicon.entries)
    sums: dict[int, int] = {}

    def below(tag_id: int) -> int:
        if tag_id not in sums:
            sums[tag_id] = 0  # a circle ends here
            children = lexicon.children.get(tag_id, [])
            sums[tag_id] = sum(counts.get(child, 0) + below(child) for child in children)
        return sums[tag_id]

    found: list[TagCount] = []

    def add(tag_id: int, depth: int) -> None:
        entry = lexicon.entries[tag_id]
        count, under = counts.get(tag_id, 0), below(tag_id)
        if count or under or not (used_only or entry.retired):
            found.append(
                TagCount(
                    tag_id=tag_id,
                    key=entry.key,
                    name=entry.name,
                    kind=entry.kind,
                    own=entry.own,
                    depth=depth,
                    count=count,
                    below=under,
                )
            )
            for child in _by_name(lexicon, lexicon.children.get(tag_id, [])):
                add(child, depth + 1)

    for top in _by_name(lexicon, [pk for pk, entry in lexicon.entries.items() if entry.parent_id is None]):
        add(top, 0)
    return found


def _by_name(lexicon: Lexicon, tag_ids: Sequence[int]) -> list[int]:
    return sorted(tag_ids, key=lambda pk: (not lexicon.entries[pk].own, lexicon.entries[pk].name))


def _begins(word: str, start: str) -> bool:
    text = word.casefold()
    return text.startswith(start) or f" {start}" in text


def _counts(tag_ids: Iterable[int]) -> dict[int, int]:
    """Return how many units have each tag: said by a model in use and not rejected, or accepted by a person."""
    wanted = set(tag_ids)
    scores = TagScore.objects.filter(model__in=models_shown(), certainty__gte=LINE)
    verdicts = TagVerdict.objects.all()
    if len(wanted) <= 500:
        scores, verdicts = scores.filter(tag_id__in=wanted), verdicts.filter(tag_id__in=wanted)
    counts = dict(scores.values("tag_id").annotate(n=Count("unit_id", distinct=True)).values_list("tag_id", "n"))
    said = list(verdicts.values_list("unit_id", "tag_id", "accepted"))
    if said:
        scored = set(
            scores.filter(tag_id__in={tag for _, tag, _ in said}, unit_id__in={unit for unit, _, _ in said})
            .values_list("unit_id", "tag_id")
            .distinct()
        )
        for unit_id, tag_id, accepted in said:
            if accepted and (unit_id, tag_id) not in scored:
                counts[tag_id] = counts.get(tag_id, 0) + 1
            if not accepted and (unit_id, tag_id) in scored:
                counts[tag_id] -= 1
    return {tag_id: count for tag_id, count in counts.items() if tag_id in wanted}
