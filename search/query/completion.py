"""A text and a cursor in it to what is being typed there: a word, or an operator's value; no database is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.query.operators import Operator, meant, names

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<mark>-(?=[^\s)])|[()])
    |(?P<filter>(?P<name>[^\W\d_]+)(?P<relation>:|>=|<=|=|>|<)(?P<value>"[^"]*(?:"[^\s()"]*|$)|[^\s()"]*))
    |(?P<phrase>"[^"]*(?:"|$))|(?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
_CURLY = str.maketrans(dict.fromkeys("“”„«»", '"'))
_JOINS = frozenset({"OR", "AND", "NOT", "|"})
_ALIAS_FROM = 3  # letters: with fewer, other names of operators would only be in the way
_MOST_WORDS = 4  # of a name that is being typed as plain words


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """What stands at the cursor and is to be completed: characters `start` to `end` of the text.

    `operator` is None for plain words; `name` and `relation` are as typed. `typed` reaches up to the cursor, without
    quotes. `longer` are the same with the plain words before it, the longest first: "ana li" may be one name.
    """

    start: int
    end: int
    typed: str
    operator: Operator | None = None
    name: str = ""
    relation: str = ""
    longer: tuple[tuple[int, str], ...] = ()

    @property
    def whole(self) -> str:
        """The operator as typed up to the cursor, or the word."""
        return f"{self.name}{self.relation}{self.typed}"


def typing_at(text: str, at: int) -> Typing | None:
    """Return what is being typed where the cursor stands (before character `at`); None where nothing can be said.

    That is in quoted words, after a blank, in an operator's name, and after a count (`objects:car>2`).
    """
    text, run = text.translate(_CURLY), []
    for match in _tokens(text):
        if match.start() >= at:
            return None
        if match["word"] and match["word"] not in _JOINS:
            run.append(match.start())
        elif not match["space"]:
            run = []
        if at <= match.end():
            return _typing(match, text, at, run)
    return None


def operators_like(typed: str) -> list[Operator]:
    """Return the operators whose name, or another name of theirs, begins so; those by their own name first."""
    start = typed.lower()
    found = [
        operator
        for name, operator in names().items()
        if name.startswith(start) and (name == operator.name or len(start) >= _ALIAS_FROM)
    ]
    return list(dict.fromkeys(sorted(found, key=lambda operator: not operator.name.startswith(start))))


def _tokens(text: str) -> Iterator[re.Match[str]]:
    place = 0
    while match := _TOKEN.match(text, place):
        yield match
        place = match.end()


def _typing(match: re.Match[str], text: str, at: int, run: list[int]) -> Typing | None:
    if match["word"] and run:
        typed = text[match.start() : at]
        longer = tuple((start, text[start:at]) for start in run[-_MOST_WORDS:-1])
        return Typing(start=match.start(), end=match.end(), typed=typed, longer=longer)
    if not match["filter"]:
        return None
    operator = meant(match["name"])
    begin = match.start("value")
    if operator is None or at < begin:
        return None
    value = text[begin:at]
    if value.startswith('"'):
        value = value[1:]
        if '"' in value:
            return None
    elif operator.name == "objects" and re.search("[<>=]", value):
        return None
    return Typing(
        start=match.start(),
        end=match.end(),
        typed=value,
        operator=operator,
        name=match["name"],
        relation=match["relation"],
    )
