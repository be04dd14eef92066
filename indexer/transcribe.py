"""The step from sound to spoken lines: subtitles where there are any, else the speech model."""

import json

import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.readers.sources import source_of, subtitles_of
from dam.catalog.writers.transcripts import record_transcript
from dam.engines.speech.cues import transcript_from_cues
from dam.errors import DecoderCrashed, EngineError, MediaError, MediaVanished, ModelUnavailable
from dam.types import SourceFile, SubtitleCue, Transcript, TranscriptSource
from indexer.prepare import OFFLINE_RETRY_S
from indexer.samples import drop_sound, read_samples
from indexer.tools import Stopwatch, Tools, throttled

log = structlog.get_logger(__name__)


def transcribe(run: StageRun, tools: Tools) -> None:
    """Write the transcript of a TRANSCRIBE run: a sidecar's or embedded subtitles, else what the model hears."""
    source = source_of(run.asset_id)
    watch = Stopwatch()
    try:
        transcript = _from_subtitles(run, tools) or _from_sound(run, source, tools)
    except ModelUnavailable:
        raise
    except (DecoderCrashed, MediaVanished, EngineError) as error:
        jobs.fail(run, str(error), max_attempts=tools.limits.max_attempts)
        return
    except MediaError as error:
        jobs.fail(run, str(error), max_attempts=1, final=True)
        return
    if transcript is None:
        jobs.postpone(run, "The file is not there now: its drive is not connected.", seconds=OFFLINE_RETRY_S)
        return
    if record_transcript(run, transcript, plan=tools.plan, took_ms=watch.ms):
        # Only now: a kill before this line leaves the sound for the next attempt.
        tools.cues_of(run.asset_id).unlink(missing_ok=True)
        drop_sound(run.asset_id, tools)
    log.info("transcribed", asset=run.asset_id, lines=len(transcript.segments), ms=watch.ms)


def _from_subtitles(run: StageRun, tools: Tools) -> Transcript | None:
    for sidecar, language in subtitles_of(run.asset_id):
        try:
            cues = tools.reader.read_subtitles(sidecar)
        except MediaError as error:
            log.warning("a subtitle file can't be used", asset=run.asset_id, reason=str(error))
            continue
        if cues:
            return transcript_from_cues(cues, language=language, source=TranscriptSource.SIDECAR)
    waiting = tools.cues_of(run.asset_id)
    if not waiting.exists():
        return None
    found = json.loads(waiting.read_text(encoding="utf-8"))
    embedded = tuple(SubtitleCue(**cue) for cue in found["cues"])
    return transcript_from_cues(embedded, language=found["language"], source=TranscriptSource.EMBEDDED)


def _from_sound(run: StageRun, source: SourceFile | None, tools: Tools) -> Transcript | None:
    """Return what the model hears, or None when neither the kept sound nor the original is there."""
    samples = read_samples(run, source, tools)
    if samples is None:
        return None
    if not len(samples):
        return Transcript(source=TranscriptSource.MODEL, model=run.model, language="", segments=())
    model = tools.engines.transcriber(run.model)
    with throttled(lambda share: jobs.report_progress(run, share)) as on_progress:
        return model.transcribe(samples, on_progress=on_progress)
