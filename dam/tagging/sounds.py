"""What is heard, in words: stored vectors of sound in, a few tags with their certainty out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from dam.catalog.models import Tag
from dam.catalog.readers.vectors import UnitVectors, sample_vectors
from dam.catalog.writers.tags import Scored, TagRow, sync_tags
from dam.engines.sounds.lines import Line, concept_lines
from dam.engines.sounds.tuning import SoundTuning, sound_tuning
from dam.errors import ConfigError
from dam.ports import ModelInfo, SoundEmbedder, Vectors
from dam.tagging.score import backgrounds, certainties
from dam.tagging.tuning import TagTuning
from dam.tagging.vocabulary import Concept, Vocabulary, merged, read_words, tag_model
from dam.types import TagKind

WORDS = Path(__file__).parent / "sound_words.txt"

LINE = 0.5
MOST_TAGS = 4  # of a unit: what somebody would say who heard it once
# A tag of a long recording has to hold for a twentieth of it: of hundreds of windows, one or the other sounds like
# anything. What is heard once is found by a search, which shows the moment.
_SHARE_OF_WINDOWS = 0.05
_SAMPLE = 2_048  # vectors that say what is usual: their quartiles are within 3 % of a spread
_MAX_ODDS = 12.0
_CLASS_DEPTH = 1  # "sound/music": shown beside what kind of music it is


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTagger:
    """The concepts that a model can hear, with their vectors (k, d), and its lines where it was measured."""

    info: ModelInfo
    concepts: tuple[Concept, ...]
    vectors: Vectors
    lines: tuple[Line, ...] | None
    ancestors: tuple[frozenset[int], ...]


_lock = Lock()
_taggers: dict[tuple[str, str], SoundTagger] = {}
_known: dict[str, Vocabulary] = {}  # by digest: a plan that was made lives on until its work is done


def load_sound_vocabulary() -> Vocabulary:
    """Return what is asked of sounds now: the user's own words for sounds, then those that come with the program."""
    rows = Tag.objects.filter(own=True, retired=False, kind=TagKind.SOUND).order_by("key")
    own = [
        Concept(key=key, name=name, synonyms=tuple(synonyms), own=True)
        for key, name, synonyms in rows.values_list("key", "name", "synonyms")
    ]
    vocabulary = merged(_shipped(), own)
    return _known.setdefault(vocabulary.digest, vocabulary)


def sound_vocabulary_of(digest: str) -> Vocabulary | None:
    """Return the vocabulary with that digest, if this process has seen it or it is the present one."""
    if digest not in _known:
        load_sound_vocabulary()
    return _known.get(digest)


def sound_tag_model(model: str) -> str:
    """Return the name that goes on every tag of a sound: "<model of the vectors>+<vocabulary>"."""
    return tag_model(model, load_sound_vocabulary())


def sound_tagger(embedder: SoundEmbedder, vocabulary: Vocabulary) -> SoundTagger:
    """Return the tagger of a model for a vocabulary, made once per process. Raises EngineError."""
    key = (embedder.info.name, vocabulary.digest)
    with _lock:
        if key not in _taggers:
            _taggers.clear()  # another vocabulary's is not needed again
            _taggers[key] = _make(embedder, vocabulary)
        return _taggers[key]


def score_sounds(tagger: SoundTagger, vocabulary: Vocabulary, units: UnitVectors) -> list[Scored]:
    """Return the tags of every unit, the surest first; writes the vocabulary's rows where they are missing."""
    ids = sync_sound_vocabulary(vocabulary)
    if not tagger.concepts or not len(units.unit_ids):
        return []
    certain = _certainties(tagger, units.vectors)
    starts = np.flatnonzero(np.diff(units.unit_ids, prepend=-1))
    found = []
    for start, end in zip(starts, [*starts[1:], len(units.unit_ids)], strict=True):
        for place, certainty, row in _choose(certain[start:end], tagger):
            found.append(
                Scored(
                    unit_id=int(units.unit_ids[start]),
                    tag_id=ids[tagger.concepts[place].key],
                    certainty=certainty,
                    at_ms=int(units.at_ms[start + row]),
                )
            )
    return found


