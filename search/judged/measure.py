"""Asks a judged library through the whole search, and counts: who kept its answer, who was told “nothing good”."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from dam.catalog import words as terms
from dam.ports import Embedder
from search.judged.library import JudgedLibrary
from search.judged.scenes import Asked
from search.judged.words import WordQuestion
from search.rank import STRICTEST, line
from search.saved import recall
from search.service import find, parse_query
from search.vectors.follow import Follower

STRICTNESSES = tuple(range(-STRICTEST, STRICTEST + 1))
_HOLDS = 0.85  # of a query's words, from which a text is an answer to it by itself: all of them, singular for plural


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and the units that answer it; `must` has an answer, however many units that is."""

    kind: str
    text: str
    right: frozenset[int]
    must: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a question: the units in order with their scores, and where the good ones end."""

    question: Question
    units: tuple[int, ...]
    scores: tuple[float, ...]
    good: tuple[bool, ...]

    def good_units(self, strictness: int = 0) -> list[int]:
        """Return the good units; at another strictness, those whose score reaches its line."""
        at = line(strictness)
        return [
            unit
            for unit, score, good in zip(self.units, self.scores, self.good, strict=True)
            if (good if strictness == 0 else score >= at)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of one kind of question, as shares 0..1; None where they mean nothing.

    `nothing_good`: of all, those of which nothing is good. Of questions that have an answer: `lost` have no right
    unit among the good; `precision` and `recall` of the good set are means over questions, `first` has a right unit
    first, and `mrr` is the mean of 1 / the place of the first right one. `by_strictness` is, from -2 to 2, what must
    not be: the share of lost answers, or of questions without an answer of which something is good.
    """

    kind: str
    count: int
    must: bool
    nothing_good: float
    lost: float | None
    precision: float | None
    recall: float | None
    first: float | None
    first_five: float | None
    first_ten: float | None
    mrr: float | None
    by_strictness: tuple[float, ...]
    wrong: tuple[str, ...]

    @property
    def missed(self) -> float:
        """The share that went wrong: of answers that were lost, or of “nothing good” that was not said."""
        return self.by_strictness[STRICTEST]


def scene_questions(made: JudgedLibrary, asked: Sequence[Asked], *, kind: str, must: bool) -> list[Question]:
    """Return questions about the pictures. A text that holds all their words answers, too; then nothing is absent."""
    found = []
    for one in asked:
        said = _saying(one.text, made.texts)
        if said and not must:
            continue
        right = {unit for unit, fits in zip(made.pictures, one.right, strict=True) if fits}
        found.append(Question(kind=kind, text=one.text, right=frozenset(right | said), must=must))
    return found


def word_questions(made: JudgedLibrary, asked: Iterable[WordQuestion]) -> list[Question]:
    """Return questions about words."""
    return [
        Question(
            kind=one.kind,
            text=one.text,
            right=frozenset(unit for text, unit in made.texts if any(part in text for part in one.right)),
            must=bool(one.right),
        )
        for one in asked
    ]


def ask(questions: Sequence[Question], *, embedder: Embedder) -> list[Outcome]:
    """Ask everything, as the search page does. Raises QueryError, EngineError."""
    source = Follower(snapshots=None)
    found = []
    for question in questions:
        ranked = find(parse_query(question.text), embedder=embedder, source=source).ranked
        found.append(
            Outcome(
                question=question,
                units=tuple(hit.place.unit_id for hit in ranked),
                scores=tuple(hit.score for hit in ranked),
                good=tuple(hit.good for hit in ranked),
            )
        )
    return found


def tally(kind: str, outcomes: Sequence[Outcome]) -> Tally:
    """Count outcomes of questions that all have an answer, or all have none."""
    must = outcomes[0].question.must
    missed = [[_missed(one, strictness) for one in outcomes] for strictness in STRICTNESSES]
    now = missed[STRICTEST]
    sets = [(one.good_units(), one.question.right) for one in outcomes]
    measured = recall.measure([_rank(one) for one in outcomes]) if must else None
    return Tally(
        kind=kind,
        count=len(outcomes),
        must=must,
        nothing_good=_share(not good for good, _ in sets),
        lost=_share(now) if must else None,
        precision=_mean([_among(good, right) for good, right in sets if good]) if must else None,
        recall=_mean([_among(right, good) for good, right in sets]) if must else None,
        first=measured.recall[1] if measured else None,
        first_five=measured.recall[5] if measured else None,
        first_ten=measured.recall[10] if measured else None,
        mrr=measured.mean_reciprocal_rank if measured else None,
        by_strictness=tuple(_share(each) for each in missed),
        wrong=tuple(one.question.text for one, bad in zip(outcomes, now, strict=True) if bad),
    )


def _saying(text: str, texts: Iterable[tuple[str, int]]) -> set[int]:
    asked = list(terms.terms(terms.clean(text)))
    telling = {term.stem for term in terms.telling(asked)}
    return {
        unit
        for said, unit in texts
        if telling & {term.stem for term in terms.terms(said)}
        and terms.coverage(asked, list(terms.terms(said))) >= _HOLDS
    }


def _missed(one: Outcome, strictness: int) -> bool:
    good = one.good_units(strictness)
    return not set(good) & one.question.right if one.question.must else bool(good)


def _rank(one: Outcome) -> int | None:
    return next((place for place, unit in enumerate(one.units, start=1) if unit in one.question.right), None)


def _among(these: Collection[int], those: Collection[int]) -> float:
    """Return the share of these that are among those."""
    there = set(those)
    return sum(unit in there for unit in these) / len(these)


def _share(told: Iterable[bool]) -> float:
    return _mean([float(one) for one in told])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
