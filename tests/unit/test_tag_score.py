"""Certainties of tags: what stands out is found, chance is not, and a few words are chosen of many."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dam.ports import ModelInfo, Vectors
from dam.tagging.score import (
    LINE,
    MOST_TAGS,
    Relations,
    backgrounds,
    certainties,
    choose,
    likely,
    same_meaning,
)
from dam.tagging.tuning import tuning

CLIP = ModelInfo(name="some-clip", space="picture:some-clip", logit_scale=100.0)
SIGLIP = replace(CLIP, logit_bias=-16.0)
D, K = 256, 400
Alike = tuple[frozenset[int], ...]


def unit(rows: Vectors) -> Vectors:
    found: Vectors = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return found


def some(count: int, seed: int) -> Vectors:
    return unit(np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32))


CONCEPTS = unit(some(K, 1) + 0.8 * some(1, 2))
NOISE = unit(some(2_000, 3) + 0.4 * some(1, 2))


def shows(concept: int, *, how_much: float = 0.8, seed: int = 9) -> Vectors:
    return unit(some(1, seed) + 0.4 * some(1, 2) + how_much * CONCEPTS[concept])


def relations(**changes: Any) -> Relations:
    made = Relations(ancestors=(frozenset(),) * 6, alike=(frozenset(),) * 6, one_of=(-1,) * 6, own=(False,) * 6)
    return replace(made, **changes)


def test_what_a_picture_shows_is_surest_and_above_the_line() -> None:
    usual = tuning(CLIP)
    behind = backgrounds(NOISE, CONCEPTS, usual)
    for concept in (0, 17, 399):
        certain = certainties(shows(concept), CONCEPTS, behind, usual, CLIP)[0]
        assert certain.argmax() == concept
        assert certain[concept] >= LINE


def test_pictures_of_nothing_get_hardly_a_tag() -> None:
    usual = tuning(CLIP)
    behind = backgrounds(NOISE, CONCEPTS, usual)
    others = unit(some(500, 77) + 0.4 * some(1, 2))
    found = likely(others, CONCEPTS, behind, usual, CLIP)
    assert len(set(found.rows.tolist())) <= 0.02 * len(others)


def test_a_concept_near_every_picture_is_no_tag_of_every_picture() -> None:
    usual = tuning(CLIP)
    nearer = unit(np.concatenate([CONCEPTS, unit(some(1, 6) + 1.0 * some(1, 2))]))
    cosines = (NOISE @ nearer.T).mean(axis=0)
    assert cosines[K] > np.percentile(cosines, 95)
    found = likely(NOISE, nearer, backgrounds(NOISE, nearer, usual), usual, CLIP)
    assert (found.concepts == K).sum() < 0.01 * len(NOISE)


def test_in_a_library_of_dogs_a_dog_is_still_a_dog() -> None:
    usual = tuning(CLIP)
    dogs = unit(some(1_000, 5) + 0.4 * some(1, 2) + 0.6 * CONCEPTS[3])
    behind = backgrounds(dogs, CONCEPTS, usual)
    certain = certainties(dogs[:100], CONCEPTS, behind, usual, CLIP)[:, 3]
    assert (certain >= LINE).mean() > 0.9


def test_without_a_library_the_model_s_usual_range_is_the_background() -> None:
    usual = tuning(CLIP)
    behind = backgrounds(np.zeros((0, 0), dtype=np.float32), CONCEPTS, usual)
    assert behind.centre == pytest.approx(usual.centre)
    assert behind.spread == pytest.approx(usual.spread)


def test_a_model_that_says_no_by_itself_is_heard() -> None:
    usual = tuning(SIGLIP)
    behind = backgrounds(NOISE, CONCEPTS, usual)
    sure = certainties(shows(4), CONCEPTS, behind, usual, replace(SIGLIP, logit_bias=-10.0))[0, 4]
    doubtful = certainties(shows(4), CONCEPTS, behind, usual, replace(SIGLIP, logit_bias=-140.0))[0, 4]
    assert sure > LINE
    assert doubtful == 0


@settings(max_examples=50)
@given(arrays.arrays(np.float32, (3, D), elements=st.floats(-1, 1, width=32)), st.sampled_from([CLIP, SIGLIP]))
def test_certainties_are_shares_for_any_picture(rows: Vectors, info: ModelInfo) -> None:
    usual = tuning(info)
    behind = backgrounds(NOISE[:50], CONCEPTS, usual)
    certain = certainties(rows, CONCEPTS, behind, usual, info)
    assert certain.shape == (3, K)
    assert ((certain == 0) | ((certain >= LINE) & (certain <= 1))).all()


def test_the_more_a_picture_shows_it_the_surer() -> None:
    usual = tuning(CLIP)
    behind = backgrounds(NOISE, CONCEPTS, usual)
    rows = np.concatenate([shows(8, how_much=share) for share in (0.2, 0.4, 0.6, 0.9)])
    certain = certainties(rows, CONCEPTS, behind, usual, CLIP)[:, 8]
    assert (np.diff(certain) >= 0).all()


def test_words_that_mean_the_same_to_the_model_are_known() -> None:
    concepts = unit(np.concatenate([CONCEPTS[:50], CONCEPTS[:1] + 0.05 * some(1, 8)]))
    assert 50 in same_meaning(concepts)[0]
    assert same_meaning(concepts)[1] == frozenset()
    assert same_meaning(concepts[:2]) == (frozenset(), frozenset())


def test_the_child_is_kept_and_its_parents_left_out() -> None:
    tags = choose(
        [(0, 0.9, 0), (1, 0.7, 0), (2, 0.6, 0)],
        relations(ancestors=(frozenset(), frozenset({0}), frozenset(), frozenset(), frozenset(), frozenset())),
    )
    assert [tag.concept for tag in tags] == [1, 2]


def test_of_near_synonyms_and_of_a_group_the_surest_is_kept() -> None:
    alike: Alike = (frozenset({1}), frozenset({0}), *(frozenset(),) * 4)
    tags = choose(
        [(0, 0.7, 0), (1, 0.9, 0), (2, 0.8, 0), (3, 0.6, 0)], relations(alike=alike, one_of=(-1, -1, 5, 5, -1, -1))
    )
    assert [tag.concept for tag in tags] == [1, 2]


def test_the_user_s_word_comes_first_and_takes_the_place_of_the_vocabulary_s() -> None:
    alike: Alike = (frozenset({1}), frozenset({0}), *(frozenset(),) * 4)
    own = (True, False, False, False, False, False)
    tags = choose([(0, 0.6, 0), (1, 0.9, 0), (2, 0.95, 0)], relations(alike=alike, own=own))
    assert [tag.concept for tag in tags] == [0, 2]


def test_the_best_frame_of_a_unit_counts_and_is_named() -> None:
    (tag,) = choose([(2, 0.6, 10), (2, 0.9, 12), (2, 0.8, 11)], relations())
    assert (tag.certainty, tag.row) == (0.9, 12)


@given(
    st.lists(st.tuples(st.integers(0, 39), st.floats(0.5, 1), st.integers(0, 5)), max_size=80),
    st.lists(st.integers(-1, 3), min_size=40, max_size=40),
)
def test_never_a_wall_never_two_of_a_group(found: list[tuple[int, float, int]], groups: list[int]) -> None:
    many = Relations(
        ancestors=tuple(frozenset(range(place)) if place % 7 == 0 else frozenset() for place in range(40)),
        alike=(frozenset(),) * 40,
        one_of=tuple(groups),
        own=(False,) * 40,
    )
    tags = choose(found, many)
    assert len(tags) <= MOST_TAGS
    assert len({tag.concept for tag in tags}) == len(tags)
    of_groups = [groups[tag.concept] for tag in tags if groups[tag.concept] >= 0]
    assert len(of_groups) == len(set(of_groups))
    for tag in tags:
        assert not any(other.concept in many.ancestors[tag.concept] for other in tags)
