"""A judged set is only worth something if its truth is true and its counting counts."""

import numpy as np
import pytest

from dam.scenes import Light, Place, Thing, satisfies
from dam.scenes.captions import phrases
from dam.scenes.scene import Query
from search.judged.measure import Outcome, Question, tally
from search.judged.scenes import held_out_scenes, questions
from search.judged.words import load_words


def test_words_say_of_every_question_whether_it_has_an_answer() -> None:
    words = load_words()
    assert sum(len(recording.lines) for recording in words.recordings) >= 120
    assert len(words.questions) >= 150
    assert len({question.text for question in words.questions}) == len(words.questions)


def test_what_is_held_back_is_in_no_scene() -> None:
    scenes = held_out_scenes(200, seed=5)
    assert len({item.thing for scene in scenes for item in scene.objects}) <= len(Thing) - 2
    assert len({scene.place for scene in scenes}) == len(Place) - 1
    assert len({scene.light for scene in scenes}) == len(Light) - 1


def test_questions_are_of_the_kind_that_they_say() -> None:
    scenes = held_out_scenes(60, seed=6)
    answerable, beside, absent = questions(scenes, each=80, seed=6)
    truth = {
        text: tuple(satisfies(scene, query) for scene in scenes)
        for thing in (None, *Thing)
        for light in (None, *Light)
        for query in [Query(thing=thing, light=light)]
        for text in phrases(query)
    }
    compared = [one for one in (*answerable, *beside, *absent) if one.text in truth]
    assert len(compared) > 20
    assert all(one.right == truth[one.text] for one in compared)
    assert all(any(one.right) for one in (*answerable, *beside))
    assert not any(any(one.right) for one in absent)
    assert 60 <= len(answerable) <= 80
    assert 60 <= len(absent) <= 80


def test_scenes_and_questions_of_a_seed_are_always_the_same() -> None:
    one, other = (questions(held_out_scenes(60, seed=7), each=20, seed=7) for _ in range(2))
    assert one == other


def test_what_went_wrong_is_counted() -> None:
    asked = Question(kind="k", text="q", right=frozenset({2, 3}), must=True)
    kept = Outcome(question=asked, units=(1, 2, 3), scores=(0.95, 0.8, 0.3), good=(True, True, False))
    lost = Outcome(question=asked, units=(1, 2), scores=(0.95, 0.3), good=(True, False))
    found = tally("k", [kept, lost])
    assert (found.nothing_good, found.lost, found.missed) == (0.0, 0.5, 0.5)
    assert (found.precision, found.recall) == (0.25, 0.25)
    assert (found.first, found.first_five, found.mrr) == (0.0, 1.0, 0.5)
    assert found.by_strictness == (0.0, 0.0, 0.5, 0.5, 1.0)


def test_where_nothing_is_right_anything_good_is_wrong() -> None:
    asked = Question(kind="k", text="q", right=frozenset(), must=False)
    quiet = Outcome(question=asked, units=(1,), scores=(0.4,), good=(False,))
    loud = Outcome(question=asked, units=(1,), scores=(0.8,), good=(True,))
    found = tally("k", [quiet, loud])
    assert (found.nothing_good, found.missed, found.lost) == (0.5, 0.5, None)
    assert found.by_strictness == pytest.approx((1.0, 1.0, 0.5, 0.5, 0.0))
    assert np.isfinite(found.by_strictness).all()
