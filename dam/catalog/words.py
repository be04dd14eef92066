"""Text to the terms that both full-text indexes hold, and a text with its matching words marked.

The same function makes the terms of a text and of a query, so SQLite and PostgreSQL answer alike, and nothing that
a user types is ever parsed by a database.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MARK_START, MARK_END = "\x02", "\x03"

# A word: letters and digits of any script; combining marks belong to the letter before them.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
# Scripts that are written without spaces: each character is a term, a query's run of them a phrase.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_MAX_TERM = 64  # longer runs are base64 and the like
_STEM_FROM = 4  # "gas", "bus" and shorter stay as they are
_STEMMED_SHARE = 0.9  # a plural found for a singular counts a little less than the word itself
_STOP_WEIGHT = 0.1
_SNIPPET_BEFORE = 40  # characters of context before the first marked word

# English words that say little alone; they still count in phrases, and when nothing else was typed.
STOP_WORDS = frozenset(
    _word
    for _line in (
        "a about after all an and any are as at be been but by can could did do does for from had has have he her",
        "his how i if in into is it its me my no not of off on or our s she so t that the their them there they",
        "this to up was we were what when where which who will with would you your",
        "mention mentioned mentions said say says talk talked talking talks tell told",  # asked with, not for
    )
    for _word in _line.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of a text: `folded` without case and accents, `stem` as it is indexed, its place in the text."""

    folded: str
    stem: str
    start: int
    end: int


def clean(text: str) -> str:
    """Return `text` composed (NFC) and storable: without NULs, lone surrogates and our own marks."""
    storable = text.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", storable).translate({0: None, ord(MARK_START): None, ord(MARK_END): None})


def terms(text: str) -> Iterator[Term]:
    """Yield the words of a cleaned text in order."""
    for match in _WORD.finditer(text):
        for start, end in _pieces(match.group(), match.start()):
            folded, stem = _folded_and_stem(text[start:end])
            if folded:
                yield Term(folded=folded, stem=stem, start=start, end=end)


def says_little(term: Term) -> bool:
    """Tell whether a word says little alone."""
    return term.folded in STOP_WORDS


def folded(text: str) -> str:
    """Return words as names are compared: without case, accents and signs, one blank between them."""
    return " ".join(term.folded for term in terms(clean(text)))


def telling(query: list[Term]) -> list[Term]:
    """Return the terms of a query without its stop words, or all where there are no others."""
    return [term for term in query if term.folded not in STOP_WORDS] or query


def coverage(query: list[Term], held: Sequence[Term]) -> float:
    """Return the share (0..1) of a query's words that a text's terms hold; stop words weigh a tenth of others."""
    folded, stems = {term.folded for term in held}, {term.stem for term in held}
    found = total = 0.0
    for term in {term.folded: term for term in query}.values():
        weight = _STOP_WEIGHT if term.folded in STOP_WORDS else 1.0
        total += weight
        if term.folded in folded:
            found += weight
        elif term.stem in stems:
            found += weight * _STEMMED_SHARE
    return found / total if total else 0.0


def marked_snippet(
    text: str, stems: Collection[str], *, held: Iterable[Term] | None = None, length: int = 240
) -> str:
    """Return about `length` characters around the first word whose stem is asked for, such words marked.

    `held` are the terms of the text, where they are known.
    """
    spans = [(term.start, term.end) for term in (terms(text) if held is None else held) if term.stem in stems]
    begin = max(0, spans[0][0] - _SNIPPET_BEFORE) if spans and len(text) > length else 0
    if begin:
        space = text.find(" ", begin, spans[0][0])
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + length)
    parts, at = ["… " if begin else ""], begin
    for start, stop in spans:
        if start < at or stop > end:
            continue
        parts += [text[at:start], MARK_START, text[start:stop], MARK_END]
        at = stop
    parts += [text[at:end], " …" if end < len(text) else ""]
    return "".join(parts)


def _pieces(word: str, offset: int) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in _UNSPACED.finditer(word):
        if match.start() > begin:
            yield offset + begin, offset + match.start()
        yield offset + match.start(), offset + match.end()
        begin = match.end()
    if begin < len(word):
        yield offset + begin, offset + len(word)


@lru_cache(maxsize=1 << 15)  # texts are made of few words, again and again; ten times faster than to fold each
def _folded_and_stem(word: str) -> tuple[str, str]:
    folded = _fold(word)
    return folded, _stem(folded)


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(letter for letter in plain if letter.isalnum())[:_MAX_TERM]


def _stem(folded: str) -> str:
    """Take the plural off: Harman's S-stemmer ("How effective is suffixing?", JASIS 1991)."""
    if len(folded) < _STEM_FROM or not folded.isascii():
        return folded
    if folded.endswith("ies") and not folded.endswith(("eies", "aies")):
        return f"{folded[:-3]}y"
    if folded.endswith("es") and not folded.endswith(("aes", "ees", "oes")):
        return folded[:-1]
    if folded.endswith("s") and not folded.endswith(("us", "ss")):
        return folded[:-1]
    return folded
