"""A line's new text and its old words, to words in time: what was said when, after somebody has corrected it.

old words + new text ─align→ words that stayed keep their times ─fill→ the others share the time between them
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate

from dam.types import SpokenWord

# Scripts that put no blanks between words: each sign of theirs is a word of its own, with what closes it.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CLOSING = "。、，．！？；：」』）】》…ー"
_TOKEN = re.compile(rf"[{_UNSPACED}][{_CLOSING}]*|[^\s{_UNSPACED}]+")
_BESIDE = re.compile(rf"[{_UNSPACED}{_CLOSING}]")
_SIGNS = re.compile(r"[\W_]+")

# How long a letter takes to say: English is read at about 14 to 15 letters a second, blanks included.
MS_A_LETTER = 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A word as it stands in a line's text: `after` is what follows it there, mostly a blank."""

    word: SpokenWord
    after: str


def tokens(text: str) -> list[str]:
    """Return the words of a text as they are put in time: between blanks, or sign by sign where there are none."""
    return _TOKEN.findall(text)


def retime(text: str, known: Sequence[SpokenWord], *, start_ms: int, end_ms: int) -> tuple[SpokenWord, ...]:
    """Return the words of `text` with times in `[start_ms, end_ms]`, as far as can be told from the words before.

    Words that stayed (in whatever case and with whatever signs) keep their times; those put in the place of others
    share their time by length; new ones take the pause they stand in, or share the time of the word beside them.
    Times never run backwards. The aligning is difflib's (Ratcliff and Obershelp's) over whole words.
    """
    wanted = tokens(text)
    old = [piece for word in known for piece in _pieces(word)]
    placed: list[SpokenWord | None] = [None] * len(wanted)
    matcher = SequenceMatcher(
        None, [_key(word.text) for word in old], [_key(word) for word in wanted], autojunk=False
    )
    for what, first, last, begin, end in matcher.get_opcodes():
        if what == "equal":
            for word, at in zip(old[first:last], range(begin, end), strict=True):
                placed[at] = replace(word, text=wanted[at])
        elif what == "replace" and last - first == end - begin:
            for word, at in zip(old[first:last], range(begin, end), strict=True):
                placed[at] = SpokenWord(text=wanted[at], start_ms=word.start_ms, end_ms=word.end_ms)
        elif what == "replace":
            placed[begin:end] = spread(wanted[begin:end], start_ms=old[first].start_ms, end_ms=old[last - 1].end_ms)
    return _in_order(_filled(wanted, placed, start_ms=start_ms, end_ms=end_ms), start_ms=start_ms, end_ms=end_ms)


def spread(said: Sequence[str], *, start_ms: int, end_ms: int) -> list[SpokenWord]:
    """Return words that share a stretch of time by their length in letters."""
    ends = list(accumulate(len(word) for word in said))
    length_ms = max(0, end_ms - start_ms)
    return [
        SpokenWord(
            text=word,
            start_ms=start_ms + length_ms * before // ends[-1],
            end_ms=start_ms + length_ms * after // ends[-1],
        )
        for word, before, after in zip(said, [0, *ends[:-1]], ends, strict=True)
    ]


def within(said: Sequence[SpokenWord], *, start_ms: int, end_ms: int) -> tuple[SpokenWord, ...]:
    """Return words with their times kept inside a line that was made shorter."""
    return _in_order(said, start_ms=start_ms, end_ms=end_ms)


def shifted(said: Sequence[SpokenWord], by_ms: int) -> tuple[SpokenWord, ...]:
    """Return words that are said later by so many milliseconds."""
    return tuple(replace(word, start_ms=word.start_ms + by_ms, end_ms=word.end_ms + by_ms) for word in said)


def joined(first: str, second: str) -> str:
    """Return two texts as one, with a blank between them where their script has one."""
    if not first or not second:
        return first or second
    blank = "" if _BESIDE.match(first[-1]) and _BESIDE.match(second[0]) else " "
    return f"{first}{blank}{second}"


