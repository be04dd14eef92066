"""Who speaks a line, and the lines after it: named, renamed, taken back."""

from dataclasses import dataclass
from enum import StrEnum

from dam.catalog.readers import transcripts as reader
from dam.catalog.writers.spoken_lines import tidy_name
from dam.catalog.writers.transcripts import editing
from dam.errors import TranscriptError
from dam.transcripts.edit import GONE, Done
from dam.transcripts.models import line_models
from dam.types import LineDraft


class SpeakerScope(StrEnum):
    """Which lines somebody's name is for."""

    LINE = "line"  # this one
    TURN = "turn"  # this one and those after it, until somebody else speaks
    FOLLOWING = "following"  # this one and all later ones of the same speaker
    ALL = "all"  # all of the same speaker in this transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    lines: list[LineDraft]
    at: int


def say_speaker(
    unit_id: int, name: str, *, scope: SpeakerScope = SpeakerScope.LINE, until_ms: int | None = None
) -> Done:
    """Say who speaks a line ("": nobody known), and others with it: by `scope`, or all that begin before `until_ms`.

    Raises TranscriptError.
    """
    asset_id = reader.asset_of_line(unit_id)
    if asset_id is None:
        raise TranscriptError(GONE)
    wanted = tidy_name(name) if name.strip() else ""
    with editing([asset_id], models=line_models()) as change:
        lines = change.lines(asset_id)
        at = next((number for number, line in enumerate(lines) if line.unit_id == unit_id), None)
        if at is None:
            raise TranscriptError(GONE)
        chosen = _chosen(_Place(lines=lines, at=at), scope, until_ms)
        change.say_speakers(asset_id, dict.fromkeys(chosen, wanted))
        count = f"{len(chosen):,} line{'' if len(chosen) == 1 else 's'}"
        summary = f"{wanted} speaks {count}" if wanted else f"Nobody is named as the speaker of {count}"
        return Done(correction=change.journal(summary), summary=summary, unit_id=unit_id)


def rename_everywhere(name: str, wanted: str) -> Done | None:
    """Give a speaker another name in every transcript, or make two of them one. None where nobody is called so.

    Raises TranscriptError.
    """
    tidy = tidy_name(wanted)
    by_asset = reader.lines_of_speaker(name)
    if not by_asset:
        return None
    with editing(by_asset, models=line_models()) as change:
        for asset_id, units in by_asset.items():
            change.say_speakers(asset_id, dict.fromkeys(units, tidy))
        change.spell(tidy)
        files = f"{len(by_asset):,} file{'' if len(by_asset) == 1 else 's'}"
        summary = f"{name} is called {tidy} in {files}"
        return Done(correction=change.journal(summary), summary=summary)


def _chosen(place: _Place, scope: SpeakerScope, until_ms: int | None) -> list[int]:
    this, following = place.lines[place.at], place.lines[place.at + 1 :]
    if until_ms is not None:
        picked = [this, *(line for line in following if line.start_ms < until_ms)]
    elif scope is SpeakerScope.ALL:
        picked = [line for line in place.lines if line.speaker == this.speaker]
    elif scope is SpeakerScope.FOLLOWING:
        picked = [this, *(line for line in following if line.speaker == this.speaker)]
    elif scope is SpeakerScope.TURN:
        other = next((at for at, line in enumerate(following) if line.speaker != this.speaker), len(following))
        picked = [this, *following[:other]]
    else:
        picked = [this]
    return [line.unit_id for line in picked if line.unit_id is not None]
