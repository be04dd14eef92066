"""One part of a search changed where it stands: a tree and a change in, a tree out; the rest keeps its order."""

import re
from dataclasses import dataclass, replace

from dam.types import Filter, Relation
from search.query.operators import meant
from search.query.tree import Leaf, Node, Phrase, Words, leaves, replaced, without

_WEIGHT = re.compile(r"\^[\d.]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a part becomes. An empty value takes it away.

    `name` is that of an operator, or "" for words in quotes that may be said or written, and for plain words that
    are left out. `weight` is of a `like:` alone.
    """

    value: str
    name: str = ""
    relation: Relation = Relation.IS
    negated: bool = False
    weight: float | None = None


def leaf_at(node: Node, place: int) -> Leaf | None:
    """Return the part at a place in the order typed, from 0; None where there is none."""
    every = list(leaves(node))
    return every[place] if 0 <= place < len(every) else None


def changed(node: Node, leaf: Leaf, change: Change) -> Node | None:
    """Return the tree with one of its parts (that very object) changed; None where nothing is left."""
    value = " ".join(change.value.replace('"', " ").split())
    if not value:
        return without(node, leaf)
    return replaced(node, leaf, _part(leaf, value, change))


def _part(leaf: Leaf, value: str, change: Change) -> Leaf:
    if isinstance(leaf, Words):
        return replace(leaf, text=value, negated=change.negated)
    operator = meant(change.name)
    if operator is None:
        return Phrase(text=value, negated=change.negated)
    if operator.name == "like" and change.weight is not None:
        value = _WEIGHT.sub("", value)
        value = value if change.weight == 1 else f"{value}^{change.weight:g}"
    relation = change.relation if operator.compared else Relation.IS
    return Filter(name=operator.name, value=value, relation=relation, negated=change.negated)
