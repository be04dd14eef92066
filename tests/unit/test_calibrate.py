"""A cosine means something only against its background."""

import numpy as np
import pytest
from numpy.typing import NDArray

from dam.ports import ModelInfo
from search import calibrate
from search.calibrate import Background, Tuning
from search.trust import GOOD

_USUAL = Tuning(centre=0.15, spread=0.03)
_CLIP = ModelInfo(name="clip", dimensions=512, logit_scale=100.0)
_SIGLIP = ModelInfo(name="siglip", dimensions=768, logit_scale=112.0, logit_bias=-16.5)


def _background(centre: float, spread: float, n: int = 2000, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(centre, spread, n).astype(np.float32)


def _certainty(cosine: float, scores: NDArray[np.float32]) -> float:
    return _certainties([cosine], scores)[0]


def _certainties(cosines: list[float], scores: NDArray[np.float32]) -> list[float]:
    behind = calibrate.background(scores, _USUAL)
    return calibrate.certainties(cosines, behind, _USUAL, among=max(1, len(scores)))


def test_the_same_cosine_is_good_for_one_query_and_nothing_for_another() -> None:
    assert _certainty(0.28, _background(0.15, 0.02)) > 0.9
    assert _certainty(0.28, _background(0.25, 0.02)) < 0.2


def test_a_better_cosine_never_scores_less() -> None:
    scores = _background(0.2, 0.03)
    certain = _certainties(np.linspace(1, -1, 101).tolist(), scores)
    assert certain == sorted(certain, reverse=True)
    assert 0 < certain[-1] < 0.001
    assert 0.999 < certain[0] < 1


@pytest.mark.parametrize("n", [50, 500, 5_000, 50_000])
def test_the_nearest_of_nothing_is_not_good_however_large_the_library(n: int) -> None:
    """The best draws from the background are background: one query in ten at most has any that seem good."""
    fooled = 0
    for seed in range(40):
        scores = _background(0.18, 0.03, n, seed)
        best = np.sort(scores)[::-1][:600].tolist()
        fooled += _certainties(best, scores)[0] >= GOOD
    assert fooled <= 8


@pytest.mark.parametrize("share", [0.002, 0.02, 0.2])
def test_true_hits_do_not_hide_behind_each_other(share: float) -> None:
    n = 5_000
    true = int(n * share)
    scores = np.concatenate([_background(0.15, 0.02, n - true), _background(0.3, 0.01, true, 1)])
    certain = _certainties(np.sort(scores)[::-1][:true].tolist(), scores)
    assert np.mean(np.array(certain) >= GOOD) > 0.9


def test_a_library_of_a_few_pictures_leans_on_what_is_usual() -> None:
    few = np.array([0.30, 0.31, 0.29], dtype=np.float32)  # all three are what was asked for
    assert _certainty(0.30, few) > GOOD
    assert calibrate.background(np.empty(0, np.float32), _USUAL) == Background(centre=0.15, spread=0.03)


def test_equal_scores_everywhere_are_no_division_by_zero() -> None:
    assert 0 <= _certainty(0.2, np.full(5000, 0.2, np.float32)) < GOOD


def _one(cosine: float, behind: Background, info: ModelInfo | None) -> float:
    return calibrate.certainties([cosine], behind, calibrate.tuning(_SIGLIP), among=100, info=info)[0]


def test_a_model_with_a_bias_has_a_say() -> None:
    behind = Background(centre=0.0, spread=0.02)
    standing_out_but_not_it = _one(0.07, behind, _SIGLIP)
    it = _one(0.14, behind, _SIGLIP)
    assert standing_out_but_not_it < GOOD < it
    assert _one(0.07, behind, None) > standing_out_but_not_it


def test_clips_and_siglips_have_different_usual_scores() -> None:
    assert calibrate.tuning(_CLIP) != calibrate.tuning(_SIGLIP)
    assert all("{}" in prompt for info in (_CLIP, _SIGLIP) for prompt in calibrate.tuning(info).prompts)


@pytest.mark.parametrize(
    ("coverage", "telling_words", "good"),
    [(1.0, 3, True), (1.0, 1, True), (0.5, 2, False), (2.1 / 3.1, 3, False), (0.9, 1, True), (0.33, 3, False)],
)
def test_words_are_good_when_about_all_of_them_are_there(coverage: float, telling_words: int, good: bool) -> None:
    assert (calibrate.words_certainty(coverage, telling_words=telling_words) >= GOOD) is good


def test_a_phrase_in_quotes_is_always_good() -> None:
    assert calibrate.phrase_certainty(0.0) > GOOD
    assert calibrate.phrase_certainty(1.0) == 1.0


def test_a_lone_stop_word_is_no_answer_and_several_are() -> None:
    assert calibrate.words_certainty(1.0, telling_words=0) < GOOD
    assert calibrate.words_certainty(1.0, telling_words=6) > GOOD


def test_what_a_model_hardly_understood_is_not_good() -> None:
    assert max(calibrate.as_far_as_known([0.99, 0.2], known_share=1 / 3)) < GOOD
    assert calibrate.as_far_as_known([0.99, 0.2], known_share=0.5) == [0.99, 0.2]


def test_a_measured_verdict_is_weighed_with_how_many_there_are() -> None:
    info = ModelInfo(name="afterimage-starter-clip-1", dimensions=192, logit_scale=26.3, logit_bias=-5.55)
    usual, behind = calibrate.tuning(info), Background(centre=-0.3, spread=0.2)
    few, many = (calibrate.certainties([0.24], behind, usual, among=n, info=info)[0] for n in (60, 2_000))
    assert many < GOOD < few
    alone = calibrate.certainties([0.2], behind, usual, among=1, info=info)[0]
    assert alone == calibrate.certainties([0.2], behind, usual, among=10, info=info)[0]
