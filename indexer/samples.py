"""The sound of an asset as samples: kept from its decode until every stage that listens has heard it."""

from pathlib import Path

import numpy as np

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.ports import Samples
from dam.types import SourceFile, Stage
from indexer.tools import Tools

LISTENERS = (Stage.TRANSCRIBE, Stage.SOUND)


def read_samples(run: StageRun, source: SourceFile | None, tools: Tools) -> Samples | None:
    """Return the sound (16 kHz mono, mapped from disk; empty where the file has none).

    None when neither the kept sound nor the original is there. Raises MediaError.
    """
    sound: Path | None = tools.sound_of(run.asset_id)
    if sound is None or not sound.exists():
        if source is None:
            return None
        sound = tools.reader.read_sound(source, out_dir=tools.scratch(f"sound-{run.pk}"))
    if sound is None or sound.stat().st_size < 2:
        return np.empty(0, dtype=np.int16)
    return np.memmap(sound, dtype="<i2", mode="r")


def drop_sound(asset_id: int, tools: Tools) -> None:
    """Delete the kept sound, unless a stage that listens is still to come."""
    if not jobs.any_left(LISTENERS, asset_id=asset_id):
        tools.sound_of(asset_id).unlink(missing_ok=True)
