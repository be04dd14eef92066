"""Filters by what models and people say of units: each gives the units it keeps, with its evidence."""

import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from dam.catalog import fulltext
from dam.catalog.fulltext import TextColumn
from dam.catalog.lexicon import load_lexicon
from dam.catalog.readers import measure, seen
from dam.catalog.readers.collection_items import made_named, units_in
from dam.catalog.readers.people import face_vector, units_with_person, units_with_person_id
from dam.catalog.readers.places import units_in_place
from dam.catalog.readers.speakers import units_with_speaker
from dam.catalog.readers.tagged import units_with_tag, units_with_tag_id
from dam.catalog.words import MARK_END, MARK_START
from dam.errors import QueryError
from dam.people.likeness import likeness_of
from dam.types import Evidence, EvidenceSource, Filter, Relation, TagKind
from dam.types.colours import NAMES as COLOURS
from search.trust import GOOD
from search.vectors import sounds
from search.vectors.spaces import Spaces

Kept = Mapping[int, Evidence]

_FACES = 2_000  # appearances of one person: more than anybody looks through
_SAME = 0.5
_MANY = 100_000  # lines that hold a word: all of them are kept
_COUNTED = re.compile(r"(?P<label>.+?)\s*(?P<relation>>=|<=|=|>|<)\s*(?P<count>\d{1,4})")


def kept(asked: Filter, spaces: Spaces) -> Kept:
    """Return what a filter keeps, its sign aside. Raises QueryError for a value that says nothing, EngineError."""
    return _KEPT[asked.name](asked, spaces)


def _person(asked: Filter, _spaces: Spaces) -> Kept:
    number = asked.value.removeprefix("#")
    by_number = number != asked.value and number.isascii() and number.isdigit()
    found = units_with_person_id(int(number)) if by_number else units_with_person(asked.value)
    return _evident(found, EvidenceSource.PERSON, "" if by_number else asked.value)


def _face(asked: Filter, spaces: Spaces) -> Kept:
    number = asked.value.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise QueryError(f"“face:{asked.value}” is no face: open a picture, and choose a face in it (b shows them).")
    asked_face = face_vector(int(number))
    if asked_face is None:
        raise QueryError(f"Face {number} is not here any more: open the picture again, and choose a face in it.")
    model, vector = asked_face
    info, index = spaces.faces(model)
    (matches,) = index.store.search(vector[None], limit=_FACES)
    columns = index.columns
    found: dict[int, Evidence] = {}
    for match in matches:
        likeness = likeness_of(match.score, info)
        place = int(columns.places_of(np.array([match.embedding_id]))[0])
        if likeness >= _SAME and place >= 0:
            unit, at_ms = int(columns.unit_ids[place]), int(columns.at_ms[place])
            found.setdefault(unit, Evidence(source=EvidenceSource.FACE, score=likeness, raw=match.score, at_ms=at_ms))
    return found


def _tag(asked: Filter, _spaces: Spaces) -> Kept:
    return _evident(units_with_tag(asked.value), EvidenceSource.TAG, asked.value)


def _objects(asked: Filter, _spaces: Spaces) -> Kept:
    counted = _COUNTED.fullmatch(asked.value)
    if counted is None:
        return _evident(seen.units_with_objects(asked.value), EvidenceSource.OBJECT, asked.value)
    count, relation = int(counted["count"]), Relation(counted["relation"])
    least = {Relation.LEAST: count, Relation.MORE: count + 1, Relation.EQUAL: count}.get(relation, 1)
    most = {Relation.MOST: count, Relation.LESS: count - 1, Relation.EQUAL: count}.get(relation)
    if least < 1 or (most is not None and most < 1):
        raise QueryError(f"For pictures with none of them, put a minus before: -objects:{counted['label']}.")
    found = seen.units_with_objects(counted["label"], least=least, most=most)
    return _evident(found, EvidenceSource.OBJECT, asked.value)


