"""Classifiers of taught tags on made-up vectors: what few marks give, what more add, what certainty means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from dam.ports import Vectors
from dam.tagging.teach_fit import Classifier, Marked, fit

DIMENSIONS = 128
UNITS = 6000


@dataclass(frozen=True, kw_only=True)
class Library:
    """Units of 60 concepts that overlap; `true` is which of them show the one that is taught."""

    vectors: Vectors
    true: NDArray[np.bool_]
    draw: np.random.Generator

    def some(self, number: int, *, true: bool) -> list[int]:
        return [int(pk) for pk in self.draw.choice(np.flatnonzero(self.true == true), number, replace=False)]

    def learn(self, yes: Sequence[int], no: Sequence[int]) -> NDArray[np.float64]:
        return self.classifier(yes, no).certainties(self.vectors)

    def classifier(self, yes: Sequence[int], no: Sequence[int]) -> Classifier:
        judged = {*yes, *no}
        background = [int(pk) for pk in self.draw.choice(UNITS, 256, replace=False) if pk not in judged]
        rows = np.array([*yes, *no, *background])
        said = np.array([1] * len(yes) + [-1] * len(no) + [0] * len(background), dtype=np.int8)
        return fit(Marked(vectors=self.vectors[rows], said=said, unit_ids=rows, asset_ids=rows))


def made_up(seed: int, *, noise: float, share: float = 0.03) -> Library:
    draw = np.random.default_rng(seed)
    concepts = draw.standard_normal((60, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    chance = np.full(60, (1 - share) / 59)
    chance[0] = share
    first, second = draw.choice(60, UNITS, p=chance), draw.integers(1, 60, UNITS)
    own = noise * draw.standard_normal((UNITS, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    common = draw.standard_normal(DIMENSIONS) / np.sqrt(DIMENSIONS)
    vectors = common + concepts[first] + 0.5 * concepts[second] + own
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Library(vectors=vectors.astype(np.float32), true=first == 0, draw=draw)


def precision(library: Library, certainties: NDArray[np.float64]) -> float:
    """The share of true ones among the first, as many as there are true ones."""
    first = np.argsort(-certainties)[: library.true.sum()]
    return float(library.true[first].mean())


@pytest.mark.parametrize("marks", [(1, 0), (3, 0), (5, 3)])
def test_a_few_marks_put_the_like_first_even_without_a_no(marks: tuple[int, int]) -> None:
    library = made_up(1, noise=0.7)
    certainties = library.learn(library.some(marks[0], true=True), library.some(marks[1], true=False))
    assert library.true[np.argsort(-certainties)[:30]].mean() > 0.9


def test_a_clear_tag_is_found_whole_from_a_handful() -> None:
    library = made_up(2, noise=0.5)
    certainties = library.learn(library.some(6, true=True), library.some(4, true=False))
    tagged = certainties >= 0.5
    assert library.true[tagged].mean() > 0.9
    assert tagged[library.true].mean() > 0.7


def test_precision_rises_with_every_round_of_corrections() -> None:
    gains = []
    for seed in (3, 4, 5):
        library = made_up(seed, noise=2.0)
        yes, no = library.some(3, true=True), list[int]()
        certainties = library.learn(yes, no)
        before = precision(library, certainties)
        for _ in range(5):
            judged = {*yes, *no}
            surest = [int(pk) for pk in np.argsort(-certainties) if int(pk) not in judged][:6]
            doubtful = [int(pk) for pk in np.argsort(abs(certainties - 0.5)) if int(pk) not in {*judged, *surest}][:6]
            for pk in (*surest, *doubtful):
                (yes if library.true[pk] else no).append(pk)
            certainties = library.learn(yes, no)
        gains.append(precision(library, certainties) - before)
    assert min(gains) > 0.05
    assert np.mean(gains) > 0.15


def test_certainty_means_what_it_says() -> None:
    """Among units said to be true with a certainty around p, about the share p is true."""
    said, true = [], []
    for seed in range(8):
        library = made_up(seed, noise=2.0)
        certainties = library.learn(library.some(25, true=True), library.some(25, true=False))
        said.append(certainties)
        true.append(library.true)
    certainty, truth = np.concatenate(said), np.concatenate(true)
    for low, high in ((0.05, 0.3), (0.3, 0.7), (0.7, 1.0)):
        within = (certainty >= low) & (certainty < high)
        assert within.sum() > 50
        assert abs(certainty[within].mean() - truth[within].mean()) < 0.3
    assert abs(certainty.sum() / truth.sum() - 1) < 0.5


def test_a_common_tag_is_learned_though_the_background_is_full_of_it() -> None:
    library = made_up(6, noise=0.7, share=0.3)
    certainties = library.learn(library.some(20, true=True), library.some(20, true=False))
    assert precision(library, certainties) > 0.9
    assert library.true[certainties >= 0.5].mean() > 0.95


def test_frames_of_a_shot_that_show_something_else_teach_nothing() -> None:
    """A shot that was marked yes shows the tag in one of its frames only."""
    library = made_up(7, noise=0.7)
    yes, other = library.some(8, true=True), library.some(24, true=False)
    background = [int(pk) for pk in library.draw.choice(UNITS, 256, replace=False)]
    rows = np.array([*yes, *other, *background])
    units = np.array([*range(8), *np.repeat(np.arange(8), 3), *range(100, 356)])
    said = np.array([1] * 32 + [0] * 256, dtype=np.int8)
    marked = Marked(vectors=library.vectors[rows], said=said, unit_ids=units, asset_ids=units)
    certainties = fit(marked).certainties(library.vectors)
    assert library.true[np.argsort(-certainties)[:50]].mean() > 0.9


def test_the_same_marks_give_the_same_classifier() -> None:
    library = made_up(8, noise=1.0)
    yes, no = library.some(5, true=True), library.some(5, true=False)
    rows = np.array([*yes, *no])
    marked = Marked(
        vectors=library.vectors[rows], said=np.array([1] * 5 + [-1] * 5, dtype=np.int8), unit_ids=rows, asset_ids=rows
    )
    one, other = fit(marked), fit(marked)
    assert np.array_equal(one.weights, other.weights)
    assert one.bias == other.bias


def test_shots_of_one_video_are_not_taken_for_many_opinions() -> None:
    """Twelve frames of one scene are no proof that others like it will score as high."""
    library = made_up(9, noise=1.0)
    scene = library.vectors[library.some(1, true=True)[0]]
    copies = scene + 0.02 * library.draw.standard_normal((12, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    copies = (copies / np.linalg.norm(copies, axis=1, keepdims=True)).astype(np.float32)
    background = library.vectors[library.draw.choice(UNITS, 256, replace=False)]
    vectors = np.concatenate([copies, background])
    said = np.array([1] * 12 + [0] * 256, dtype=np.int8)
    units = np.arange(268)
    as_one = fit(Marked(vectors=vectors, said=said, unit_ids=units, asset_ids=np.array([0] * 12 + [*range(1, 257)])))
    others = library.vectors[library.true]
    certainty_of_others = as_one.certainties(others)
    naive = fit(Marked(vectors=vectors, said=said, unit_ids=units, asset_ids=units))
    # Held out together, the scene alone sets the line lower: others of its kind are not shut out.
    assert certainty_of_others.mean() > naive.certainties(others).mean()
