"""The vocabulary that ships, the form of its files, and the user's own words in theirs."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dam.catalog.lexicon import folded
from dam.ports import ModelInfo
from dam.tagging.own import parse_word_lines
from dam.tagging.tuning import STARTER, prompts, tuning
from dam.tagging.vocabulary import Concept, merged, read_words, shipped_vocabulary, tag_model

VOCABULARY = shipped_vocabulary()
STARTER_INFO = ModelInfo(name=STARTER, space=f"picture:{STARTER}", logit_scale=26.0, logit_bias=-5.5)
CLIP_INFO = ModelInfo(name="some-clip", space="picture:some-clip", logit_scale=100.0)


def test_it_has_some_fifteen_hundred_concepts_in_many_groups() -> None:
    assert 1_400 <= len(VOCABULARY.asked) <= 1_800
    assert len({concept.key.split("/")[0] for concept in VOCABULARY.concepts}) >= 25
    assert sum(len(concept.synonyms) for concept in VOCABULARY.concepts) >= 600


def test_no_word_means_two_concepts() -> None:
    meaning = defaultdict(set)
    for concept in VOCABULARY.asked:
        for word in (concept.name, *concept.synonyms):
            meaning[folded(word)].add(concept.key)
    assert {word: keys for word, keys in meaning.items() if len(keys) > 1} == {}


def test_keys_are_unique_short_and_below_their_parent() -> None:
    keys = [concept.key for concept in VOCABULARY.concepts]
    assert len(set(keys)) == len(keys)
    assert max(map(len, keys)) <= 200
    for concept in VOCABULARY.concepts:
        if concept.parent:
            assert concept.key.startswith(f"{concept.parent}/")
            assert concept.parent in VOCABULARY.by_key


def test_names_are_plain_lower_case_singular() -> None:
    for concept in VOCABULARY.concepts:
        assert concept.name == concept.name.lower().strip()
        assert len(concept.name) <= 40


def test_a_group_of_which_one_is_true_has_at_least_two() -> None:
    groups = defaultdict(list)
    for concept in VOCABULARY.concepts:
        if concept.one_of:
            groups[concept.one_of].append(concept.name)
    assert {"time of day", "inside or outside", "season"} <= set(groups)
    assert all(len(names) > 1 for names in groups.values())


def test_a_line_gives_name_synonyms_prompts_and_group() -> None:
    lines = ["(sky)  # a heading", "  night = night-time, dark > at night | a night scene {time of day}"]
    concepts, bad = read_words(lines)
    assert not bad
    assert concepts[0] == Concept(key="sky", name="sky", asked=False)
    assert concepts[1] == Concept(
        key="sky/night",
        name="night",
        parent="sky",
        synonyms=("night-time", "dark"),
        prompts=("at night", "a night scene"),
        one_of="time of day",
    )


@pytest.mark.parametrize("line", ["= synonym", "   three spaces", "      too deep", "a (b", "name > ask {one} more"])
def test_a_line_that_makes_no_sense_is_told(line: str) -> None:
    concepts, bad = read_words(["first", line])
    assert [concept.name for concept in concepts] == ["first"]
    assert [one.number for one in bad] == [2]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_words(text: str) -> None:
    read_words(text.splitlines())
    found = parse_word_lines(text)
    keys = [concept.key for concept in found.concepts]
    assert len(keys) == len(set(keys))
    words = [folded(concept.name) for concept in found.concepts]
    assert len(words) == len(set(words))
    assert not set(words) & set(VOCABULARY.words)
    known = {*keys, *VOCABULARY.by_key}
    assert all(not concept.parent or concept.parent in known for concept in found.concepts)
    merged(VOCABULARY, found.concepts).digest  # noqa: B018 - it can be computed


def test_own_words_have_parents_and_synonyms() -> None:
    found = parse_word_lines("# mine\nmy town/old market = market hall\ndog/Rex\nmy town/our school\n")
    assert not found.bad
    by_name = {concept.name: concept for concept in found.concepts}
    assert by_name["old market"].parent == by_name["my town"].key
    assert by_name["our school"].parent == by_name["my town"].key
    assert by_name["old market"].synonyms == ("market hall",)
    assert VOCABULARY.by_key[by_name["Rex"].parent].name == "dog"
    assert all(concept.own for concept in found.concepts)


def test_lines_of_the_file_that_cannot_be_used_are_told_and_the_others_kept() -> None:
    found = parse_word_lines("sunset\n!!!\nmy bike\nmy bike\na/b/c/d/e\n" + "x" * 90 + "\nmy boat = ship\n")
    assert [concept.name for concept in found.concepts] == ["my bike", "my boat"]
    assert [line.number for line in found.bad] == [1, 2, 4, 5, 6, 7]
    assert "already" in found.bad[0].reason


def test_own_words_stand_first_and_change_the_digest() -> None:
    own = parse_word_lines("my bike").concepts
    both = merged(VOCABULARY, own)
    assert both.concepts[0].name == "my bike"
    assert both.digest != VOCABULARY.digest
    assert len(both.digest) == 8
    assert merged(VOCABULARY, own).digest == both.digest
    assert tag_model("some-clip", both) == f"some-clip+{both.digest}"


def test_the_model_of_the_drawn_world_is_asked_for_what_it_was_taught_alone() -> None:
    usual = tuning(STARTER_INFO)
    known = {concept.name for concept in VOCABULARY.asked if prompts(concept, usual)}
    assert known == {
        *("car", "bus", "bicycle", "boat", "sailboat", "house", "lighthouse", "windmill", "tree", "hot air balloon"),
        *("airplane", "tent", "umbrella", "dog", "beach", "sea", "lake", "mountain", "city", "forest", "desert"),
        *("field", "snow", "daylight", "sunset", "night", "fog", "rain"),
    }


def test_the_users_phrases_of_the_drawn_world_can_be_asked_too() -> None:
    usual = tuning(STARTER_INFO)
    for name, asked in (("Red car", ("red car",)), ("blue boat at night", ("blue boat at night",)), ("my bike", ())):
        assert prompts(Concept(key=f"own/{name}", name=name, own=True), usual) == asked


def test_other_models_are_asked_in_several_ways_and_by_the_prompt_where_the_word_is_ambiguous() -> None:
    crane = VOCABULARY.by_key[VOCABULARY.words[folded("crane bird")]]
    asked = prompts(crane, tuning(CLIP_INFO))
    assert "a photo of a crane, the long-legged bird" in asked
    assert len(asked) > 1
