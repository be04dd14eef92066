"""Subtitle cues to a transcript: the words that somebody already wrote down, in clips like those of an engine."""

import html
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from dam.engines.speech.clips import cut_clips
from dam.engines.speech.utterance import Utterance
from dam.types import SpokenWord, SubtitleCue, Transcript, TranscriptSource

OVERRIDE = re.compile(r"\{\\[^}]*\}")  # {\an8}, {\i1}: SubStation's marks, also found in SRT
BREAK = re.compile(r"\\[Nnh]")  # SubStation's line break and hard space
# <i>, </font>, <v Anna>, <c.yellow>, <00:01:02.500>: HTML's and WebVTT's. "3 < 4" is no tag.
TAG = re.compile(r"</?(?:[a-zA-Z][^<>]*|\d[\d:.]*)>")
SPEAKER_DASH = re.compile(r"^[ \t]*[-–—‐‑][ \t]*(?=\S)", re.MULTILINE)  # "- Who's there?"
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f]")

# Rolling captions repeat the line that is still shown; the repeat starts where the first ended, or nearly.
REPEAT_MS = 100


def transcript_from_cues(
    cues: Sequence[SubtitleCue], *, language: str, source: TranscriptSource, model: str = "subtitles"
) -> Transcript:
    """Return the cues as a transcript: tags and speakers' dashes gone, notes on sounds ("[door slams]") kept.

    A cue's time is shared out among its words by their length in letters, since a subtitle knows no word times.
    """
    utterances = [
        Utterance(words=words) for cue in _without_repeats(cues) if (words := _words(clean_cue(cue.text), cue))
    ]
    return Transcript(source=source, model=model, language=language, segments=cut_clips(utterances))


def clean_cue(text: str) -> str:
    """Return a cue's words on one line, without marks for the eye."""
    text = BREAK.sub("\n", OVERRIDE.sub("", text)).replace("\r\n", "\n")
    text = html.unescape(TAG.sub("", text))
    text = INVISIBLE.sub("", text)
    return " ".join(SPEAKER_DASH.sub("", text).split())


def _without_repeats(cues: Iterable[SubtitleCue]) -> list[SubtitleCue]:
    kept: list[SubtitleCue] = []
    for cue in sorted(cues, key=lambda item: (item.start_ms, item.end_ms)):
        last = kept[-1] if kept else None
        if last and last.text.strip() == cue.text.strip() and cue.start_ms <= last.end_ms + REPEAT_MS:
            kept[-1] = SubtitleCue(start_ms=last.start_ms, end_ms=max(last.end_ms, cue.end_ms), text=last.text)
        else:
            kept.append(cue)
    return kept


def _words(text: str, cue: SubtitleCue) -> tuple[SpokenWord, ...]:
    words = text.split()
    if not words:
        return ()
    start_ms = max(0, cue.start_ms)
    length_ms = max(1, cue.end_ms - start_ms)
    ends = list(accumulate(len(word) for word in words))
    starts = [0, *ends[:-1]]
    return tuple(
        SpokenWord(
            text=f" {word}",
            start_ms=start_ms + length_ms * before // ends[-1],
            end_ms=start_ms + length_ms * after // ends[-1],
        )
        for word, before, after in zip(words, starts, ends, strict=True)
    )
