"""Spoken lines to captions: cut where a reader would pause, short enough to read, in rows of even length.

lines ─cut (breaks of a person, else the cheapest)→ captions ─rows→ text ─hold→ times that can be read
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from unicodedata import east_asian_width

from dam.catalog.readers.transcripts import Line
from dam.transcripts.words import Placed, in_text, spread, text_of, tokens

# Netflix, "Timed Text Style Guide: General Requirements" and "English Template Timed Text Style Guide": 2 rows of 42
# characters, 5/6 s to 7 s, 17 characters a second for adults, two frames between captions (at 24 a second). A whole
# second is held where there is room: what is asked for in broadcasting.
ROW_LETTERS = 42
ROWS = 2
LEAST_MS = 1_000
MOST_MS = 7_000
LETTERS_A_SECOND = 17
GAP_MS = 84
# The same guide gives Chinese 16 full-width signs a row.
_WIDE_LETTER = ROW_LETTERS / 16

_SENTENCE_END = re.compile(r"[.?!…。？！][\"'”’»)\]」』]*$")
_CLAUSE_END = re.compile(r"[,;:，；：、–—-][\"'”’»)\]」』]*$")
# English words before which a row may well begin: the guide's conjunctions and prepositions.
_OPENER = re.compile(
    r"(?:and|but|or|nor|so|yet|because|although|though|while|when|where|which|who|that|if|unless|until|since|than|as"
    r"|about|above|across|after|against|along|among|around|at|before|behind|below|between|by|down|during|for|from|in"
    r"|into|near|of|off|on|onto|over|through|to|toward|under|up|upon|with|within|without)\b",
    re.IGNORECASE,
)
_PAUSE_MS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What is on the screen in `[start_ms, end_ms)`: at most two rows, unless one word alone is longer.

    `speaker` is who speaks ("": nobody was named), and `turn` whether somebody else spoke before.
    """

    start_ms: int
    end_ms: int
    rows: tuple[str, ...]
    speaker: str = ""
    turn: bool = False


def captions(lines: Iterable[Line], *, named: bool = False) -> list[Caption]:
    """Return the captions of spoken lines (in time order); `named` leaves room for "Anna: " where a turn begins."""
    cut: list[Caption] = []
    speaker = ""
    for line in lines:
        turn = bool(line.speaker) and line.speaker != speaker
        speaker = line.speaker
        label = f"{line.speaker}: " if named and turn else ""
        parts = _parts(line, lead=width(label))
        for number, part in enumerate(parts):
            text = text_of(part)
            cut.append(
                Caption(
                    start_ms=part[0].word.start_ms if number else line.start_ms,
                    end_ms=part[-1].word.end_ms if number + 1 < len(parts) else line.end_ms,
                    rows=rows(f"{label}{text}" if number == 0 else text),
                    speaker=line.speaker,
                    turn=turn and number == 0,
                )
            )
    return _held(cut)


def rows(text: str) -> tuple[str, ...]:
    """Return a caption's text in one row, or in two as even as its sense allows; in more where two can't hold it."""
    text = " ".join(text.split())
    if width(text) <= ROW_LETTERS:
        return (text,) if text else ()
    breaks = [match.end() for match in re.finditer(r"\s", text)] or _between_signs(text)
    whole = width(text)
    fitting = []
    for at in breaks:
        first, second = text[:at].rstrip(), text[at:]
        if width(first) <= ROW_LETTERS and width(second) <= ROW_LETTERS:
            fitting.append((_row_cost(first, second, whole), first, second))
    if fitting:
        _, first, second = min(fitting)
        return first, second
    at = max((at for at in breaks if width(text[:at].rstrip()) <= ROW_LETTERS), default=breaks[0] if breaks else 0)
    return (text[:at].rstrip(), *rows(text[at:])) if at else (text,)


def width(text: str) -> float:
    """Return how much of a row a text takes, in narrow letters."""
    return sum(_WIDE_LETTER if east_asian_width(sign) in "WF" else 1 for sign in text)


