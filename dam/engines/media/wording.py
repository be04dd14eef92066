"""Text that a file carries, made safe to store: no NULs, no control characters, well-formed, of bounded length."""

import re
from collections.abc import Iterable

MAX_TEXT = 4000  # the longest captions of news agencies are about 2,000 characters
MAX_KEYWORDS = 1000  # as many as may be given by hand
PATH = "|"  # between the parts of a keyword in a hierarchy (lr:hierarchicalSubject)
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean_text(value: object, *, limit: int = MAX_TEXT) -> str:
    """Return `value` as clean text; '' for what is not text."""
    if isinstance(value, bytes):
        value = decode_bytes(value)
    if not isinstance(value, str):
        return ""
    return _UNWANTED.sub("", value[: limit * 2]).strip()[:limit]


def decode_bytes(data: bytes) -> str:
    """Return `data` as UTF-8 where it is that, else as Latin-1, which never fails."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def clean_keywords(values: list[str]) -> tuple[str, ...]:
    """Return keywords in their order, each once (letter case ignored), without empty ones."""
    seen: dict[str, str] = {}
    for value in values:
        word = clean_text(value, limit=1000 if PATH in value else 200)
        if word:
            seen.setdefault(word.casefold(), word)
        if len(seen) == MAX_KEYWORDS:
            break
    return tuple(seen.values())


def clean_code(value: object) -> str:
    """Return a country's code (ISO 3166: two or three letters) in capitals; "" for anything else."""
    code = clean_text(value).upper()
    return code if re.fullmatch("[A-Z]{2,3}", code) else ""


def without_leaves(words: Iterable[str]) -> list[str]:
    """Return keywords without those that are the last part of a path among them; the path takes the first's place."""
    every = list(words)
    paths: dict[str, list[str]] = {}
    for word in every:
        if PATH in word:
            paths.setdefault(_key(word.rpartition(PATH)[2]), []).append(word)
    found: dict[str, str] = {}
    for word in every:
        for said in [word] if PATH in word else paths.get(_key(word), [word]):
            found.setdefault(_key(said), said)
    return list(found.values())


def _key(word: str) -> str:
    return word.strip().casefold()
