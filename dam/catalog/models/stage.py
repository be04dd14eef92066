"""What is left to do: one row per asset, stage and model, which is also the job with its lease."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.types import Stage, StageState


class StageRun(models.Model):
    """One stage of one asset by one model. The database knows what is left, never the broker.

    A worker claims DUE rows (and RUNNING ones whose lease ran out) by one UPDATE, and renews the lease while it
    works. `model` is "" for stages that need none. `due_at` lets a failed attempt wait before the next.
    """

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="stages")
    stage = models.CharField(max_length=12, choices=[(stage.value, stage.value) for stage in Stage])
    model = models.CharField(max_length=160, blank=True)
    state = models.CharField(
        max_length=7,
        choices=[(state.value, state.value) for state in StageState],
        default=StageState.DUE,
    )
    priority = models.IntegerField(default=0)  # lower runs first
    attempts = models.IntegerField(default=0)  # that ended in a failure
    losses = models.IntegerField(default=0)  # claims in a row that never came to an end: the worker died
    owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(auto_now_add=True)
    error = models.TextField(blank=True)
    progress = models.FloatField(default=0.0)  # 0..1, of long work
    took_ms = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "stage", "model"], name="stage_once_per_model")]
        indexes = [
            models.Index(fields=["state", "stage", "priority", "id"], name="stage_to_claim"),
            models.Index(fields=["finished_at"], name="stage_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.asset_id}: {self.state}"


class StageModel(models.Model):
    """Which model's rows a stage shows, and which one's are being made beside them ("": none)."""

    stage = models.CharField(max_length=12, unique=True, choices=[(stage.value, stage.value) for stage in Stage])
    model = models.CharField(max_length=160)
    building = models.CharField(max_length=160, blank=True)

    def __str__(self) -> str:
        return f"{self.stage}: {self.model}"


class ActivePack(models.Model):
    """The one row that names the pack in use, and the one being built beside it."""

    name = models.CharField(max_length=64)
    building = models.CharField(max_length=64, blank=True)
    waits = models.BooleanField(default=False)  # once it is complete, until somebody says that it is to answer
    note = models.TextField(blank=True)  # why this one: "the hub does not answer …"

    def __str__(self) -> str:
        return self.name
