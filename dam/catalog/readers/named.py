"""Units that somebody or something of exactly a name is in: for searches in plain words."""

from dam.catalog.lexicon import recent_lexicon
from dam.catalog.readers.people import person_called, units_with_person_id
from dam.catalog.readers.tagged import units_with_tag
from dam.catalog.words import MARK_END, MARK_START
from dam.types import Evidence, EvidenceSource

_MOST_WORDS = 5  # of a tag's or a person's name: longer texts are no names
_LIMIT = 2_000


def called(text: str) -> list[tuple[int, Evidence]]:
    """Return (unit, evidence) for the person and the tag that are called so; none for other words."""
    if not 0 < len(text.split()) <= _MOST_WORDS:
        return []
    snippet = f"{MARK_START}{text}{MARK_END}"
    found: list[tuple[int, Evidence]] = []
    person = person_called(text)
    if person is not None:
        found += [
            (unit, Evidence(source=EvidenceSource.PERSON, score=score, raw=score, at_ms=at_ms, snippet=snippet))
            for unit, score, at_ms in units_with_person_id(person.pk)[:_LIMIT]
        ]
    if recent_lexicon().meant_by(text):  # a keyword that is no tag is found among the words of its file
        found += [
            (unit, Evidence(source=EvidenceSource.TAG, score=score, raw=score, at_ms=at_ms, snippet=snippet))
            for unit, score, at_ms in units_with_tag(text)[:_LIMIT]
        ]
    return found
