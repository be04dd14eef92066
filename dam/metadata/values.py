"""Values of fields made fit to be stored, and what a change makes of what was there; no database."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from dam.catalog import keywords
from dam.catalog.readers.places import COUNTRY_WORDS
from dam.catalog.words import clean
from dam.engines.countries import country_codes
from dam.errors import MetadataError
from dam.types import Change, ChangeKeywords, Changes, MetadataField, MetadataValue, MetadataValues, SetTo

IPTC_KEYWORD = 64  # bytes, IIM 2:25: what old programs read; XMP knows no limit
_MOST_KEYWORDS = 1_000
_LONGEST_PART = 200
_LONGEST_LABEL = 64
_LONGEST = {MetadataField.DESCRIPTION: 20_000}
_LONGEST_TEXT = 2_000
_LINES = {MetadataField.DESCRIPTION, MetadataField.COPYRIGHT}  # these may have several
_REJECTED, _STARS = -1, 5
_CODE = re.compile(r"[A-Z]{2,3}")

NAMES = {field: field.value.replace("_", " ").capitalize() for field in MetadataField}


def cleaned(field: MetadataField, value: str | int | Sequence[str] | None) -> MetadataValue:
    """Return a value as it is stored. Raises MetadataError, naming the field, for one that can't be."""
    if field is MetadataField.RATING:
        return _rating(value)
    if field is MetadataField.KEYWORDS:
        if isinstance(value, str | int):
            raise MetadataError("Keywords: a list is needed, one keyword an entry.")
        return clean_keywords(value or ())
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MetadataError(f"{NAMES[field]}: text is needed.")
    text = _text(value, lines=field in _LINES)
    longest = _LONGEST_LABEL if field is MetadataField.LABEL else _LONGEST.get(field, _LONGEST_TEXT)
    if len(text) > longest:
        raise MetadataError(f"{NAMES[field]}: {len(text):,} characters are too many; {longest:,} are the most.")
    return _code(text) if field is MetadataField.COUNTRY_CODE else text


def clean_keywords(values: Iterable[str]) -> list[str]:
    """Return keywords in their order, each once, their paths tidy. Raises MetadataError."""
    found: dict[str, str] = {}
    for value in values:
        if not isinstance(value, str):
            raise MetadataError("Keywords: each is text.")
        text = _text(value, lines=False)
        if not text:
            continue
        path = [part.strip() for part in text.split(keywords.SEPARATOR)]
        if not all(path):
            raise MetadataError(f"Keywords: “{text}” has an empty part. A path is written Animals|Dog.")
        if any(len(part) > _LONGEST_PART for part in path):
            raise MetadataError(f"Keywords: “{text[:40]}…” is too long; {_LONGEST_PART} characters are the most.")
        tidy = keywords.SEPARATOR.join(path)
        found.setdefault(keywords.key(tidy), tidy)
    if len(found) > _MOST_KEYWORDS:
        raise MetadataError(f"Keywords: {len(found):,} are too many; {_MOST_KEYWORDS:,} are the most.")
    return list(found.values())


def typed_keywords(text: str) -> list[str]:
    """Return the keywords in a line as people type it: between commas, semicolons and line ends; a path with "|" or
    " > ". Raises MetadataError.
    """
    words = (re.sub(r"\s*›\s*|\s+>\s+", keywords.SEPARATOR, one) for one in re.split(r"[,;\n]", text))
    return clean_keywords(words)


def warnings(words: Iterable[str]) -> list[str]:
    """Return what is allowed, but that other programs may cut: keywords over the limit of IPTC."""
    long = [word for word in map(keywords.leaf, words) if len(word.encode()) > IPTC_KEYWORD]
    return [f"“{word}” is longer than IPTC's {IPTC_KEYWORD} bytes: old programs may cut it." for word in long]


def applied(change: Change, before: MetadataValue) -> MetadataValue:
    """Return what a change, already clean (see `clean_changes`), makes of a field's value."""
    if isinstance(change, SetTo):
        return list(change.value) if isinstance(change.value, list | tuple) else change.value  # type: ignore[return-value]
    gone = {keywords.key(word) for word in change.remove}
    renamed = {keywords.key(old): new for old, new in change.rename}
    kept = [str(word) for word in before] if isinstance(before, list) else []
    words = [renamed.get(keywords.key(word), word) for word in kept if keywords.key(word) not in gone]
    return list({keywords.key(word): word for word in reversed([*words, *change.add])}.values())[::-1]


def clean_changes(changes: Changes) -> dict[MetadataField, Change]:
    """Return the changes with clean values, and the country's code with its name.

    Raises MetadataError for none at all, for a value that can't be, and for `ChangeKeywords` of another field.
    """
    if not changes:
        raise MetadataError("There is nothing to change.")
    found: dict[MetadataField, Change] = {}
    for field, change in changes.items():
        if isinstance(change, SetTo):
            found[field] = SetTo(cleaned(field, change.value))
        elif field is not MetadataField.KEYWORDS:
            raise MetadataError(f"{NAMES[field]}: only keywords can be added to and taken from.")
        else:
            found[field] = ChangeKeywords(
                add=tuple(clean_keywords(change.add)),
                remove=tuple(change.remove),
                rename=tuple((old, _renamed(new)) for old, new in change.rename),
            )
    country = found.get(MetadataField.COUNTRY)
    if isinstance(country, SetTo) and MetadataField.COUNTRY_CODE not in found:
        # A code that belongs to another country would be worse than none.
        found[MetadataField.COUNTRY_CODE] = SetTo(country_code(str(country.value or "")))
    return found


def country_code(name: str) -> str:
    """Return the code (ISO 3166) of a country by its name or its code; "" for any other word."""
    word = " ".join(name.casefold().split())
    by_name = country_codes()
    return word.upper() if word.upper() in by_name.values() else by_name.get(word) or COUNTRY_WORDS.get(word, "")


def same(one: MetadataValue, other: MetadataValue) -> bool:
    """Tell whether two values say the same; no rating and no stars do."""
    return (one or None) == (other or None)


def of(values: MetadataValues, changes: Changes) -> dict[MetadataField, MetadataValue]:
    """Return the fields that clean changes make differ, with what they become."""
    after = {field: applied(change, values[field]) for field, change in changes.items()}
    return {field: value for field, value in after.items() if not same(value, values[field])}


def _renamed(new: str) -> str:
    words = clean_keywords([new])
    if not words:
        raise MetadataError("Keywords: the new name is empty. To take a keyword away, remove it.")
    return words[0]


def _text(value: str, *, lines: bool) -> str:
    text = clean(value).replace("\r\n", "\n").replace("\r", "\n")
    kept = (letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"})
    joined = "".join(kept).strip()
    return joined if lines else " ".join(joined.split())


def _rating(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not _REJECTED <= value <= _STARS:
        raise MetadataError("Rating: -1 (rejected) to 5 stars; 0 takes them away.")
    return value or None


def _code(text: str) -> str:
    code = text.upper()
    if code and not _CODE.fullmatch(code):
        raise MetadataError(f"Country code: “{text}” is none; two or three letters are needed, like PT.")
    return code
