"""From what was typed to its tree, with errors that name the place."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NoReturn

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from dam.errors import QueryError
from dam.types import Filter, Relation
from search.query.like import weight_of
from search.query.operators import meant, nearly
from search.query.tree import Both, Either, Leaf, Node, Phrase, Words, negated

_FILTER = re.compile(r"(?P<name>[^\W\d_]+)(?P<relation>:|>=|<=|=|>|<)(?P<value>.*)", re.DOTALL)
_WEIGHED = re.compile(r"(?P<word>.+)\^(?P<weight>\d{1,3}(?:\.\d{1,3})?)")
_QUOTED = re.compile(r'"(?P<inside>[^"]*)"(?P<count>.*)')


def parse(text: str) -> Node | None:
    """Return the tree of a text; None where nothing was typed. Raises QueryError, with the place."""
    try:
        tree = _parser().parse(text)
        found: Node | None = _Builder().transform(tree)
    except UnexpectedInput as error:
        _explain(text, error)
    except VisitError as error:
        if isinstance(error.orig_exc, QueryError):
            raise error.orig_exc from error
        raise
    return found


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


@v_args(inline=True)
class _Builder(Transformer[Token, Node | None]):
    """Nodes of the parser's tree, from the leaves up."""

    def start(self, *found: Node) -> Node | None:
        return found[0] if found else None

    def either(self, *parts: Node) -> Node:
        kept = tuple(part for part in parts if part != Both(parts=()))
        return kept[0] if len(kept) == 1 else Either(parts=kept)

    def both(self, *parts: Node) -> Node:
        kept = _joined([part for part in parts if not (isinstance(part, Words) and not part.text)])
        return kept[0] if len(kept) == 1 else Both(parts=tuple(kept))

    def group(self, inside: Node, weight: Token | None = None) -> Node:
        if weight is None:
            return inside
        place = (weight.start_pos or 0) + 1
        if not isinstance(inside, Words) or inside.literal or inside.negated:
            raise QueryError(f"“{weight}” at character {place} weighs words, like (red car)^2, and nothing else.")
        return replace(inside, weight=weight_of(weight[1:], place=place))

    def without(self, sign: Token, part: Node) -> Node:
        return negated(part, start=sign.start_pos)

    def WORD(self, token: Token) -> Leaf:  # noqa: N802 - lark calls it by the terminal's name
        start, end = token.start_pos or 0, token.end_pos or 0
        match = _WEIGHED.fullmatch(token)
        if match is None:
            return Words(text=str(token), start=start, end=end)
        weight = weight_of(match["weight"], place=start + match.start("weight") + 1)
        return Words(text=match["word"], weight=weight, start=start, end=end)

    def PHRASE(self, token: Token) -> Leaf:  # noqa: N802
        inside = " ".join(token[1:-1].split())
        return Phrase(text=inside) if inside else Words(text="")

    def FILTER(self, token: Token) -> Leaf:  # noqa: N802
        match = _FILTER.fullmatch(token)
        assert match is not None  # noqa: S101 - the terminal has the same shape
        name, value = match["name"], match["value"]
        start, end = token.start_pos or 0, token.end_pos or 0
        place = start + 1
        operator = meant(name)
        if operator is None:
            like = nearly(name)
            if like is None and not value.startswith('"'):
                return Words(text=str(token), start=start, end=end)  # "https://…" and the like are words
            hint = f"; did you mean {like.name}:?" if like else ": put the words in quotes without it."
            raise QueryError(f"“{name}:” at character {place} is no filter{hint}")
        inside = _QUOTED.fullmatch(value)
        plain = " ".join((inside["inside"] + inside["count"] if inside else value).split())
        if not plain:
            raise QueryError(
                f"“{match['name']}{match['relation']}” at character {place} needs a value, like {operator.example}."
            )
        relation = Relation(match["relation"])
        if relation not in {Relation.IS, Relation.EQUAL} and not operator.compared:
            raise QueryError(
                f"“{token}” at character {place}: {operator.name} can't be compared; {operator.example}."
            )
        if operator.name == "words":
            return Words(text=plain, literal=True, start=start, end=end)
        return Filter(name=operator.name, value=plain, relation=relation, start=start, end=end)


def _joined(parts: list[Node]) -> list[Node]:
    """Put words that follow each other into one piece of text: together they mean more than each for itself."""
    found: list[Node] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(last, Words) and isinstance(part, Words) and _plain(last) and _plain(part):
            found[-1] = Words(text=f"{last.text} {part.text}", start=last.start, end=part.end)
        else:
            found.append(part)
    return found


def _plain(words: Words) -> bool:
    return not (words.negated or words.literal) and words.weight is None


def _explain(text: str, error: UnexpectedInput) -> NoReturn:
    """Say in words where a text is no search."""
    opened: list[int] = []
    for match in re.finditer(r'"[^"]*"|[()]', text):
        if match.group() == "(":
            opened.append(match.start())
        elif match.group() == ")" and opened:
            opened.pop()
        elif match.group() == ")":
            raise QueryError(f"The parenthesis at character {match.start() + 1} closes nothing.") from error
    if opened:
        raise QueryError(f"The parenthesis at character {opened[-1] + 1} is not closed.") from error
    place = getattr(error, "pos_in_stream", None) or 0
    if getattr(getattr(error, "token", None), "type", "") == "$END":
        raise QueryError("The search ends too early: OR and NOT need something after them.") from error
    raise QueryError(
        f"Something is missing before character {place + 1}: OR and parentheses need something to hold."
    ) from error
