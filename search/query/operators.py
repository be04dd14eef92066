"""The operators of a search: their names, what may be typed instead, and what each is for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

_BARE = re.compile(r'[^\s()"]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator: `says` completes "keeps …" in messages and in the documentation.

    `compared` ones take <, <=, > and >= beside the colon.
    """

    name: str
    example: str
    says: str
    aliases: tuple[str, ...] = ()
    compared: bool = False


OPERATORS = (
    Operator(name="kind", example="kind:video", says="photos, videos or audio", aliases=("type",)),
    Operator(
        name="person", example="person:Anna", says="what shows somebody; twice: both together", aliases=("who",)
    ),
    Operator(name="face", example="face:17", says="what shows a face like this one"),
    Operator(
        name="like",
        example="like:123",
        says="what looks like a photo or shot, or like a picture that you gave; with a minus: less like it",
        aliases=("similar",),
    ),
    Operator(
        name="words",
        example='words:"may in paris"',
        says="words as they stand: nothing in them is taken for a date, a place or a name",
    ),
    Operator(name="tag", example="tag:boat", says="what has a tag, or one below it", aliases=("keyword",)),
    Operator(name="objects", example="objects:car>2", says="what shows so many things", aliases=("object",)),
    Operator(name="text", example="text:EXIT", says="what has this written in the picture", aliases=("written",)),
    Operator(name="said", example='said:"wedding budget"', says="where these words are said", aliases=("speech",)),
    Operator(name="speaker", example="speaker:Anna", says="lines that somebody speaks, where speakers are named"),
    Operator(name="sounds", example='sounds:"rain on a roof"', says="what sounds like it", aliases=("sound",)),
    Operator(
        name="color", example="color:teal", says="pictures in a colour, by name or #rrggbb", aliases=("colour",)
    ),
    Operator(name="look", example="look:bw", says="how it looks: bright, dark, sharp, portrait, shaky, quiet …"),
    Operator(
        name="place",
        example="place:Lisbon",
        says="what was taken in a city, region or country",
        aliases=("city", "region", "country"),
    ),
    Operator(name="collection", example='collection:"Pitch deck"', says="what was put into a collection by hand"),
    Operator(name="after", example="after:2023-06", says="what was taken from then on", aliases=("since",)),
    Operator(name="before", example="before:2024", says="what was taken before then", aliases=("until",)),
    Operator(name="date", example="date:2024-05", says="what was taken in that year, month or day", aliases=("on",)),
    Operator(name="in", example="in:Clients/", says="files in a folder and below it", aliases=("folder", "path")),
    Operator(name="camera", example='camera:"X-T5"', says="what a camera took"),
    Operator(name="lens", example="lens:35mm", says="what was taken through a lens"),
    Operator(name="label", example="label:Red", says="files with that label"),
    Operator(name="creator", example='creator:"Ana Lima"', says="files by somebody", aliases=("by",)),
    Operator(name="copyright", example="copyright:Lima", says="files with that in their copyright"),
    Operator(name="rating", example="rating>=4", says="files with so many stars", compared=True),
    Operator(name="iso", example="iso>1600", says="photos of that sensitivity", compared=True),
    Operator(name="duration", example="duration<30s", says="shots and clips that long", compared=True),
    Operator(name="fps", example="fps>50", says="videos of that frame rate", compared=True),
    Operator(name="width", example="width>=3840", says="files so many pixels wide", compared=True),
    Operator(
        name="has",
        example="has:speech",
        says="what has people, speech, text, sound, a place, tags, a title or a rating",
    ),
    Operator(name="is", example="is:unreviewed", says="what is unreviewed, rejected, reviewed or offline"),
)


@cache
def names() -> Mapping[str, Operator]:
    """Return the operators by every name that may be typed."""
    return {name: operator for operator in OPERATORS for name in (operator.name, *operator.aliases)}


def meant(name: str) -> Operator | None:
    """Return the operator of a name in any case, or None."""
    return names().get(name.lower())


def nearly(name: str) -> Operator | None:
    """Return the operator that a mistyped name is most like, or None where it is like none."""
    close = get_close_matches(name.lower(), names(), n=1, cutoff=0.75)
    return names()[close[0]] if close else None


def quoted(value: str) -> str:
    """Return a value as it has to be typed: in quotes where it has blanks or parentheses."""
    return value if _BARE.fullmatch(value) else f'"{value}"'
