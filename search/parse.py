"""From what was typed to a Query: plain words, "spoken phrases", filters, OR, parentheses and a minus for NOT."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dam.errors import QueryError
from dam.types import Filter, MediaKind, Query, Weighted
from search.query.grammar import parse
from search.query.like import example
from search.query.tree import Either, Leaf, Node, Phrase, Words, alternatives, as_text, leaves, replaced, without
from search.query.understanding import Known, understand

MAX_LENGTH = 500  # characters; text towers read 64 to 77 tokens
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_KIND_WORDS = {"pictures": "photo", "images": "photo", "image": "photo", "picture": "photo", "shot": "video"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One filter of a search, as a chip shows it; `rest` is the search without it.

    A filter that plain words were understood as is `guessed`: its `rest` has those words as nothing but words.
    """

    name: str
    value: str
    negated: bool
    rest: str
    guessed: str = ""


def parse_query(
    text: str, kinds: Iterable[MediaKind | str] = (), *, library_id: int | None = None, known: Known | None = None
) -> Query:
    """Return the query; kinds in the text and in `kinds` add up, and none of them means all.

    With what is `known` by name, plain words are understood as far as they are certain, "last summer" say.
    Raises QueryError, with the place, for what is no search: see `search.query.grammar`.
    """
    tree = tree_of(text, known=known)
    asked = frozenset(_kind(kind, place=None) for kind in kinds)
    if tree is None:
        return Query(kinds=asked, library_id=library_id)
    found = [_query(each, asked, library_id) for each in alternatives(tree)]
    if len(found) == 1:
        return found[0]
    return Query(
        text=" ".join(dict.fromkeys(query.text for query in found if query.text)),
        phrases=tuple(dict.fromkeys(phrase for query in found for phrase in query.phrases)),
        alternatives=tuple(found),
        library_id=library_id,
    )


def as_part(text: str) -> str:
    """Return a search as a part of a longer one: what is typed after it narrows all of it, whatever stands in ORs."""
    plain = " ".join(text.split())
    return f"({plain})" if isinstance(parse(_plain(plain)), Either) else plain


def parts_of(text: str, *, known: Known | None = None) -> list[Part]:
    """Return the filters of a search in the order typed, as `parse_query` understands them. Raises QueryError."""
    tree = tree_of(text, known=known)
    if tree is None:
        return []
    return [part_of(leaf, tree) for leaf in leaves(tree) if isinstance(leaf, Filter | Words) and has_chip(leaf)]


def tree_of(text: str, *, known: Known | None = None) -> Node | None:
    """Return a search as a tree, as `parse_query` understands it; None where nothing was typed. Raises QueryError."""
    tree = parse(_plain(text))
    if tree is None or known is None:
        return tree
    return understand(tree, known, today=datetime.now(tz=UTC).astimezone().date())


def part_of(leaf: Filter | Words, tree: Node) -> Part:
    """Return a filter, or literal words, of a tree as a part with what is left without it."""
    if isinstance(leaf, Filter) and leaf.guessed:
        literal = Words(text=" ".join(leaf.guessed.split()), literal=True)
        undone = as_text(replaced(tree, leaf, literal))
        return Part(name=leaf.name, value=leaf.value, negated=False, rest=undone, guessed=leaf.guessed)
    rest = without(tree, leaf)
    left = as_text(rest) if rest else ""
    if not isinstance(leaf, Filter):
        return Part(name="words", value=leaf.text, negated=leaf.negated, rest=left)
    relation = "" if leaf.relation in {":", "="} else f"{leaf.relation} "
    return Part(name=leaf.name, value=relation + leaf.value, negated=leaf.negated, rest=left)


def has_chip(leaf: Filter | Words) -> bool:
    """Tell whether a part is a filter, or words that are to be nothing else."""
    return isinstance(leaf, Filter) or leaf.literal


def _plain(text: str) -> str:
    plain = text.replace("\0", " ").translate(_QUOTES)
    if len(plain) > MAX_LENGTH:
        raise QueryError(f"The search is {len(plain)} characters long; {MAX_LENGTH} is the most.")
    if plain.count('"') % 2:
        raise QueryError(f"The quote at character {plain.rindex(chr(34)) + 1} is not closed.")
    return plain


def _query(asked: Sequence[Leaf], kinds: frozenset[MediaKind], library_id: int | None) -> Query:
    words = [leaf for leaf in asked if isinstance(leaf, Words)]
    phrases = [leaf for leaf in asked if isinstance(leaf, Phrase)]
    filters = [leaf for leaf in asked if isinstance(leaf, Filter)]
    steering = [leaf for leaf in words if leaf.weight is not None]
    examples = tuple(example(leaf) for leaf in filters if leaf.name == "like")
    if examples:  # a picture is not said: what is said while it is seen narrows
        filters += [Filter(name="said", value=leaf.text) for leaf in phrases if not leaf.negated]
        phrases = [leaf for leaf in phrases if leaf.negated]
    return Query(
        text=" ".join(leaf.text for leaf in words if not leaf.negated),
        phrases=tuple(leaf.text for leaf in phrases if not leaf.negated),
        without=(
            *(leaf.text for leaf in words if leaf.negated and leaf.weight is None),
            *(f'"{leaf.text}"' for leaf in phrases if leaf.negated),
        ),
        kinds=_kinds([leaf for leaf in filters if leaf.name == "kind"], kinds),
        filters=tuple(leaf for leaf in filters if leaf.name not in {"kind", "like"}),
        examples=examples,
        weighted=_weighted(words) if steering else (),
        library_id=library_id,
    )


def _weighted(words: Iterable[Words]) -> tuple[Weighted, ...]:
    """Return what pulls a search where some words have a weight: those without one count 1, if they ask for it."""
    asked = [leaf for leaf in words if leaf.weight is not None or not leaf.negated]
    weights = [1.0 if leaf.weight is None else leaf.weight for leaf in asked]
    return tuple(
        Weighted(text=leaf.text, weight=-weight if leaf.negated else weight)
        for leaf, weight in zip(asked, weights, strict=True)
    )


def _kinds(filters: Iterable[Filter], given: frozenset[MediaKind]) -> frozenset[MediaKind]:
    """Return the kinds that are asked for: those named (any of them), without those that are negated."""
    named, refused = set(given), set[MediaKind]()
    for leaf in filters:
        (refused if leaf.negated else named).add(_kind(leaf.value, place=leaf.start + 1))
    return frozenset((named or set(MediaKind)) - refused) if named or refused else frozenset()


def _kind(name: str, *, place: int | None) -> MediaKind:
    word = name.lower()
    try:
        return MediaKind(_KIND_WORDS.get(word, word.removesuffix("s")))
    except ValueError as error:
        where = "" if place is None else f" at character {place}"
        choices = ", ".join(MediaKind)
        raise QueryError(f"“{name}”{where} is no kind of media; the kinds are {choices}.") from error
