"""Pinned queries: searches that must find an asset, and how far down they found it, run by run."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.types import RunCause


class PinnedQuery(models.Model):
    """A search (as in Collection) that must find an asset; where the times are given, that stretch of it."""

    asked = models.JSONField()
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="pins")
    start_ms = models.BigIntegerField(null=True)
    end_ms = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.asked.get('q', '')} finds asset {self.asset_id}"


class PinRun(models.Model):
    """All pinned queries asked once. `parts` name what decides an answer, each by its model or a digest.

    `recall` is {"1": share of the queries that found their asset at the first place, "5": …}. `compared`: it was
    asked of a pack that was not in use then.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    cause = models.CharField(max_length=12, choices=[(cause.value, cause.value) for cause in RunCause])
    pack = models.CharField(max_length=64)
    compared = models.BooleanField(default=False)
    identity = models.CharField(max_length=16)
    parts = models.JSONField()
    pins = models.IntegerField()
    found = models.IntegerField()
    recall = models.JSONField()
    mean_reciprocal_rank = models.FloatField()
    mean_rank = models.FloatField(null=True)  # of those that were found
    took_ms = models.IntegerField()

    def __str__(self) -> str:
        return f"run {self.pk} with {self.pack}"


class PinResult(models.Model):
    """Where one run found what a pinned query must find: `rank` from 1 on, null where it is not among the hits."""

    run = models.ForeignKey(PinRun, models.CASCADE, related_name="results")
    pin = models.ForeignKey(PinnedQuery, models.CASCADE, related_name="results")
    rank = models.IntegerField(null=True)
    score = models.FloatField(null=True)
    good = models.BooleanField(default=False)
    problem = models.TextField(blank=True)  # why the query could not be asked

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "pin"], name="one_result_a_run")]

    def __str__(self) -> str:
        return f"pin {self.pin_id} at {self.rank}"


class PinTurn(models.Model):
    """The one row by which processes take turns at running: claimed by one UPDATE, until `until`."""

    owner = models.CharField(max_length=64, blank=True)
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.owner or "free"
