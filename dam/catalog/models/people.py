"""People, and the faces that are theirs."""

from django.db import models

from dam.catalog.models.unit import Embedding, Rendition, Unit
from dam.types import FaceSource


class Person(models.Model):
    """Somebody who appears in the library; without a name until somebody gives one. Hidden ones are not listed."""

    name = models.CharField(max_length=200, blank=True, db_index=True)
    hidden = models.BooleanField(default=False)
    cover = models.ForeignKey("Face", models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"


class Face(models.Model):
    """One appearance of a face in a unit: in a shot, the whole stretch in which it was followed.

    The box is that of the moment `at_ms`, as shares of the picture. `source` says who said that it is `person`, and
    `likeness` (0..1) how sure a model is of that. `model` is "" for a region that only the file itself names.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="faces")
    model = models.CharField(max_length=120, blank=True)
    start_ms = models.BigIntegerField(default=0)
    end_ms = models.BigIntegerField(default=0)
    at_ms = models.BigIntegerField(default=0)
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    certainty = models.FloatField(default=1.0)
    quality = models.FloatField(default=0.0)
    embedding = models.OneToOneField(Embedding, models.SET_NULL, null=True, related_name="face")
    crop = models.ForeignKey(Rendition, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="faces")
    source = models.CharField(
        max_length=6, choices=[(source.value, source.value) for source in FaceSource], default=FaceSource.MODEL
    )
    likeness = models.FloatField(default=0.0)

    class Meta:
        indexes = [models.Index(fields=["model", "person"], name="face_by_person")]

    def __str__(self) -> str:
        return f"face {self.pk} in unit {self.unit_id}"


class FaceRefusal(models.Model):
    """What a user said of a face, for good: not this person."""

    face = models.ForeignKey(Face, models.CASCADE, related_name="refusals")
    person = models.ForeignKey(Person, models.CASCADE, related_name="refusals")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["face", "person"], name="refused_once")]

    def __str__(self) -> str:
        return f"face {self.face_id} is not person {self.person_id}"


class IgnoredRegion(models.Model):
    """Where no face is looked for any more: somebody was forgotten there. Holds no name, no picture, no vector."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="ignored_regions")
    at_ms = models.BigIntegerField(default=0)
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()

    def __str__(self) -> str:
        return f"ignored region in unit {self.unit_id}"
