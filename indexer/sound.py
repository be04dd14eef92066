"""The step from kept sound to vectors: windows inside each unit, through the model, one transaction per asset."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.readers.sounding import SoundingUnit, sounding_units
from dam.catalog.readers.sources import source_of
from dam.catalog.writers.units import Look, record_embeddings
from dam.errors import DecoderCrashed, EngineError, MediaError, MediaVanished, ModelUnavailable
from dam.ports import SPEECH_RATE_HZ, Samples, SoundEmbedder, Vectors
from indexer.prepare import OFFLINE_RETRY_S
from indexer.samples import drop_sound, read_samples
from indexer.tools import Stopwatch, Tools, throttled

log = structlog.get_logger(__name__)

# Quieter than this is silence: the absolute gate of loudness meters, -70 LUFS (ITU-R BS.1770-5, annex 1), taken as
# the level of the samples, which for speech and room noise is within a few decibels of it.
SILENT_DBFS = -70.0
_SHORTEST_MS = 250  # of less, no model could say what it was
_BATCH = 16  # windows in memory at once: 5 MB of samples, and progress after every few seconds of work


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch `[start_ms, end_ms)` of one unit."""

    unit_id: int
    start_ms: int
    end_ms: int


def embed_sound(runs: Sequence[StageRun], tools: Tools) -> None:
    """Embed the sound of the runs' assets (all of one model), one asset after the other."""
    embedder = tools.engines.sounds(runs[0].model)
    for run in runs:
        _embed_one(run, embedder, tools)


def windows(units: Sequence[SoundingUnit], *, window_ms: int, duration_ms: int) -> list[Window]:
    """Cut units into windows of equal length, none longer than `window_ms`, as far as there is sound."""
    found = []
    for unit in units:
        end_ms = min(unit.end_ms or duration_ms, duration_ms)  # 0: a container that states no duration
        length_ms = end_ms - unit.start_ms
        if length_ms < _SHORTEST_MS:
            continue
        count = -(-length_ms // window_ms)
        edges = [unit.start_ms + length_ms * number // count for number in range(count + 1)]
        found += [
            Window(unit_id=unit.unit_id, start_ms=start, end_ms=end) for start, end in itertools.pairwise(edges)
        ]
    return found


def is_silent(samples: Samples) -> bool:
    """Tell whether a stretch lies below `SILENT_DBFS` all in all."""
    if not len(samples):
        return True
    wave = np.asarray(samples, dtype=np.float32) / 32768.0
    return float(np.mean(wave * wave)) < 10 ** (SILENT_DBFS / 10)


def _embed_one(run: StageRun, embedder: SoundEmbedder, tools: Tools) -> None:
    watch = Stopwatch()
    source = source_of(run.asset_id)
    try:
        samples = read_samples(run, source, tools)
        if samples is None:
            jobs.postpone(run, "The file is not there now: its drive is not connected.", seconds=OFFLINE_RETRY_S)
            return
        looks, vectors = _embed(run, samples, embedder)
    except ModelUnavailable:
        raise
    except (DecoderCrashed, MediaVanished, EngineError) as error:
        jobs.fail(run, str(error), max_attempts=tools.limits.max_attempts)
        drop_sound(run.asset_id, tools)
        return
    except MediaError as error:
        jobs.fail(run, str(error), max_attempts=1, final=True)
        drop_sound(run.asset_id, tools)
        return
    finally:
        # What was decoded again is as large as the recording is long; it must not wait for the end of all work.
        shutil.rmtree(tools.scratch(f"sound-{run.pk}"), ignore_errors=True)
    record_embeddings([run], looks, vectors, info=embedder.info, took_ms=watch.ms, plan=tools.plan)
    # Only now: a kill before this line leaves the sound for the next attempt.
    drop_sound(run.asset_id, tools)
    log.info("sounds embedded", asset=run.asset_id, windows=len(looks), ms=watch.ms)


def _embed(run: StageRun, samples: Samples, embedder: SoundEmbedder) -> tuple[list[Look], Vectors]:
    """Return a vector for every window that is not silent."""
    duration_ms = len(samples) * 1000 // SPEECH_RATE_HZ
    cut = windows(sounding_units(run.asset_id), window_ms=embedder.window_ms, duration_ms=duration_ms)
    looks: list[Look] = []
    parts: list[Vectors] = [np.zeros((0, embedder.info.dimensions), dtype=np.float32)]
    with throttled(lambda share: jobs.report_progress(run, share)) as on_progress:
        for done, batch in _batches(cut):
            heard = [(window, part) for window in batch if not is_silent(part := _samples_of(window, samples))]
            if heard:
                parts.append(embedder.embed_sounds([part for _, part in heard]))
                looks += [Look(unit_id=window.unit_id, at_ms=window.start_ms) for window, _ in heard]
            on_progress(done / len(cut))
    return looks, np.concatenate(parts)


def _batches(cut: Sequence[Window]) -> Iterator[tuple[int, Sequence[Window]]]:
    for start in range(0, len(cut), _BATCH):
        batch = cut[start : start + _BATCH]
        yield start + len(batch), batch


def _samples_of(window: Window, samples: Samples) -> Samples:
    """Copy a window out of the mapped file, so that nothing of it stays mapped."""
    start, end = (ms * SPEECH_RATE_HZ // 1000 for ms in (window.start_ms, window.end_ms))
    return np.array(samples[start:end], dtype=np.int16)
