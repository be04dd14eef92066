"""Which stages an asset needs, and what follows once its vectors are there."""

import pytest

from dam.types import SWAPPED, MediaKind, Plan, Stage
from dam.types.plan import UPSTREAM, Traits

OLD, NEW = "old", "new"
PLAN = Plan(
    models={
        Stage.EMBED: (NEW, OLD),
        Stage.TRANSCRIBE: ("speech-new", "speech-old"),
        Stage.LOOK: ("look-1",),
        Stage.PLACE: ("place-1",),
        Stage.FACES: ("faces",),
        Stage.TEXT: ("text",),
        Stage.OBJECTS: ("objects-new", "objects-old"),
        Stage.SOUND: ("sounds-new", "sounds-old"),
        Stage.TAG: ("new+1a2b", "old+1a2b"),
        Stage.SOUND_TAG: ("sounds-new+3c", "sounds-old+3c"),
    }
)
PICTURED = {
    (Stage.EMBED, NEW),
    (Stage.EMBED, OLD),
    (Stage.LOOK, "look-1"),
    (Stage.FACES, "faces"),
    (Stage.TEXT, "text"),
    (Stage.OBJECTS, "objects-new"),
    (Stage.OBJECTS, "objects-old"),
}
HEARD = {(Stage.SOUND, "sounds-new"), (Stage.SOUND, "sounds-old")}
SPOKEN = {(Stage.TRANSCRIBE, "speech-new")}


@pytest.mark.parametrize(
    ("traits", "due"),
    [
        (Traits(kind=MediaKind.PHOTO, pictured=True), PICTURED),
        (Traits(kind=MediaKind.PHOTO, pictured=True, placed=True), PICTURED | {(Stage.PLACE, "place-1")}),
        (Traits(kind=MediaKind.VIDEO, pictured=True, audible=True), PICTURED | HEARD | SPOKEN),
        (Traits(kind=MediaKind.VIDEO, pictured=True), PICTURED | SPOKEN),
        (Traits(kind=MediaKind.AUDIO, audible=True), HEARD | SPOKEN),
        (Traits(kind=MediaKind.AUDIO, pictured=True, audible=True), PICTURED | HEARD | SPOKEN),
        (
            Traits(kind=MediaKind.VIDEO, pictured=True, browser_playable=False),
            PICTURED | SPOKEN | {(Stage.PROXY, "")},
        ),
        (Traits(kind=MediaKind.AUDIO, browser_playable=False), SPOKEN),
    ],
    ids=["photo", "placed photo", "film", "silent film", "sound", "sound with a cover", "odd film", "odd sound"],
)
def test_each_kind_gets_the_stages_that_are_for_it(traits: Traits, due: set[tuple[Stage, str]]) -> None:
    asked = list(PLAN.first_stages(traits))
    assert set(asked) == due
    assert len(asked) == len(due), "no stage twice"


def test_a_stage_without_a_model_is_not_run() -> None:
    plan = Plan(models={Stage.EMBED: (OLD,)})
    everything = Traits(kind=MediaKind.VIDEO, pictured=True, audible=True, placed=True)
    assert list(plan.first_stages(everything)) == [(Stage.EMBED, OLD)]
    assert list(Plan().first_stages(everything)) == []
    assert plan.of(Stage.FACES) == ()


def test_a_recording_is_heard_by_the_newest_model_alone() -> None:
    sound = Traits(kind=MediaKind.AUDIO)
    assert list(PLAN.first_stages(sound)) == [(Stage.TRANSCRIBE, "speech-new")]


@pytest.mark.parametrize(
    ("stage", "model", "due"),
    [
        (Stage.EMBED, NEW, [(Stage.TAG, "new+1a2b")]),
        (Stage.EMBED, OLD, [(Stage.TAG, "old+1a2b")]),
        (Stage.SOUND, "sounds-old", [(Stage.SOUND_TAG, "sounds-old+3c")]),
        (Stage.EMBED, "sounds-old", []),
        (Stage.EMBED, "another", []),
        (Stage.EMBED_SPEECH, NEW, []),
        (Stage.OBJECTS, "objects-new", []),
    ],
)
def test_vectors_are_followed_by_the_tags_of_their_own_model(
    stage: Stage, model: str, due: list[tuple[Stage, str]]
) -> None:
    assert list(PLAN.stages_after(stage, model)) == due


def test_a_model_with_a_plus_in_its_name_is_told_from_its_vocabulary() -> None:
    plan = Plan(models={Stage.EMBED: ("a+b",), Stage.TAG: ("a+b+9f", "a+77")})
    assert list(plan.stages_after(Stage.EMBED, "a+b")) == [(Stage.TAG, "a+b+9f")]
    assert list(plan.stages_after(Stage.EMBED, "a")) == [(Stage.TAG, "a+77")]


def test_what_follows_others_is_no_first_stage_and_what_is_swapped_is_of_one_model_at_a_time() -> None:
    everything = Traits(kind=MediaKind.VIDEO, pictured=True, audible=True, placed=True, browser_playable=False)
    first = {stage for stage, _ in PLAN.first_stages(everything)}
    assert first & set(UPSTREAM) == set()
    assert set(SWAPPED) - first == {Stage.TAG, Stage.SOUND_TAG, Stage.CAPTION}
    assert {Stage.EMBED, Stage.TRANSCRIBE} & set(SWAPPED) == set()