def _parts(line: Line, *, lead: float) -> list[list[Placed]]:
    """Cut a line into the words of its captions: where somebody's captions were cut, else where it reads best."""
    placed = _placed(line)
    if not placed:
        return []
    stretches: list[list[Placed]] = [[]]
    waiting = sorted(at for at in line.breaks if line.start_ms < at < line.end_ms)
    for one in placed:
        while waiting and one.word.start_ms >= waiting[0]:
            waiting.pop(0)
            if stretches[-1]:
                stretches.append([])
        stretches[-1].append(one)
    if not line.breaks:
        return _cheapest(placed, lead=lead)
    # As somebody cut them, but where what is said there has grown too long since.
    leads = [lead, *[0.0] * (len(stretches) - 1)]
    parts: list[list[Placed]] = []
    for stretch, before in zip(stretches, leads, strict=True):
        parts += [stretch] if _fits_rows(stretch, lead=before) else _cheapest(stretch, lead=before)
    return parts


def _placed(line: Line) -> list[Placed]:
    found = in_text(line.text, line.words)
    if found or not line.text.strip():
        return found
    # Lines whose words don't make up their text (or that have none) share their time by length.
    return in_text(line.text, spread(tokens(line.text), start_ms=line.start_ms, end_ms=line.end_ms))


def _cheapest(placed: Sequence[Placed], *, lead: float) -> list[list[Placed]]:
    """Cut words so that the sum of what every cut costs is least (by dynamic programming over the ends)."""
    best: list[float] = [0.0] + [float("inf")] * len(placed)
    come_from = [0] * (len(placed) + 1)
    for start in range(len(placed)):
        for end in range(start + 1, len(placed) + 1):
            part = placed[start:end]
            fits = _fits(part, lead=lead if start == 0 else 0.0)
            if not fits and end > start + 1:
                break
            cost = best[start] + _cost(part, last=end == len(placed))
            if cost < best[end]:
                best[end], come_from[end] = cost, start
    cuts, at = [], len(placed)
    while at:
        cuts.append(list(placed[come_from[at] : at]))
        at = come_from[at]
    return cuts[::-1]


def _fits(part: Sequence[Placed], *, lead: float) -> bool:
    return part[-1].word.end_ms - part[0].word.start_ms <= MOST_MS and _fits_rows(part, lead=lead)


def _fits_rows(part: Sequence[Placed], *, lead: float) -> bool:
    taken = rows("x" * round(lead) + text_of(part))
    return len(taken) <= ROWS and all(width(row) <= ROW_LETTERS for row in taken)


def _cost(part: Sequence[Placed], *, last: bool) -> float:
    """Weigh a caption: each costs something, one that ends inside a phrase more, and one too short or too fast."""
    word, length_ms = part[-1].word, part[-1].word.end_ms - part[0].word.start_ms
    letters = width(text_of(part))
    cost = 1.0
    if not (last or _SENTENCE_END.search(word.text)):
        cost += 0.4 if _CLAUSE_END.search(word.text) else 1.0
    cost += max(0.0, LEAST_MS - length_ms) / LEAST_MS
    cost += max(0.0, letters / max(length_ms, 1) * 1000 - LETTERS_A_SECOND) / LETTERS_A_SECOND * 0.5
    for before, after in pairwise(part):
        if _SENTENCE_END.search(before.word.text):
            cost += 0.8
        if after.word.start_ms - before.word.end_ms >= _PAUSE_MS:
            cost += 0.5
    return cost


def _row_cost(first: str, second: str, whole: float) -> float:
    """Weigh a break between rows: uneven rows, a longer upper one, and a break inside a phrase cost."""
    upper, lower = width(first), width(second)
    cost = abs(upper - lower) / whole + (0.1 if upper > lower else 0.0)
    if _SENTENCE_END.search(first) or _CLAUSE_END.search(first):
        return cost - 0.35
    return cost - (0.2 if _OPENER.match(second) else 0.0)


def _between_signs(text: str) -> list[int]:
    """Return where a text without blanks may be broken: between its words."""
    ends, at = [], 0
    for token in tokens(text):
        at = text.index(token, at) + len(token)
        ends.append(at)
    return ends[:-1]


def _held(cut: Sequence[Caption]) -> list[Caption]:
    """Hold each caption as long as it takes to read, where nothing follows so soon; two that touch part a little."""
    held = []
    for number, caption in enumerate(cut):
        letters = width(" ".join(caption.rows))
        wanted = caption.start_ms + max(LEAST_MS, round(letters / LETTERS_A_SECOND * 1000))
        end = max(caption.end_ms, min(wanted, caption.start_ms + MOST_MS))
        if number + 1 < len(cut):
            following = cut[number + 1].start_ms
            if caption.end_ms <= following:
                end = min(end, max(following - GAP_MS, caption.start_ms + 1))
        held.append(replace(caption, end_ms=max(end, caption.start_ms + 1)))
    return held
