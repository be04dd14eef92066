"""A word that was misheard, put right wherever it stands: in one transcript, or in all of them."""

import re
from dataclasses import dataclass

from dam.catalog import fulltext
from dam.catalog.readers import transcripts as reader
from dam.catalog.words import clean
from dam.catalog.writers.transcripts import editing
from dam.errors import TranscriptError
from dam.transcripts.edit import Done, rewritten, tidy_text
from dam.transcripts.models import line_models
from dam.types import LineDraft

LONGEST_WORDS = 200  # letters
_MANY = 100_000  # lines that hold a word: all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Misheard:
    """A line that would change: `count` times, from `text` to `wanted`."""

    asset_id: int
    line: LineDraft
    count: int
    wanted: str


def find(words: str, instead: str, *, asset_id: int | None = None) -> list[Misheard]:
    """Return the lines, of an asset or of all, in which these words stand, in any case, as whole words.

    `instead` may be "": the words are taken out. Raises TranscriptError.
    """
    heard, wanted = " ".join(clean(words).split()), " ".join(clean(instead).split())
    if not heard:
        raise TranscriptError("Say which word was misheard.")
    if max(len(heard), len(wanted)) > LONGEST_WORDS:
        raise TranscriptError(f"Words to replace can have {LONGEST_WORDS} characters at most.")
    pattern = _pattern(heard)
    found = []
    for asset, lines in _lines(heard, asset_id).items():
        for line in lines:
            text, count = pattern.subn(lambda _: wanted, line.text)
            if count and (tidy := tidy_text(text)) != line.text:
                found.append(Misheard(asset_id=asset, line=line, count=count, wanted=tidy))
    return found


def replace_all(words: str, instead: str, *, asset_id: int | None = None) -> Done | None:
    """Put these words right wherever they stand; None where they stand nowhere. Raises TranscriptError.

    A line of which nothing is left goes.
    """
    # Looked for again under the lock: what the user was shown may have changed since.
    assets = {one.asset_id for one in find(words, instead, asset_id=asset_id)}
    if not assets:
        return None
    with editing(assets, models=line_models()) as change:
        found = find(words, instead, asset_id=asset_id)
        for asset in assets:
            mine = [one for one in found if one.asset_id == asset]
            if mine:
                put = [rewritten(one.line, one.wanted) for one in mine if one.wanted]
                gone = [one.line.unit_id for one in mine if not one.wanted and one.line.unit_id is not None]
                change.change(asset, put=put, remove=gone)
        summary = say(words, instead, found)
        return Done(correction=change.journal(summary), summary=summary)


def say(words: str, instead: str, found: list[Misheard]) -> str:
    """Return what a replacing does, with its counts."""
    times, files = sum(one.count for one in found), len({one.asset_id for one in found})
    often = "once" if times == 1 else f"{times:,} times"
    where = "one file" if files == 1 else f"{files:,} files"
    what = f"“{words.strip()}” became “{instead.strip()}”" if instead.strip() else f"“{words.strip()}” was taken out"
    return f"{what} {often} in {where}"


def _lines(heard: str, asset_id: int | None) -> dict[int, list[LineDraft]]:
    if asset_id is not None:
        return reader.lines_to_change(line.unit_id for line in reader.lines_of(asset_id))
    matches = fulltext.find("", phrases=(heard,), columns=(fulltext.TextColumn.SPOKEN,), limit=_MANY)
    return reader.lines_to_change(match.unit_id for match in matches)


def _pattern(heard: str) -> re.Pattern[str]:
    """Match whole words, in any case; where words are not parted by blanks, the signs as they stand."""
    body = r"\s+".join(re.escape(word) for word in heard.split())
    before = r"(?<!\w)" if re.match(r"\w", heard) and heard[0].isascii() else ""
    after = r"(?!\w)" if re.match(r"\w", heard[-1]) and heard[-1].isascii() else ""
    return re.compile(f"{before}{body}{after}", re.IGNORECASE)
