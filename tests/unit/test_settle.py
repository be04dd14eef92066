"""An asset's state follows from its stages alone."""

import pytest

from dam.catalog.settle import decide
from dam.types import AssetState, Stage, StageState

DONE_ALL = [(Stage.PREPARE, StageState.DONE, ""), (Stage.EMBED, StageState.DONE, "")]


@pytest.mark.parametrize(
    ("stages", "unsupported", "expected"),
    [
        (DONE_ALL, False, (AssetState.READY, "")),
        ([*DONE_ALL, (Stage.TRANSCRIBE, StageState.RUNNING, "")], False, (AssetState.PENDING, "")),
        ([*DONE_ALL, (Stage.PROXY, StageState.DUE, "")], False, (AssetState.READY, "")),
        ([(Stage.PREPARE, StageState.DUE, "first attempt failed")], False, (AssetState.PENDING, "")),
        ([(Stage.PREPARE, StageState.FAILED, "cut")], False, (AssetState.QUARANTINED, "cut")),
        ([(Stage.PREPARE, StageState.FAILED, "a text")], True, (AssetState.UNSUPPORTED, "a text")),
        (
            [(Stage.PREPARE, StageState.DONE, "the end is cut"), (Stage.EMBED, StageState.DONE, "")],
            False,
            (AssetState.PARTIAL, "the end is cut"),
        ),
        (
            [*DONE_ALL, (Stage.TRANSCRIBE, StageState.FAILED, "no words")],
            False,
            (AssetState.PARTIAL, "no words"),
        ),
    ],
)
def test_state_follows_from_stages(
    stages: list[tuple[str, str, str]], unsupported: bool, expected: tuple[AssetState, str]
) -> None:
    assert decide(stages, unsupported=unsupported) == expected


def test_reason_is_said_once_when_two_stages_share_it() -> None:
    stages = [
        (Stage.PREPARE, StageState.DONE, ""),
        (Stage.EMBED, StageState.FAILED, "the model failed"),
        (Stage.EMBED_SPEECH, StageState.FAILED, "the model failed"),
    ]
    assert decide(stages, unsupported=False) == (AssetState.PARTIAL, "the model failed")
