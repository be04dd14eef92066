"""Plain words that are certain to mean more than words: known people and places, dates, kinds of media.

    "videos of anna in lisbon last summer"  →  kind:video person:Anna place:Lisbon date:"last summer"

What is taken so becomes a filter that remembers the words it was (`Filter.guessed`), shown as a chip that can be
undone: the words then stand in `words:"in lisbon"`, which nothing is read into. Only what is certain is taken: a
name that is also a word of the vocabulary (Rose, Nice, Turkey) stays a word, unless "in" stands before a place.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dam.catalog import words
from dam.catalog.words import STOP_WORDS, Term
from dam.types import Filter
from search.query.dates import span_of
from search.query.tree import Both, Either, Leaf, Node, Words

_LONGEST = 5  # words of a name or a date
_SHORTEST_NAME = 3  # letters
_BEFORE_PLACES = frozenset({"in", "at", "near", "from"})
_BEFORE_DATES = frozenset({"in", "on", "from", "during"})
_SINCE = {"since": "after", "after": "after", "before": "before", "until": "before"}
_YEAR = re.compile(r"(?:19|20)\d\d")
_KINDS = {
    "video": "video", "videos": "video", "footage": "video", "film": "video", "films": "video",
    "photo": "photo", "photos": "photo", "photograph": "photo", "photographs": "photo", "picture": "photo",
    "pictures": "photo", "image": "photo", "images": "photo", "pic": "photo", "pics": "photo",
    "recording": "audio", "recordings": "audio",
}  # fmt: skip
_AFTER_KINDS = frozenset({"of", "with", "showing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What this library knows by name: folded words → the value that a filter takes.

    `ordinary` tells whether a folded word means something by itself.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    ordinary: Callable[[str], bool] = STOP_WORDS.__contains__


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """Terms `first` up to `last` (not with it) mean a filter."""

    first: int
    last: int
    name: str
    value: str


def understand(tree: Node, known: Known, *, today: date) -> Node:
    """Return the tree with what its plain words are certain to mean as filters, in their places."""
    if isinstance(tree, Words):
        plain = not (tree.negated or tree.literal) and tree.weight is None
        return _understood(tree, known, today) if plain else tree
    if isinstance(tree, Both):
        parts = [understand(part, known, today=today) for part in tree.parts]
        flat = [leaf for part in parts for leaf in (part.parts if isinstance(part, Both) else (part,))]
        return Both(parts=tuple(flat))
    if isinstance(tree, Either):
        return Either(parts=tuple(understand(part, known, today=today) for part in tree.parts))
    return tree


def _understood(leaf: Words, known: Known, today: date) -> Node:
    text = words.clean(leaf.text)
    terms = list(words.terms(text))
    taken = list(_taken(text, terms, known, today))
    if not taken or _is_lone_name(taken, terms):
        return leaf
    parts: list[Leaf] = []
    at = 0
    for each in taken:
        start, end = terms[each.first].start, terms[each.last - 1].end
        parts += _words_between(text[at:start])
        parts.append(Filter(name=each.name, value=each.value, guessed=text[start:end]))
        at = end
    parts += _words_between(text[at:])
    return parts[0] if len(parts) == 1 else Both(parts=tuple(parts))


def _is_lone_name(taken: Sequence[_Taken], terms: Sequence[Term]) -> bool:
    """Tell whether nothing but a name was typed: as words it also finds who speaks of it, or wrote it."""
    return len(taken) == 1 and taken[0].name in {"person", "place"} and taken[0].last - taken[0].first == len(terms)


def _words_between(text: str) -> Iterator[Words]:
    """Yield what is left between two filters; lone stop words and signs ask for nothing."""
    if any(term.folded not in STOP_WORDS for term in words.terms(words.clean(text))):
        yield Words(text=" ".join(text.split()))


def _taken(text: str, terms: Sequence[Term], known: Known, today: date) -> Iterator[_Taken]:
    folded = [term.folded for term in terms]
    at = 0
    while at < len(folded):
        found = (
            _kind(folded, at)
            or _date(text, terms, at, today)
            or _place(folded, at, known)
            or _person(folded, at, known)
        )
        if found is not None:
            yield found
        at = found.last if found is not None else at + 1


def _kind(folded: Sequence[str], at: int) -> _Taken | None:
    """Take "videos of …" at the beginning, "… videos" at the end, or nothing but "videos"."""
    kind = _KINDS.get(folded[at])
    if kind is None:
        return None
    following = folded[at + 1] if at + 1 < len(folded) else ""
    if at == 0 and following in _AFTER_KINDS and len(folded) > 2:
        return _Taken(first=at, last=at + 2, name="kind", value=kind)
    several = folded[at].endswith(("s", "footage"))
    if several and (not following or (at == 0 and following in _BEFORE_PLACES)):
        return _Taken(first=at, last=at + 1, name="kind", value=kind)
    return None


def _date(text: str, terms: Sequence[Term], at: int, today: date) -> _Taken | None:
    lead = terms[at].folded
    led = lead in _BEFORE_DATES or lead in _SINCE
    first = at + 1 if led else at
    for last in range(min(len(terms), first + _LONGEST), first, -1):
        said = [term.folded for term in terms[first:last]]
        if not (_says_when(said) or (lead in _SINCE) or (led and _YEAR.fullmatch(said[0]))):
            continue  # "in spring", "in march" and "on may" are no certain dates
        value = text[terms[first].start : terms[last - 1].end]
        if span_of(value, today) is not None:
            return _Taken(first=at, last=last, name=_SINCE.get(lead, "date"), value=value)
    return None


def _says_when(said: Sequence[str]) -> bool:
    """Tell whether words are a date without "in" before them: "may 2024" is, "may" and "2024" are not."""
    return len(said) > 1 or said[0] in {"today", "yesterday"}


def _place(folded: Sequence[str], at: int, known: Known) -> _Taken | None:
    led = folded[at] in _BEFORE_PLACES
    first = at + 1 if led else at
    for last in range(min(len(folded), first + _LONGEST), first, -1):
        name = " ".join(folded[first:last])
        if len(name) < _SHORTEST_NAME or name not in known.places:
            continue
        if led or last - first > 1 or not known.ordinary(name):
            return _Taken(first=at, last=last, name="place", value=known.places[name])
    return None


def _person(folded: Sequence[str], at: int, known: Known) -> _Taken | None:
    for last in range(min(len(folded), at + _LONGEST), at, -1):
        name = " ".join(folded[at:last])
        if len(name) < _SHORTEST_NAME or name not in known.people:
            continue
        if last - at > 1 or not known.ordinary(name):
            return _Taken(first=at, last=last, name="person", value=known.people[name])
    return None
