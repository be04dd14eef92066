"""Words to clips: lines short enough to look at and to jump to, cut where the speaker pauses."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from dam.engines.speech.utterance import Utterance
from dam.types import SpeechSegment, SpokenWord

# Pauses between sentences of read speech are mostly longer than half a second, those inside phrases shorter.
PAUSE_MS = 600
# A sentence may end a clip once the clip is worth a line of its own: "Yes. Of course." stays together.
SENTENCE_MS = 4_000
# About forty words at a normal rate: what fits in a search result.
LONGEST_MS = 18_000

SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！", "؟", "।")

_Said = tuple[SpokenWord, Utterance]


def cut_clips(utterances: Iterable[Utterance]) -> tuple[SpeechSegment, ...]:
    """Return the words as clips in time order, cut at pauses and sentence ends, never inside a word.

    A clip is at most `LONGEST_MS` long unless one word alone is longer; weak and good words never share a clip.
    Its measures are the worst of the utterances that it holds.
    """
    said = _in_order(utterances)
    if not said:
        return ()
    groups: list[list[_Said]] = [[said[0]]]
    for before, after in pairwise(said):
        if _ends_clip(groups[-1], before, after):
            groups.append([])
        groups[-1].append(after)
    return tuple(_segment(part) for group in groups for part in _no_longer_than(group, LONGEST_MS))


def _in_order(utterances: Iterable[Utterance]) -> list[_Said]:
    """Sort by start and clip what overlaps: an engine may end a word before its start or after the next one's."""
    said = sorted(
        ((word, utterance) for utterance in utterances for word in utterance.words if word.text.strip()),
        key=lambda item: item[0].start_ms,
    )
    ordered: list[_Said] = []
    for position, (word, utterance) in enumerate(said):
        end_ms = max(word.start_ms, word.end_ms)
        if position + 1 < len(said):
            end_ms = max(word.start_ms, min(end_ms, said[position + 1][0].start_ms))
        tidy = SpokenWord(
            text=word.text,
            start_ms=word.start_ms,
            end_ms=end_ms,
            probability=min(1.0, max(0.0, word.probability)),
        )
        ordered.append((tidy, utterance))
    return ordered


def _ends_clip(clip: Sequence[_Said], before: _Said, after: _Said) -> bool:
    if before[1].weak != after[1].weak:
        return True
    if after[0].start_ms - before[0].end_ms >= PAUSE_MS:
        return True
    sentence_over = before[0].text.rstrip("\"'”’»)]").endswith(SENTENCE_ENDS)
    return sentence_over and before[0].end_ms - clip[0][0].start_ms >= SENTENCE_MS


def _no_longer_than(group: list[_Said], longest_ms: int) -> list[list[_Said]]:
    """Halve a group at its widest gap (the middle-most of equals) until every part is short enough."""
    waiting, done = [group], []
    while waiting:
        part = waiting.pop()
        if len(part) < 2 or part[-1][0].end_ms - part[0][0].start_ms <= longest_ms:
            done.append(part)
            continue
        cut = _best_cut(part)
        waiting += [part[cut:], part[:cut]]  # the earlier half is taken first
    return done


def _best_cut(part: Sequence[_Said]) -> int:
    start_ms, end_ms = part[0][0].start_ms, part[-1][0].end_ms
    middle_ms, length_ms = (start_ms + end_ms) / 2, end_ms - start_ms

    def worth(cut: int) -> tuple[int, float]:
        left, right = part[cut - 1][0], part[cut][0]
        off_centre = abs(right.start_ms - middle_ms) / length_ms
        near_an_end = off_centre > 0.35  # a cut there would leave a scrap
        return (-1 if near_an_end else right.start_ms - left.end_ms, -off_centre)

    return max(range(1, len(part)), key=worth)


def _segment(part: Sequence[_Said]) -> SpeechSegment:
    utterances = [utterance for _, utterance in part]
    start_ms = part[0][0].start_ms
    words = tuple(
        SpokenWord(text=word.text.strip(), start_ms=word.start_ms, end_ms=word.end_ms, probability=word.probability)
        for word, _ in part
    )
    return SpeechSegment(
        start_ms=start_ms,
        end_ms=max(part[-1][0].end_ms, start_ms + 1),
        text="".join(word.text for word, _ in part).strip(),
        words=words,
        no_speech_probability=_worst(max, [item.no_speech_probability for item in utterances]),
        average_log_probability=_worst(min, [item.average_log_probability for item in utterances]),
        compression_ratio=_worst(max, [item.compression_ratio for item in utterances]),
        weak=utterances[0].weak,
    )


def _worst(pick: Callable[[list[float]], float], values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return pick(known) if known else None