def _text(asked: Filter, _spaces: Spaces) -> Kept:
    return _with_words(asked.value, TextColumn.WRITTEN, EvidenceSource.WRITTEN)


def _said(asked: Filter, _spaces: Spaces) -> Kept:
    return _with_words(asked.value, TextColumn.SPOKEN, EvidenceSource.SPOKEN_WORDS)


def _speaker(asked: Filter, _spaces: Spaces) -> Kept:
    found = ((unit, 1.0, None) for unit in units_with_speaker(asked.value))
    return _evident(found, EvidenceSource.SPEAKER, asked.value)


def _sounds(asked: Filter, spaces: Spaces) -> Kept:
    """Keep what the model hears, and what is tagged so."""
    found = {
        candidate.unit_id: candidate.evidence
        for candidate in sounds.heard(asked.value, spaces)
        if candidate.evidence.score >= GOOD
    }
    lexicon = load_lexicon()
    meant = (tag_id for tag_id in lexicon.meant_by(asked.value) if lexicon.entries[tag_id].kind is TagKind.SOUND)
    for unit, certainty, at_ms in (row for tag_id in meant for row in units_with_tag_id(tag_id)):
        if unit not in found or found[unit].score < certainty:
            found[unit] = Evidence(source=EvidenceSource.SOUND, score=certainty, raw=certainty, at_ms=at_ms)
    return found


def _color(asked: Filter, _spaces: Spaces) -> Kept:
    if not measure.is_colour(asked.value):
        some = ", ".join(sorted(COLOURS)[:12])
        raise QueryError(f"“{asked.value}” is no colour that is known: {some} … or one like #2f5fb3.")
    found = ((unit, share, None) for unit, share in measure.units_with_colour(asked.value))
    return _evident(found, EvidenceSource.LOOK, asked.value)


def _look(asked: Filter, _spaces: Spaces) -> Kept:
    word = measure.look_word(asked.value)
    if word is None:
        raise QueryError(f"“look:{asked.value}” is not known; these are: {', '.join(measure.LOOK_WORDS)}.")
    found = ((unit, certainty, None) for unit, certainty in measure.units_with_look(word))
    return _evident(found, EvidenceSource.LOOK, word)


def _place(asked: Filter, _spaces: Spaces) -> Kept:
    found = ((unit, certainty, None) for unit, certainty in units_in_place(asked.value))
    return _evident(found, EvidenceSource.PLACE, asked.value)


def _collection(asked: Filter, _spaces: Spaces) -> Kept:
    """Keep what was put into it by hand, in its order."""
    made = made_named(asked.value)
    if made is None:
        raise QueryError(
            f"There is no collection “{asked.value}” that was made by hand. A saved search is opened by its name; "
            "a fixed copy of it can be searched in."
        )
    return _evident(((unit, 1.0, None) for unit in units_in(made.id)), EvidenceSource.COLLECTION, made.name)


_KEPT: dict[str, Callable[[Filter, Spaces], Kept]] = {
    "person": _person,
    "face": _face,
    "tag": _tag,
    "objects": _objects,
    "text": _text,
    "said": _said,
    "speaker": _speaker,
    "sounds": _sounds,
    "color": _color,
    "look": _look,
    "place": _place,
    "collection": _collection,
}
NAMES = frozenset(_KEPT)


def _evident(
    found: Iterable[tuple[int, float, int | None]], source: EvidenceSource, word: str
) -> dict[int, Evidence]:
    snippet = f"{MARK_START}{word}{MARK_END}" if word else ""
    return {
        unit: Evidence(source=source, score=certainty, raw=certainty, at_ms=at_ms, snippet=snippet)
        for unit, certainty, at_ms in found
    }


def _with_words(text: str, column: TextColumn, source: EvidenceSource) -> dict[int, Evidence]:
    matches = fulltext.find("", phrases=(text,), columns=(column,), limit=_MANY)
    return {
        match.unit_id: Evidence(source=source, score=1.0, raw=match.score, snippet=match.snippet) for match in matches
    }
