"""The words that mean tags: a name or a synonym in, the tags that it means and those below them out."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Count, Max

from dam.catalog.models import Tag
from dam.catalog.words import clean, terms
from dam.types import TagKind

_RECENT_S = 5.0  # a synonym that was changed is known to searches this much later


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A tag without its scores; `parents` are names, the nearest last."""

    id: int
    key: str
    name: str
    kind: TagKind
    parent_id: int | None
    synonyms: tuple[str, ...]
    own: bool
    retired: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The name and what else means it."""
        return (self.name, *self.synonyms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All tags as they are now, by id, by what they lie below, and by each word that means them."""

    entries: dict[int, Entry]
    children: dict[int, list[int]] = field(default_factory=dict)
    by_word: dict[str, list[int]] = field(default_factory=dict)

    def meant_by(self, word: str) -> list[int]:
        """Return the ids of the tags that a word names, in any case, singular or plural; names before synonyms."""
        found = self.by_word.get(folded(word), [])
        return sorted(found, key=lambda pk: (folded(self.entries[pk].name) != folded(word), self.entries[pk].retired))

    def with_descendants(self, tag_ids: Iterable[int]) -> set[int]:
        """Return these tags and all that lie below them."""
        seen: set[int] = set()
        waiting = list(tag_ids)
        while waiting:
            pk = waiting.pop()
            if pk not in seen:
                seen.add(pk)
                waiting += self.children.get(pk, [])
        return seen

    def parents_of(self, tag_id: int) -> tuple[str, ...]:
        """Return the names of what a tag lies below, the top first."""
        names: list[str] = []
        at = self.entries[tag_id].parent_id
        while at is not None and at in self.entries and len(names) < 10:  # ten: never round in circles
            names.append(self.entries[at].name)
            at = self.entries[at].parent_id
        return tuple(reversed(names))


_recent: tuple[float, tuple[int, int | None], Lexicon] | None = None


def load_lexicon() -> Lexicon:
    """Read every tag: some two thousand small rows, twenty milliseconds."""
    rows = Tag.objects.values_list("pk", "key", "name", "kind", "parent_id", "synonyms", "own", "retired")
    entries = {
        pk: Entry(
            id=pk,
            key=key,
            name=name,
            kind=TagKind(kind),
            parent_id=parent_id,
            synonyms=tuple(synonyms),
            own=own,
            retired=retired,
        )
        for pk, key, name, kind, parent_id, synonyms, own, retired in rows
    }
    children: dict[int, list[int]] = defaultdict(list)
    by_word: dict[str, list[int]] = defaultdict(list)
    for entry in entries.values():
        if entry.parent_id is not None:
            children[entry.parent_id].append(entry.id)
        for word in dict.fromkeys(map(folded, entry.words)):
            by_word[word].append(entry.id)
    return Lexicon(entries=entries, children=dict(children), by_word=dict(by_word))


def recent_lexicon() -> Lexicon:
    """Return the lexicon as it was at most `_RECENT_S` ago: searches in plain words look at it each time."""
    global _recent  # noqa: PLW0603 - the last answer of this process
    counted = Tag.objects.aggregate(count=Count("pk"), last=Max("pk"))
    now, here = time.monotonic(), (counted["count"], counted["last"])
    known = _recent
    if known is not None and known[1] == here and now - known[0] < _RECENT_S:
        return known[2]
    found = load_lexicon()
    _recent = now, here, found
    return found


def forget() -> None:
    """Forget what `recent_lexicon` remembers (tests: another catalogue may look the same)."""
    global _recent  # noqa: PLW0603 - as above
    _recent = None


@lru_cache(maxsize=20_000)  # a vocabulary's words are folded for each search; they hardly change
def folded(word: str) -> str:
    """Return a word as it is compared: without case, accents, punctuation and the English plural."""
    return " ".join(term.stem for term in terms(clean(word)))
