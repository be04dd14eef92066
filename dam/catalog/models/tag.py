"""Tags, what models say of them, and what people say."""

from django.db import models

from dam.catalog.models.unit import Unit
from dam.types import TagKind


class Tag(models.Model):
    """A concept: from the vocabulary, from the user's own words, or taught by examples.

    `key` is the path in the hierarchy ("nature/sky/sunset"), `synonyms` other words that mean it. A retired one is
    no longer scored, but what people said of it stays.
    """

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=120, db_index=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")
    kind = models.CharField(max_length=7, choices=[(kind.value, kind.value) for kind in TagKind])
    synonyms = models.JSONField(default=list)
    own = models.BooleanField(default=False)  # the user's word, not the vocabulary's
    retired = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class TagScore(models.Model):
    """How sure a model is (0..1) that a tag is true of a unit. A re-run replaces its own rows, never a verdict.

    `model` is "<model of the vectors>+<vocabulary>", or "taught:<model of the vectors>". `at_ms` is the moment in the
    asset that shows or sounds it best.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="tag_scores")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="scores")
    model = models.CharField(max_length=160)
    certainty = models.FloatField()
    at_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "tag", "model"], name="score_once_per_model")]
        indexes = [models.Index(fields=["tag", "model", "-certainty"], name="score_by_tag")]

    def __str__(self) -> str:
        return f"unit {self.unit_id}: {self.tag_id} {self.certainty:.2f}"


class TagVerdict(models.Model):
    """What a person said: a tag is true of a unit, or is not. Rejected stays rejected."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="tag_verdicts")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="verdicts")
    accepted = models.BooleanField()
    said_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "tag"], name="one_verdict")]
        indexes = [models.Index(fields=["tag", "accepted"], name="verdict_by_tag")]

    def __str__(self) -> str:
        return f"unit {self.unit_id}: {self.tag_id} {'yes' if self.accepted else 'no'}"


class TaughtTag(models.Model):
    """The classifier behind a taught tag, over the vectors of one model: certainty = σ(weights · vector + bias).

    `weights` is little-endian float32. Its examples are the tag's verdicts.
    """

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="classifiers")
    space = models.CharField(max_length=120)
    weights = models.BinaryField()
    bias = models.FloatField()
    examples = models.IntegerField(default=0)  # verdicts that it was trained on
    trained_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "space"], name="one_classifier")]

    def __str__(self) -> str:
        return f"classifier of {self.tag_id}"
