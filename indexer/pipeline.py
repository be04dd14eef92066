"""From files to answers: the page that shows how a photo, a video or a recording becomes findable.

    MediaFile ──prepare──▶ Units + renditions ──embed──▶ vectors of pictures ──tag──▶ tags with their certainty
                             │      │ └──look, place──▶ colours, sharpness; city, country
                             │      └──faces, text, objects, caption──▶ people, writing, things, sentences
                             └─ sound ──transcribe──▶ spoken lines ──embed_speech──▶ vectors of what was said
                                      └─sound──▶ vectors of sounds ──sound_tag──▶ tags of what is heard
    AssetMetadata ──write──▶ sidecars, or the files themselves (`dam.metadata.write`)

Each arrow is a stage, remembered per asset and model in `StageRun`; `dam.types.plan` says which an asset needs. A
lane claims due rows under a lease, does them as a batch, and writes the results in the same transaction that marks
them done: kill any process at any moment, and what is unfinished is claimed again. The same pipeline runs in the
worker, in `manage.py index` and in tests.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.writers import metadata_writes
from dam.errors import ModelUnavailable
from dam.metadata.write import write_next
from dam.types import Stage
from indexer import leases
from indexer.caption import caption
from indexer.embed import by_model, embed, embed_speech
from indexer.faces import find_faces
from indexer.lanes import Lane, LaneRunner, heartbeat
from indexer.look import look
from indexer.objects import find_objects
from indexer.place import place
from indexer.prepare import make_proxy, prepare
from indexer.sound import embed_sound
from indexer.tag import tag
from indexer.tag_sounds import tag_sounds
from indexer.tools import Tools
from indexer.transcribe import transcribe
from indexer.writing import read_writing

log = structlog.get_logger(__name__)

MODEL_RETRY_S = 5.0  # weights may be on their way
_FILL_WAIT_S = 0.7  # how long a small batch waits for more pictures while files are still being decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A stage with its step and how many assets it takes at once."""

    stage: Stage
    step: Callable[[Sequence[StageRun], Tools], None]
    batch: int


# In the order in which they are looked for. Tags are sums over stored vectors: thousands of assets at once cost
# little more than one. What looks at every picture again takes a few, so that its lease and its progress stay fresh.
MEASURE = (
    Task(stage=Stage.PLACE, step=place, batch=500),
    Task(stage=Stage.TAG, step=tag, batch=4000),
    Task(stage=Stage.SOUND_TAG, step=tag_sounds, batch=4000),
    Task(stage=Stage.LOOK, step=look, batch=32),
)
UNDERSTAND = (
    Task(stage=Stage.FACES, step=find_faces, batch=8),
    Task(stage=Stage.SOUND, step=embed_sound, batch=2),
    Task(stage=Stage.TEXT, step=read_writing, batch=4),
    Task(stage=Stage.OBJECTS, step=find_objects, batch=8),
    Task(stage=Stage.CAPTION, step=caption, batch=4),
)


class Pipeline:
    """Decoding, encoding and listening side by side: pictures are embedded while later files are still decoded."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._runner: LaneRunner | None = None
        self._waiting_since: float | None = None
        self._without_model: dict[Stage, str] = {}

    def run_until_idle(self, stop: threading.Event | None = None) -> dict[str, str]:
        """Do all that is due; returns the lanes and stages that could not work, with their reasons."""
        stop = stop or threading.Event()
        tools = self._tools
        lanes = [
            *(
                Lane(name=f"decode-{number}", stages=frozenset({Stage.PREPARE, Stage.PROXY}), step=self._decode)
                for number in range(tools.limits.decoders)
            ),
            Lane(name="listen", stages=frozenset({Stage.TRANSCRIBE}), step=self._listen),
            Lane(name="measure", stages=frozenset(task.stage for task in MEASURE), step=self._measure),
            Lane(name="understand", stages=frozenset(task.stage for task in UNDERSTAND), step=self._understand),
            Lane(name="write", stages=frozenset(), step=self._write),
            Lane(name="encode", stages=frozenset({Stage.EMBED, Stage.EMBED_SPEECH}), step=self._encode),
        ]
        self._runner = LaneRunner(lanes, stop=stop, set_aside=lambda: frozenset(self._without_model))
        try:
            with heartbeat(tools.owner, lease_s=tools.limits.lease_s):
                self._runner.run()
        finally:
            leases.release(tools.owner)
            shutil.rmtree(tools.places.scratch / tools.owner.replace(":", "-"), ignore_errors=True)
        return self._runner.blocked | {stage.value: reason for stage, reason in self._without_model.items()}

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
        batch = self._tools.limits.embed_batch
        return self._batches(Stage.EMBED, embed, batch) or self._batches(Stage.EMBED_SPEECH, embed_speech, batch)

    def _write(self) -> bool:
        """One file at a time: what the user edited, to where it is to be kept."""
        return metadata_writes.any_due() and write_next(
            self._tools.bench, owner=self._tools.owner, lease_s=self._tools.limits.lease_s
        )

    def _measure(self) -> bool:
        """Do what costs little and needs no look at a large picture."""
        return self._first_due(MEASURE)

    def _understand(self) -> bool:
        """One model after the other, and on a machine without a GPU after everything can be found at all."""
        if not self._tools.has_gpu and jobs.due_count([Stage.PREPARE, Stage.EMBED]):
            return False
        return self._first_due(UNDERSTAND)

    def _first_due(self, tasks: Sequence[Task]) -> bool:
        for task in tasks:
            if task.stage in self._without_model:
                continue
            try:
                if self._batches(task.stage, task.step, task.batch):
                    return True
            except ModelUnavailable as error:
                log.warning("a model is not here yet; its work waits", stage=task.stage.value, reason=str(error))
                self._without_model[task.stage] = str(error)
        return False

    def _each(self, stage: Stage, step: Callable[[StageRun, Tools], None]) -> bool:
        runs = jobs.claim(stage, owner=self._tools.owner, limit=1, lease_s=self._tools.limits.lease_s)
        for run in runs:
            with self._held([run]):
                step(run, self._tools)
        return bool(runs)

    def _batches(self, stage: Stage, step: Callable[[Sequence[StageRun], Tools], None], limit: int) -> bool:
        runs = jobs.claim(stage, owner=self._tools.owner, limit=limit, lease_s=self._tools.limits.lease_s)
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
