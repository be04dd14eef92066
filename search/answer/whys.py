"""Why a unit was found: its evidence in words, one row each for a page, or all of it in one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from dam.catalog.words import MARK_END, MARK_START
from dam.types import Evidence, EvidenceSource
from search.templatetags.pages import long_timecode

_IN_WORDS = {
    EvidenceSource.PICTURE: "Looks like it",
    EvidenceSource.SPEECH_VECTOR: "Speaks of something like it",
    EvidenceSource.SPOKEN_WORDS: "Says these words",
    EvidenceSource.TEXT: "Written in its name or description",
    EvidenceSource.WRITTEN: "Written in the picture",
    EvidenceSource.CAPTION: "Described like this",
    EvidenceSource.SPEAKER: "Spoken by",
    EvidenceSource.SOUND: "Sounds like it",
    EvidenceSource.FACE: "The same face",
    EvidenceSource.TAG: "Tagged",
    EvidenceSource.PERSON: "Shows",
    EvidenceSource.OBJECT: "Has in it",
    EvidenceSource.LOOK: "Looks",
    EvidenceSource.PLACE: "Taken in",
    EvidenceSource.COLLECTION: "In the collection",
}
# In a line a likeness is its figure, words are quoted, and names stand for themselves.
_LIKENESS = {
    EvidenceSource.PICTURE: "picture",
    EvidenceSource.SPEECH_VECTOR: "meant in speech",
    EvidenceSource.SOUND: "sound",
    EvidenceSource.FACE: "face",
}
_QUOTED = {
    EvidenceSource.SPOKEN_WORDS: "said",
    EvidenceSource.TEXT: "text",
    EvidenceSource.WRITTEN: "written",
    EvidenceSource.CAPTION: "caption",
}
_NAMED = {
    EvidenceSource.TAG: "tag ",
    EvidenceSource.PERSON: "",
    EvidenceSource.SPEAKER: "spoken by ",
    EvidenceSource.OBJECT: "shows ",
    EvidenceSource.LOOK: "",
    EvidenceSource.PLACE: "in ",
    EvidenceSource.COLLECTION: "in ",
}
_TIMED = {EvidenceSource.SPOKEN_WORDS, EvidenceSource.SOUND}  # the moment matters: a shot's is where it opens
_QUOTE = 48  # characters: what is read at a glance


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One reason for a hit: in words, its share of certainty 0..1, and the words that matched, marked."""

    words: str
    share: float
    snippet: str


def reasons(evidence: Sequence[Evidence]) -> tuple[Why, ...]:
    """Return a row for each piece of evidence, the surest first."""
    ordered = sorted(evidence, key=lambda item: -item.score)
    return tuple(Why(words=_IN_WORDS[item.source], share=item.score, snippet=item.snippet) for item in ordered)


def in_a_line(evidence: Sequence[Evidence]) -> str:
    """Return the parts of a score as `picture 0.83 · said “red car” 00:12 · tag car · Anna`, the strongest first."""
    return " · ".join(_part(item) for item in evidence)


def _part(item: Evidence) -> str:
    plain = " ".join(item.snippet.replace(MARK_START, "").replace(MARK_END, "").split())
    if item.source in _NAMED and plain:
        return f"{_NAMED[item.source]}{plain}"
    figure = f"{item.score:.2f}"
    if item.source in _QUOTED:
        said = f"{_QUOTED[item.source]} {_quote(item.snippet)}" if plain else f"{_QUOTED[item.source]} {figure}"
    else:
        said = f"{_LIKENESS.get(item.source, item.source.value)} {figure}"
    return f"{said} {long_timecode(item.at_ms)}" if item.source in _TIMED and item.at_ms is not None else said


def _quote(snippet: str) -> str:
    """Return the words around the first match, in quotes."""
    start = max(0, snippet.find(MARK_START))
    plain = snippet.replace(MARK_START, "").replace(MARK_END, "")
    begin = plain.rfind(" ", 0, max(0, start - _QUOTE // 3)) + 1 if start > _QUOTE // 3 else 0
    shown = plain[begin : begin + _QUOTE].rstrip()
    if begin + _QUOTE < len(plain) and not plain[begin + len(shown)].isspace():
        shown = shown.rpartition(" ")[0] or shown
    before, after = "… " if begin else "", " …" if begin + len(shown) < len(plain.rstrip()) else ""
    return f"“{before}{' '.join(shown.split())}{after}”"
