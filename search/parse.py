"""From what was typed to a Query: plain words, "spoken phrases" in quotes, `kind:photo|video|audio`."""

import re
from collections.abc import Iterable

from dam.errors import QueryError
from dam.types import MediaKind, Query

MAX_LENGTH = 500  # characters; text towers read 64 to 77 tokens
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_PHRASE = re.compile(r'"([^"]*)"')
_KIND = re.compile(r"(?<!\S)kind:(\S*)", re.IGNORECASE)


def parse_query(text: str, kinds: Iterable[MediaKind | str] = (), *, library_id: int | None = None) -> Query:
    """Return the query; kinds in the text and in `kinds` add up, and none of them means all.

    Raises QueryError, with the place, for a quote that is not closed, an unknown kind or a text that is too long.
    """
    plain = text.replace("\0", " ").translate(_QUOTES)
    if len(plain) > MAX_LENGTH:
        raise QueryError(f"The search is {len(plain)} characters long; {MAX_LENGTH} is the most.")
    if plain.count('"') % 2:
        place = plain.rindex(chr(34)) + 1
        raise QueryError(f"The quote at character {place} is not closed.")
    phrases = tuple(phrase for match in _PHRASE.finditer(plain) if (phrase := _squeezed(match.group(1))))
    # Phrases leave blanks of their length, so that places in messages are the user's.
    loose = _PHRASE.sub(lambda match: " " * len(match.group()), plain)
    wanted = {_kind(kind, place=None) for kind in kinds}
    wanted |= {_kind(match.group(1), place=match.start() + 1) for match in _KIND.finditer(loose)}
    return Query(
        text=_squeezed(_KIND.sub(" ", loose)), phrases=phrases, kinds=frozenset(wanted), library_id=library_id
    )


def _kind(name: str, *, place: int | None) -> MediaKind:
    try:
        return MediaKind(name.lower().removesuffix("s"))
    except ValueError as error:
        where = "" if place is None else f" at character {place}"
        choices = ", ".join(MediaKind)
        raise QueryError(f"“{name}”{where} is no kind of media; the kinds are {choices}.") from error


def _squeezed(text: str) -> str:
    return " ".join(text.split())
