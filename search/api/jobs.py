"""Jobs: how far indexing is, what failed and why, and trying again; and changes taken back."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from dam.catalog import jobs
from dam.catalog.readers import activity
from dam.types import Stage
from search.api.errors import Refused, answers
from search.api.guard import MAY_ADMINISTER, MAY_WRITE
from search.api.types import Body, BodyId, Id
from search.corrections import take_back

router = Router()


class StageOut(Schema):
    """One step of indexing over the whole library, in assets."""

    stage: Stage
    left: int
    running: int
    done: int
    failed: int
    per_minute: float = Field(description="Over the last minute.")
    eta_s: float | None = Field(description="Seconds that are left at that rate, or null while it is unknown.")


class WorkingOut(Schema):
    """What a worker holds now."""

    asset_id: int
    name: str
    stage: Stage
    progress: float = Field(description="0 to 1.")


class JobsOut(Schema):
    """What is going on."""

    busy: bool
    pending_assets: int = Field(description="So many of `assets` are not finished.")
    assets: int
    waiting_files: int = Field(description="Files that were seen and not opened yet.")
    eta_s: float | None
    stages: list[StageOut]
    working: list[WorkingOut]


class FailureOut(Schema):
    """Files that are not simply ready, for one reason."""

    state: str = Field(description="partial, unsupported or quarantined; skipped for files that were never opened.")
    reason: str
    count: int
    asset_ids: list[int]
    samples: list[str] = Field(description="A few of their paths.")


class FailureList(Schema):
    """What failed, by reason, the largest group first; of 2,000 assets at most."""

    failures: list[FailureOut]


class Retry(Body):
    """What is to be tried again: these assets, or null for all that failed."""

    assets: Annotated[list[BodyId], Field(min_length=1, max_length=1000)] | None = None


class Retried(Schema):
    """How many jobs are due again."""

    count: int


class Undone(Schema):
    """What was taken back."""

    summary: str


@router.get("jobs", response=answers(JobsOut), summary="How far indexing is")
def get_jobs(request: HttpRequest) -> Any:
    """Return the progress of each stage, and what is being worked on."""
    now = activity.activity()
    return JobsOut(
        busy=now.busy,
        pending_assets=now.ring.pending,
        assets=now.ring.total,
        waiting_files=now.waiting_files,
        eta_s=now.eta_s,
        stages=[
            StageOut(
                stage=each.stage,
                left=each.left,
                running=each.running,
                done=each.done,
                failed=each.failed,
                per_minute=round(each.per_minute, 2),
                eta_s=each.eta_s,
            )
            for each in now.stages
        ],
        working=[
            WorkingOut(asset_id=each.asset_id, name=each.name, stage=each.stage, progress=each.progress)
            for each in now.working
        ],
    )


@router.get("jobs/failures", response=answers(FailureList), summary="What failed, and why")
def list_failures(request: HttpRequest) -> Any:
    """Return what is not simply ready, grouped by reason."""
    return FailureList(
        failures=[
            FailureOut(
                state=str(group.state),
                reason=group.reason,
                count=group.count,
                asset_ids=list(group.asset_ids),
                samples=list(group.samples),
            )
            for group in activity.failures()
        ]
    )


@router.post("jobs/retry", response=answers(Retried, 400, 415), auth=MAY_ADMINISTER, summary="Try again")
def retry_jobs(request: HttpRequest, body: Retry) -> Any:
    """Make what failed due again; a worker takes it within a second."""
    return Retried(count=jobs.retry(asset_ids=body.assets))


@router.post(
    "corrections/{correction_id}/undo",
    response=answers(Undone, 409, 415),
    auth=MAY_WRITE,
    summary="Take a change back",
    tags=["corrections"],
)
def undo_correction(request: HttpRequest, correction_id: Id) -> Any:
    """Undo a change of people, tags or collections; 409 where it is undone already, or there is none."""
    undone = take_back([correction_id])
    if not undone:
        raise Refused(409, "undone", "That is undone already, or never was.")
    return Undone(summary=undone[0])
