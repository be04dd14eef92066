"""From files to answers: the page that shows how a photo, a video or a recording becomes findable.

    MediaFile ──prepare──▶ Units + renditions ──embed───────▶ vectors of pictures
                                │
                                └─ sound ──transcribe──▶ spoken lines ──embed_speech──▶ vectors of what was said

Each arrow is a stage, remembered per asset and model in `StageRun`. A lane claims due rows under a lease, does them
as a batch, and writes the results in the same transaction that marks them done: kill any process at any moment, and
what is unfinished is claimed again. The same pipeline runs in the worker, in `manage.py index` and in tests.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.errors import ModelUnavailable
from dam.types import Stage
from indexer.embed import by_model, embed, embed_speech
from indexer.lanes import Lane, LaneRunner, heartbeat
from indexer.prepare import make_proxy, prepare
from indexer.tools import Tools
from indexer.transcribe import transcribe

log = structlog.get_logger(__name__)

MODEL_RETRY_S = 5.0  # weights may be on their way
_FILL_WAIT_S = 0.7  # how long a small batch waits for more pictures while files are still being decoded


class Pipeline:
    """Decoding, encoding and listening side by side: pictures are embedded while later files are still decoded."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._runner: LaneRunner | None = None
        self._waiting_since: float | None = None

    def run_until_idle(self, stop: threading.Event | None = None) -> dict[str, str]:
        """Do all that is due; returns the lanes that could not work, with their reasons (empty: all could)."""
        stop = stop or threading.Event()
        tools = self._tools
        lanes = [
            *(
                Lane(name=f"decode-{number}", stages=frozenset({Stage.PREPARE, Stage.PROXY}), step=self._decode)
                for number in range(tools.limits.decoders)
            ),
            Lane(name="listen", stages=frozenset({Stage.TRANSCRIBE}), step=self._listen),
            Lane(name="encode", stages=frozenset({Stage.EMBED, Stage.EMBED_SPEECH}), step=self._encode),
        ]
        self._runner = LaneRunner(lanes, stop=stop)
        try:
            with heartbeat(tools.owner, lease_s=tools.limits.lease_s):
                self._runner.run()
        finally:
            jobs.release(tools.owner)
            shutil.rmtree(tools.places.scratch / tools.owner.replace(":", "-"), ignore_errors=True)
        return self._runner.blocked

    def _decode(self) -> bool:
        """One original at a time per lane: as many at once as there are decoder children. Proxies come last."""
        return self._each(Stage.PREPARE, prepare) or self._each(Stage.PROXY, make_proxy)

    def _listen(self) -> bool:
        """One recording at a time: a speech model keeps every core busy by itself."""
        return self._each(Stage.TRANSCRIBE, transcribe)

    def _encode(self) -> bool:
        """As many assets at once as fill a batch of the encoder."""
        if self._worth_waiting():
            return False
        return self._batches(Stage.EMBED, embed) or self._batches(Stage.EMBED_SPEECH, embed_speech)

    def _each(self, stage: Stage, step: Callable[[StageRun, Tools], None]) -> bool:
        runs = jobs.claim(stage, owner=self._tools.owner, limit=1, lease_s=self._tools.limits.lease_s)
        for run in runs:
            with self._held([run]):
                step(run, self._tools)
        return bool(runs)

    def _batches(self, stage: Stage, step: Callable[[Sequence[StageRun], Tools], None]) -> bool:
        limits = self._tools.limits
        runs = jobs.claim(stage, owner=self._tools.owner, limit=limits.embed_batch, lease_s=limits.lease_s)
        for batch in by_model(runs):
            with self._held(batch):
                step(batch, self._tools)
        return bool(runs)

    @contextmanager
    def _held(self, runs: Sequence[StageRun]) -> Iterator[None]:
        """Never leave a claim hanging: our heartbeat would renew it for ever."""
        try:
            yield
        except ModelUnavailable:
            jobs.give_back(runs, after_s=MODEL_RETRY_S)
            raise
        except Exception as error:
            # The rim of a step: a fault of ours ends as a reason on the row, like a fault of the file.
            log.exception("a step failed", assets=[run.asset_id for run in runs])
            for run in runs:
                reason = f"An unexpected problem ({type(error).__name__}: {error}); please report it."
                jobs.fail(run, reason, max_attempts=self._tools.limits.max_attempts)

    def _worth_waiting(self) -> bool:
        """Tell whether a fuller batch is near: a batch of one costs half as much as a batch of sixteen."""
        due = jobs.due_count([Stage.EMBED, Stage.EMBED_SPEECH])
        runner = self._runner
        if due == 0 or due >= self._tools.limits.embed_batch or runner is None or not runner.busy("decode"):
            self._waiting_since = None
            return False
        now = time.monotonic()
        self._waiting_since = self._waiting_since or now
        if now - self._waiting_since < _FILL_WAIT_S:
            return True
        self._waiting_since = None
        return False
