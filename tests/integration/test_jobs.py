"""Claims, leases, failures: what is left is known by the database alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dam.catalog import jobs
from dam.catalog.models import Asset, StageRun
from dam.types import AssetState, Stage, StageState

pytestmark = pytest.mark.django_db


@pytest.fixture
def assets() -> list[int]:
    made = [Asset.objects.create(fingerprint=f"{number:064d}", size_bytes=1).pk for number in range(5)]
    jobs.enqueue(made, stage=Stage.PREPARE)
    return made


def claim(owner: str = "here:1", limit: int = 10, lease_s: int = 60) -> list[StageRun]:
    return jobs.claim(Stage.PREPARE, owner=owner, limit=limit, lease_s=lease_s)


def lapse() -> None:
    """Let every lease run out."""
    StageRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_each_row_is_claimed_once(assets: list[int]) -> None:
    first, second, third = claim("a:1", limit=3), claim("b:2", limit=3), claim("c:3")
    assert [len(part) for part in (first, second, third)] == [3, 2, 0]
    assert {run.asset_id for run in first + second} == set(assets)


def test_enqueue_twice_leaves_one_row(assets: list[int]) -> None:
    jobs.enqueue(assets, stage=Stage.PREPARE)
    assert StageRun.objects.count() == len(assets)


def test_the_stages_of_many_assets_are_added_by_one_statement(assets: list[int]) -> None:
    wanted = [(Stage.PREPARE, ""), (Stage.EMBED, "a"), (Stage.EMBED, "b"), (Stage.LOOK, "look-1")]
    with CaptureQueriesContext(connection) as queries:
        assert jobs.enqueue_stages(assets, wanted) == 20
    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    rows = StageRun.objects.values_list("asset_id", "stage", "model")
    assert set(rows) == {(asset, stage, model) for asset in assets for stage, model in wanted}
    assert len(rows) == 20, "what was there stays"


def test_lower_priority_number_runs_first(assets: list[int]) -> None:
    StageRun.objects.filter(asset_id=assets[3]).update(priority=-1)
    assert claim(limit=1)[0].asset_id == assets[3]


def test_lapsed_lease_is_taken_over_and_the_first_owner_loses_its_claim(assets: list[int]) -> None:
    (mine,) = claim("a:1", limit=1)
    lapse()
    theirs = claim("b:2")
    assert mine.asset_id in {run.asset_id for run in theirs}
    assert not jobs.still_ours(mine)
    assert jobs.ours(theirs) == theirs


def test_renewed_lease_is_kept(assets: list[int]) -> None:
    mine = claim("a:1")
    lapse()
    assert jobs.renew("a:1", lease_s=60) == len(mine)
    assert claim("b:2") == []


def test_failed_attempt_waits_and_the_last_one_is_final(assets: list[int]) -> None:
    for attempt in range(1, 4):
        StageRun.objects.update(due_at=timezone.now())
        run = next(run for run in claim() if run.asset_id == assets[0])
        jobs.fail(run, "the decoder died", max_attempts=3)
        row = StageRun.objects.get(asset_id=assets[0])
        assert row.attempts == attempt
        assert row.state == (StageState.FAILED if attempt == 3 else StageState.DUE)
    asset = Asset.objects.get(pk=assets[0])
    assert (asset.state, asset.reason) == (AssetState.QUARANTINED, "the decoder died")


def test_failed_attempt_is_not_due_at_once(assets: list[int]) -> None:
    jobs.fail(claim(limit=1)[0], "busy", max_attempts=3)
    assert len(claim()) == len(assets) - 1


def test_file_that_kills_every_worker_is_given_up(assets: list[int]) -> None:
    StageRun.objects.exclude(asset_id=assets[0]).delete()
    for _ in range(jobs.MAX_LOSSES):
        assert len(claim()) == 1
        lapse()
    assert claim() == []
    assert Asset.objects.get(pk=assets[0]).state == AssetState.QUARANTINED


def test_work_of_a_dead_process_comes_back_and_that_of_a_live_one_stays(assets: list[int]) -> None:
    host = jobs.worker_name().rpartition(":")[0]
    claim(f"{host}:4194303", limit=2)  # above the kernel's largest process id
    claim(f"{host}:1", limit=1)
    assert jobs.release_dead() == 2
    assert StageRun.objects.filter(state=StageState.RUNNING).count() == 1


def test_release_gives_back_without_counting_a_loss(assets: list[int]) -> None:
    claim("a:1")
    assert jobs.release("a:1") == len(assets)
    assert set(StageRun.objects.values_list("state", "losses")) == {(StageState.DUE, 0)}


def test_retry_makes_failures_due_again_and_the_asset_pending(assets: list[int]) -> None:
    jobs.fail(claim(limit=1)[0], "cut", max_attempts=1)
    failed = Asset.objects.get(state=AssetState.QUARANTINED)
    assert jobs.retry(asset_ids=[failed.pk]) == 1
    failed.refresh_from_db()
    assert (failed.state, failed.reason) == (AssetState.PENDING, "")


def test_postponed_run_counts_no_attempt(assets: list[int]) -> None:
    jobs.postpone(claim(limit=1)[0], "the drive is not connected", seconds=100)
    row = StageRun.objects.get(state=StageState.DUE, error="the drive is not connected")
    assert row.attempts == 0
    assert len(claim()) == len(assets) - 1


def test_next_due_names_the_wait(assets: list[int]) -> None:
    assert jobs.next_due_s() == 0.0
    for run in claim():
        jobs.postpone(run, "later", seconds=50)
    wait = jobs.next_due_s()
    assert wait is not None
    assert 40 < wait <= 50
    StageRun.objects.all().delete()
    assert jobs.next_due_s() is None
