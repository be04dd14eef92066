"""What may follow what is being typed: operators, and names of this library with their counts, ready to be taken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from dam.catalog import words
from dam.catalog.readers.browse import Picture
from dam.catalog.readers.completion import NAMES, beginning, saved, with_all_below
from dam.catalog.readers.counted import Counted
from search.query.completion import Typing, operators_like, typing_at
from search.query.operators import OPERATORS, Operator, quoted

_LIMIT = 8
_SAVED = 2
_OPERATORS = 3  # beside names that begin like the same letters
_PLAIN = ("person", "place", "tag")  # whose names are completed without their operator being typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One line of the list: taking it makes the text `text`, with the cursor at `at`.

    `label` is what is taken, `note` says more, `count` is of the whole library (None: not counted; with `more` there
    are at least so many). `exact`: it stands there already. A saved search is opened instead: `asked` are its
    parameters.
    """

    label: str
    text: str
    at: int
    note: str = ""
    count: int | None = None
    operator: bool = False
    swatch: str = ""
    picture: Picture | None = None
    exact: bool = False
    asked: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """The list for a text and a cursor; `of_value` where an operator's value is being typed."""

    found: tuple[Suggestion, ...] = ()
    of_value: bool = False

    @property
    def counted(self) -> bool:
        """Tell whether any line has a count, so that the page says of what."""
        return any(each.count is not None for each in self.found)

    @property
    def settled(self) -> bool:
        """Tell whether nothing is left to choose: what may be taken stands there already."""
        return len(self.found) == 1 and self.found[0].exact

    @property
    def unfinished(self) -> bool:
        """Tell whether a value is being typed that is none of those known yet."""
        return self.of_value and bool(self.found) and not any(each.exact for each in self.found)


def suggestions(text: str, at: int) -> Suggestions:
    """Return what may be taken where the cursor stands; nothing typed there yet: every operator."""
    here = min(max(at, 0), len(text))
    typing = typing_at(text, here)
    if typing is None:
        begin = not text[:here].strip() or text[here - 1] in " ("
        every = _operators(text, Typing(start=here, end=here, typed=""), OPERATORS) if begin else ()
        return Suggestions(found=tuple(every))
    if typing.operator is not None:
        return Suggestions(found=tuple(_values(text, typing, typing.operator)), of_value=True)
    operators = list(_operators(text, typing, operators_like(typing.typed)))[:_OPERATORS]
    room = _LIMIT - len(operators)
    named, kept = list(_plain(text, typing)), list(_saved(text))
    return Suggestions(found=(*operators, *named[: room - len(kept)], *kept))


def values_of(name: str, typed: str) -> Suggestions:
    """Return the values of one operator that begin so: for a chip that is being edited, its text is the value."""
    found = _found(name, typed)
    return Suggestions(
        found=tuple(_line(each, text=each.value, at=len(each.value), typed=typed) for each in found),
        of_value=True,
    )


def _operators(text: str, typing: Typing, found: Iterable[Operator]) -> Iterator[Suggestion]:
    for operator in found:
        relation = ">=" if operator.compared else ":"
        relation = "<" if operator.name == "duration" else relation
        taken, at = _put(text, typing.start, typing.end, f"{operator.name}{relation}", follow=False)
        yield Suggestion(label=f"{operator.name}{relation}", text=taken, at=at, note=operator.says, operator=True)


def _values(text: str, typing: Typing, operator: Operator) -> Iterator[Suggestion]:
    found = _found(operator.name, typing.typed)
    for each in found:
        relation = each.relation if typing.relation == ":" else typing.relation
        value = f"{typing.name}{relation}{quoted(_plain_value(each.value))}"
        taken, at = _put(text, typing.start, typing.end, value, follow=True)
        yield _line(each, text=taken, at=at, typed=typing.typed)


def _plain(text: str, typing: Typing) -> Iterator[Suggestion]:
    """Yield the names that begin like the words at the cursor, those that most of the words lead to first."""
    taken: set[tuple[str, str]] = set()
    for start, typed in (*typing.longer, (typing.start, typing.typed)):
        found = [(name, each) for name in _PLAIN for each in beginning(NAMES[name](), typed, limit=_LIMIT)]
        start_with = words.folded(typed)
        found.sort(key=lambda pair: (not pair[1].folded.startswith(start_with), -(pair[1].count or 0)))
        found = [(name, each) for name, each in found if (name, each.value) not in taken][:_LIMIT]
        tags = {each.tag_id: each for each in with_all_below([each for name, each in found if name == "tag"])}
        found = [(name, tags.get(each.tag_id, each) if name == "tag" else each) for name, each in found]
        for name, each in found:
            taken.add((name, each.value))
            put, at = _put(text, start, typing.end, f"{name}:{quoted(_plain_value(each.value))}", follow=True)
            yield _line(each, text=put, at=at, typed="", sort=name)


def _saved(text: str) -> Iterator[Suggestion]:
    """Yield the saved searches whose name begins like all that is typed."""
    for each in beginning(saved(), text, limit=_SAVED):
        address = urlencode(each.asked)
        yield Suggestion(label=each.value, text=text, at=len(text), note=each.note, count=each.count, asked=address)


def _found(name: str, typed: str) -> list[Counted]:
    names = NAMES.get(name)
    if names is None:
        return []
    found = beginning(names(), typed, limit=_LIMIT)
    return with_all_below(found) if name == "tag" else found


def _line(each: Counted, *, text: str, at: int, typed: str, sort: str = "") -> Suggestion:
    shown = each.value if each.relation == ":" or not each.note else each.note
    note = each.note if shown != each.note else ""
    return Suggestion(
        label=shown,
        text=text,
        at=at,
        note=note or sort,
        count=each.count,
        more=each.more,
        swatch=each.swatch,
        picture=each.picture,
        exact=bool(typed) and words.folded(each.value) == words.folded(typed),
    )


def _put(text: str, start: int, end: int, piece: str, *, follow: bool) -> tuple[str, int]:
    """Return the text with a piece put in, and the place behind it; `follow`: a blank comes after it."""
    rest = text[end:]
    blank = " " if follow and not rest.startswith((" ", ")")) else ""
    before = text[:start] + piece + blank
    return before + rest, len(before) + (1 if follow and rest.startswith(" ") else 0)


def _plain_value(value: str) -> str:
    return " ".join(value.replace('"', " ").split())