def in_text(text: str, said: Sequence[SpokenWord]) -> list[Placed]:
    """Return the words with what stands after each in the text; none where the text does not hold them in order."""
    found: list[Placed] = []
    starts: list[int] = []
    at = 0
    for word in said:
        start = text.find(word.text, at)
        if start < 0 or text[at:start].strip():
            return []
        starts.append(start)
        at = start + len(word.text)
    if text[at:].strip():
        return []
    for number, word in enumerate(said):
        end = starts[number] + len(word.text)
        following = starts[number + 1] if number + 1 < len(said) else end
        found.append(Placed(word=word, after=text[end:following]))
    return found


def text_of(placed: Sequence[Placed]) -> str:
    """Return words as they stand in their text, without what follows the last."""
    return "".join(f"{one.word.text}{one.after}" for one in placed).strip()


def _pieces(word: SpokenWord) -> list[SpokenWord]:
    parts = tokens(word.text)
    if len(parts) < 2:
        return [word] if parts else []
    return [
        replace(part, probability=word.probability)
        for part in spread(parts, start_ms=word.start_ms, end_ms=word.end_ms)
    ]


def _key(word: str) -> str:
    return _SIGNS.sub("", word).casefold() or word


def _filled(
    wanted: Sequence[str], placed: list[SpokenWord | None], *, start_ms: int, end_ms: int
) -> list[SpokenWord]:
    """Give a time to each word that has none: runs of them, between words that have one."""
    done: list[SpokenWord] = []
    at = 0
    while at < len(placed):
        word = placed[at]
        if word is not None:
            done.append(word)
            at += 1
            continue
        run = at
        while at < len(placed) and placed[at] is None:
            at += 1
        following = placed[at] if at < len(placed) else None
        new = wanted[run:at]
        from_ms = done[-1].end_ms if done else start_ms
        to_ms = following.start_ms if following else end_ms
        needed_ms = MS_A_LETTER * sum(len(text) for text in new)
        if to_ms - from_ms >= needed_ms or not (done or following):
            done += _in_pause(new, from_ms, to_ms, needed_ms, after=bool(done), before=following is not None)
        elif done:
            before = done.pop()
            done += _sharing([before.text, *new], before, 0, start_ms=before.start_ms, end_ms=to_ms)
        elif following is not None:
            done += _sharing([*new, following.text], following, len(new), start_ms=from_ms, end_ms=following.end_ms)
            at += 1
    return done


def _in_pause(
    new: Sequence[str], from_ms: int, to_ms: int, needed_ms: int, *, after: bool, before: bool
) -> list[SpokenWord]:
    """Place new words in a pause: right behind the word before, or else right in front of the next one."""
    if after:
        return spread(new, start_ms=from_ms, end_ms=min(to_ms, from_ms + needed_ms))
    if before:
        return spread(new, start_ms=max(from_ms, to_ms - needed_ms), end_ms=to_ms)
    return spread(new, start_ms=from_ms, end_ms=to_ms)


def _sharing(said: Sequence[str], known: SpokenWord, place: int, *, start_ms: int, end_ms: int) -> list[SpokenWord]:
    """Let words share the time of the one that was there, which keeps what the engine thought of it."""
    shared = spread(said, start_ms=start_ms, end_ms=max(start_ms, end_ms))
    shared[place] = replace(shared[place], probability=known.probability)
    return shared


def _in_order(said: Sequence[SpokenWord], *, start_ms: int, end_ms: int) -> tuple[SpokenWord, ...]:
    ordered: list[SpokenWord] = []
    earliest = start_ms
    for word in said:
        begin = min(max(word.start_ms, earliest), end_ms)
        earliest = min(max(word.end_ms, begin), end_ms)
        ordered.append(replace(word, start_ms=begin, end_ms=earliest))
    return tuple(ordered)
