"""What models found in units: things, writing, sentences; each row with its model: two stand side by side."""

from django.db import models

from dam.catalog.models.unit import Unit


class DetectedObject(models.Model):
    """A thing at one moment of a unit; the box as shares of the picture."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="objects_seen")
    model = models.CharField(max_length=120)
    label = models.CharField(max_length=80)
    certainty = models.FloatField()
    at_ms = models.BigIntegerField(default=0)
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["label", "model"], name="object_by_label")]

    def __str__(self) -> str:
        return f"{self.label} in unit {self.unit_id}"


class TextLine(models.Model):
    """A line of writing at one moment of a unit; the box as shares of the picture."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="text_lines")
    model = models.CharField(max_length=120)
    text = models.TextField()
    certainty = models.FloatField()
    at_ms = models.BigIntegerField(default=0)
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["unit", "model"], name="text_by_unit")]

    def __str__(self) -> str:
        return self.text[:60]


class Caption(models.Model):
    """A sentence that a model says of a unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="captions")
    model = models.CharField(max_length=120)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "model"], name="caption_once_per_model")]

    def __str__(self) -> str:
        return self.text[:60]
