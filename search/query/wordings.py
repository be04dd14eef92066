"""A search in a few words of its own: the name that is offered for a saved one, the line of it in a list."""

from collections.abc import Mapping

from dam.catalog.readers.collections import collection_names
from dam.errors import QueryError
from search.answer.answers import Asked, read_asked
from search.answer.asked import stated
from search.query.chips import chips
from search.service import parse_query

_KINDS = {"photo": "photos", "shot": "shots", "clip": "heard"}
_LONGEST = 60


def parameters(asked: Asked) -> dict[str, str]:
    """Return the parameters of a search that say something: what is stored of it."""
    return stated(asked.where)


def normalised(given: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of an address as they are stored: what it can't mean is left out."""
    asked = parameters(read_asked(given))
    return {**asked, "q": " ".join(asked["q"].split())} if "q" in asked else asked


def same_search(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether two searches are one: spaces and capitals make no difference to what is found."""
    return key_of(one) == key_of(other)


def key_of(asked: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what is the same for searches that are one."""
    kept = normalised(asked)
    return tuple(sorted({**kept, "q": kept.get("q", "").casefold()}.items()))


def in_words(asked: Mapping[str, str]) -> str:
    """Return a search as one would say it: its words, then each filter; as it was typed where it can't be read."""
    text = " ".join(asked.get("q", "").split())
    filters = [
        f"{'not ' if chip.negated else ''}{f'{chip.lead} ' if chip.lead else ''}{chip.value}".strip()
        for chip in chips(text)
    ]
    try:
        words = " ".join(parse_query(text).text.split()) if filters else text
    except QueryError:
        words, filters = text, []
    kind = _KINDS.get(asked.get("kind", ""), "")
    return ", ".join(part for part in (words, *filters, kind) if part)


def suggested_name(asked: Mapping[str, str]) -> str:
    """Return a name for a saved search that no collection has yet."""
    words = in_words(asked) or "Everything"
    name = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rsplit(' ', 1)[0]}…"
    name = name[0].upper() + name[1:]
    taken, number, free = {each.casefold() for each in collection_names().values()}, 2, name
    while free.casefold() in taken:
        free, number = f"{name} {number}", number + 1
    return free