def sync_sound_vocabulary(vocabulary: Vocabulary) -> dict[str, int]:
    """Make the table of tags hold a vocabulary of sounds; returns the ids by key."""
    rows = [
        TagRow(key=one.key, name=one.name, parent=one.parent, synonyms=one.synonyms, own=one.own)
        for one in vocabulary.concepts
    ]
    return sync_tags(rows, kind=TagKind.SOUND)


@cache
def _shipped() -> Vocabulary:
    concepts, bad = read_words(WORDS.read_text(encoding="utf-8").splitlines())
    if bad:
        raise ConfigError(f"The vocabulary {WORDS.name} is wrong in line {bad[0].number}: {bad[0].reason}.")
    return Vocabulary(concepts=tuple(concepts))


def _make(embedder: SoundEmbedder, vocabulary: Vocabulary) -> SoundTagger:
    info = embedder.info
    lines = concept_lines(info)
    # A small model is asked only for what it was taught and measured on: any other word is just a word to it.
    known = [one for one in vocabulary.asked if lines is None or one.key in lines]
    usual = sound_tuning(info)
    wordings = [_wording(one, usual) if lines is None else lines[one.key].phrases for one in known]
    place_of = {concept.key: place for place, concept in enumerate(known)}
    return SoundTagger(
        info=info,
        concepts=tuple(known),
        vectors=mean_vectors(embedder, wordings),
        lines=None if lines is None else tuple(lines[one.key] for one in known),
        ancestors=tuple(
            frozenset(place_of[key] for key in vocabulary.ancestors(one.key) if key in place_of) for one in known
        ),
    )


def _wording(concept: Concept, usual: SoundTuning) -> tuple[str, ...]:
    phrases = concept.prompts or (concept.name,)
    return tuple(template.format(phrase) for phrase in phrases for template in usual.prompts)


def mean_vectors(embedder: SoundEmbedder, wordings: Sequence[Sequence[str]]) -> Vectors:
    """Return one vector of length 1 per concept: the mean of its wordings'. Raises EngineError."""
    rows = embedder.embed_texts([text for wording in wordings for text in wording])
    means = np.zeros((len(wordings), embedder.info.dimensions), dtype=np.float32)
    at = 0
    for place, wording in enumerate(wordings):
        mean = rows[at : at + len(wording)].mean(axis=0)
        means[place] = mean / max(float(np.linalg.norm(mean)), 1e-6)
        at += len(wording)
    return means


def _certainties(tagger: SoundTagger, vectors: Vectors) -> NDArray[np.float32]:
    """Return (n, k): by the model's measured lines, or against what is usual in the library."""
    if tagger.lines is None:
        usual = _as_tag_tuning(sound_tuning(tagger.info))
        behind = backgrounds(sample_vectors(tagger.info.space, most=_SAMPLE), tagger.vectors, usual)
        return certainties(vectors, tagger.vectors, behind, usual, tagger.info)
    slopes = np.array([line.slope for line in tagger.lines], dtype=np.float32)
    offsets = np.array([line.offset for line in tagger.lines], dtype=np.float32)
    odds = np.clip(vectors @ tagger.vectors.T * slopes + offsets, -_MAX_ODDS, _MAX_ODDS)
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


def _as_tag_tuning(usual: SoundTuning) -> TagTuning:
    return TagTuning(
        centre=usual.centre,
        spread=usual.spread,
        weight=usual.weight,
        good_z=usual.good_z,
        steepness=usual.steepness,
        own_share=usual.own_share,
        yes_shift=usual.yes_shift,
    )


def _choose(certain: NDArray[np.float32], tagger: SoundTagger) -> Iterator[tuple[int, float, int]]:
    """Yield a unit's tags as (concept, certainty, the row that sounds it best) from its windows (w, k)."""
    heard = math.ceil(len(certain) * _SHARE_OF_WINDOWS)
    ranked = np.sort(certain, axis=0)[::-1]
    overall = ranked[:heard].mean(axis=0)
    places = np.flatnonzero(overall >= LINE).tolist()
    above = frozenset[int]().union(*(tagger.ancestors[place] for place in places))
    kept = [place for place in places if place not in above or _is_class(tagger.concepts[place])]
    kept.sort(key=lambda place: (not tagger.concepts[place].own, -overall[place], place))
    for place in kept[:MOST_TAGS]:
        yield place, round(float(overall[place]), 4), int(certain[:, place].argmax())


def _is_class(concept: Concept) -> bool:
    return concept.key.count("/") == _CLASS_DEPTH
