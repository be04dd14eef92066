"""The step from an original to units and renditions: one decode per file, in a decoder child."""

import json
import shutil
from dataclasses import asdict

import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.readers.sources import source_of
from dam.catalog.writers.assets import mark_unsupported, record_prepared
from dam.catalog.writers.succession import rejoin
from dam.catalog.writers.units import record_proxy
from dam.engines.media.regions import Frame
from dam.errors import DamagedMedia, DecoderCrashed, MediaTooLarge, MediaVanished, StoreError, UnsupportedMedia
from dam.metadata.sidecars import sidecars_of
from dam.types import Prepared, SourceFile, Stage
from indexer.tools import Stopwatch, Tools, throttled

log = structlog.get_logger(__name__)

OFFLINE_RETRY_S = 300.0  # an unplugged drive: the scan makes the run due as soon as the drive is back
STORE_RETRY_S = 30.0  # a full disk: someone has to make room


def prepare(run: StageRun, tools: Tools) -> None:
    """Decode the original of a PREPARE run and record what it gave; every failure ends as a reason on the run."""
    source = source_of(run.asset_id)
    if source is None:
        jobs.postpone(run, "The file is not there now: its drive is not connected.", seconds=OFFLINE_RETRY_S)
        return
    scratch = tools.scratch(f"prepare-{run.pk}")
    try:
        _decode(run, source, tools)
    except UnsupportedMedia as error:
        mark_unsupported(run, str(error))
    except (DamagedMedia, MediaTooLarge) as error:
        jobs.fail(run, str(error), max_attempts=1, final=True)
    except (DecoderCrashed, MediaVanished) as error:
        jobs.fail(run, str(error), max_attempts=tools.limits.max_attempts)
    except StoreError as error:
        jobs.postpone(run, str(error), seconds=STORE_RETRY_S)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def make_proxy(run: StageRun, tools: Tools) -> None:
    """Encode a browser-playable copy for a PROXY run."""
    source = source_of(run.asset_id)
    if source is None:
        jobs.postpone(run, "The file is not there now: its drive is not connected.", seconds=OFFLINE_RETRY_S)
        return
    scratch = tools.scratch(f"proxy-{run.pk}")
    watch = Stopwatch()
    try:
        with throttled(lambda share: jobs.report_progress(run, share)) as on_progress:
            file = tools.reader.make_proxy(source, out_dir=scratch, on_progress=on_progress)
        record_proxy(run, file, renditions=tools.places.renditions, took_ms=watch.ms)
    except (DecoderCrashed, MediaVanished) as error:
        jobs.fail(run, str(error), max_attempts=tools.limits.max_attempts)
    except (DamagedMedia, MediaTooLarge, UnsupportedMedia) as error:
        jobs.fail(run, str(error), max_attempts=1, final=True)
    except StoreError as error:
        jobs.postpone(run, str(error), seconds=STORE_RETRY_S)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _decode(run: StageRun, source: SourceFile, tools: Tools) -> None:
    watch = Stopwatch()
    prepared = tools.reader.prepare(source, out_dir=tools.scratch(f"prepare-{run.pk}"))
    same = rejoin(run, prepared, renditions=tools.places.renditions)
    if same is not None:
        log.info("only its metadata was rewritten", asset=same)
        return
    _keep_sound(run.asset_id, prepared, tools)
    probe = prepared.probe
    frame = Frame(width=probe.width, height=probe.height, orientation=probe.orientation)
    record_prepared(
        run,
        prepared,
        renditions=tools.places.renditions,
        plan=tools.plan,
        took_ms=watch.ms,
        sidecars=sidecars_of(run.asset_id, frame=frame),
    )
    log.info("prepared", asset=run.asset_id, kind=prepared.probe.kind.value, ms=watch.ms)


def _keep_sound(asset_id: int, prepared: Prepared, tools: Tools) -> None:
    """Put sound and subtitles where the steps that listen find them, so that nothing is decoded twice."""
    sound, cues = tools.sound_of(asset_id), tools.cues_of(asset_id)
    if prepared.pcm is None and not prepared.subtitles:
        return
    sound.parent.mkdir(parents=True, exist_ok=True)
    if prepared.subtitles:
        found = {"language": prepared.subtitle_language, "cues": [asdict(cue) for cue in prepared.subtitles]}
        cues.write_text(json.dumps(found), encoding="utf-8")
    if prepared.pcm is not None and (tools.plan.of(Stage.SOUND) or not prepared.subtitles):
        prepared.pcm.replace(sound)
