"""A search as a tree: words, phrases and filters, joined by "and", "or" and "not"; and back to text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from dam.errors import QueryError
from dam.types import Filter, Relation
from search.query.operators import quoted

MAX_ALTERNATIVES = 24  # each is a search of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words that are meant, not looked up; a negated one must not be meant.

    With a weight they pull the search by so much (a negated one pushes it away) and leave nothing out. Literal ones
    are only words: nothing in them is taken for a name, a date or a place. From `start` to `end` they stand in the
    text of the query (0 and 0: they were not typed).
    """

    text: str
    negated: bool = False
    weight: float | None = None
    literal: bool = False
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words in quotes: said just so."""

    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """All of these at once."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """Any of these."""

    parts: tuple[Node, ...]


Leaf = Words | Phrase | Filter
Node = Leaf | Both | Either


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield what the tree is made of, in the order in which it was typed."""
    if isinstance(node, Both | Either):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def negated(node: Node, *, start: int | None = None) -> Node:
    """Return the opposite; `start` is where the sign stands that negates a filter."""
    if isinstance(node, Both):
        return Either(parts=tuple(negated(part) for part in node.parts))
    if isinstance(node, Either):
        return Both(parts=tuple(negated(part) for part in node.parts))
    if isinstance(node, Filter) and start is not None:
        return replace(node, negated=not node.negated, start=start)
    return replace(node, negated=not node.negated)


def without(node: Node, leaf: Leaf) -> Node | None:
    """Return the tree without one of its leaves (that very object); None where nothing is left."""
    if node is leaf:
        return None
    if isinstance(node, Both | Either):
        kept = tuple(part for each in node.parts if (part := without(each, leaf)) is not None)
        return replace(node, parts=kept) if kept else None
    return node


def replaced(node: Node, leaf: Leaf, by: Leaf) -> Node:
    """Return the tree with another leaf in the place of one of its leaves (that very object)."""
    if node is leaf:
        return by
    if isinstance(node, Both | Either):
        return replace(node, parts=tuple(replaced(part, leaf, by) for part in node.parts))
    return node


def alternatives(node: Node) -> list[tuple[Leaf, ...]]:
    """Return the tree as a list of alternatives, each with all that it asks at once (the disjunctive normal form).

    Raises QueryError for more than `MAX_ALTERNATIVES`.
    """
    found = _alternatives(node)
    if len(found) > MAX_ALTERNATIVES:
        raise QueryError(
            f"With all its ORs, this asks {len(found)} different things; {MAX_ALTERNATIVES} are the most. Use fewer."
        )
    return found


def as_text(node: Node, *, inside: bool = False, guessed: bool = True) -> str:
    """Return the tree as it would be typed; parsing that gives the same tree.

    What was understood from plain words stands as those words, or without `guessed` as the filter that it means.
    """
    if isinstance(node, Both):
        return " ".join(as_text(part, inside=True, guessed=guessed) for part in node.parts)
    if isinstance(node, Either):
        if len(node.parts) == 1:
            return as_text(node.parts[0], inside=inside, guessed=guessed)
        text = " OR ".join(as_text(part, guessed=guessed) for part in node.parts)
        return f"({text})" if inside else text
    sign = "-" if node.negated else ""
    if isinstance(node, Filter) and node.guessed and guessed:
        return node.guessed
    if isinstance(node, Filter):
        return sign + filter_text(node)
    if isinstance(node, Phrase):
        return f'{sign}"{node.text}"'
    if node.literal:
        return sign + typed("words", node.text)
    grouped = " " in node.text and (node.negated or node.weight is not None)
    weight = "" if node.weight is None else f"^{node.weight:g}"
    return f"{sign}({node.text}){weight}" if grouped else f"{sign}{node.text}{weight}"


def filter_text(asked: Filter) -> str:
    """Return a filter as it would be typed, without its sign."""
    return f"{asked.name}{asked.relation}{quoted(asked.value)}"


def typed(name: str, value: str) -> str:
    """Return what is to be typed for a filter: for links."""
    return filter_text(Filter(name=name, value=" ".join(value.replace('"', " ").split()), relation=Relation.IS))


def _alternatives(node: Node) -> list[tuple[Leaf, ...]]:
    if isinstance(node, Either):
        return [each for part in node.parts for each in _alternatives(part)]
    if isinstance(node, Both):
        choices = [_alternatives(part) for part in node.parts]
        count = 1
        for choice in choices:
            count *= len(choice)
            if count > MAX_ALTERNATIVES:  # not multiplied out: a hundred ORs would fill the memory
                raise QueryError(
                    f"With all its ORs, this asks more than {MAX_ALTERNATIVES} different things at once. Use fewer."
                )
        return [tuple(leaf for part in chosen for leaf in part) for chosen in product(*choices)]
    return [(node,)]
