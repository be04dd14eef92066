"""What is measured without a trained model: look, movement, loudness, place."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.catalog.models.unit import Unit
from dam.types import Motion


class UnitLook(models.Model):
    """The look of a photo, or of a shot's clearest keyframe; the fields are `dam.types.PictureLook`'s."""

    unit = models.OneToOneField(Unit, models.CASCADE, related_name="look", primary_key=True)
    model = models.CharField(max_length=120)
    brightness = models.FloatField()
    contrast = models.FloatField()
    saturation = models.FloatField()
    sharpness = models.FloatField()
    monochrome = models.BooleanField(db_index=True)
    phash = models.CharField(max_length=16, db_index=True)

    def __str__(self) -> str:
        return f"look of unit {self.unit_id}"


class UnitColour(models.Model):
    """One dominant colour of a unit: its name, CIE L*a*b* (D65) and its share of the picture."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="colours")
    name = models.CharField(max_length=24)
    lightness = models.FloatField()
    a = models.FloatField()
    b = models.FloatField()
    share = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["name", "-share"], name="colour_by_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.share:.0%}"


class UnitMeasure(models.Model):
    """What decoding measured: how the camera moves (a shot's), and how loud it is (EBU R 128; null: silent)."""

    unit = models.OneToOneField(Unit, models.CASCADE, related_name="measure", primary_key=True)
    motion = models.CharField(max_length=6, choices=[(motion.value, motion.value) for motion in Motion], blank=True)
    loudness_lufs = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["motion"], name="measure_by_motion")]

    def __str__(self) -> str:
        return f"measures of unit {self.unit_id}"


class AssetPlace(models.Model):
    """The inhabited place nearest to an asset's coordinate; the fields are `dam.types.NearPlace`'s."""

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="place", primary_key=True)
    model = models.CharField(max_length=120)
    city = models.CharField(max_length=200)
    region = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100)
    country_code = models.CharField(max_length=2)
    distance_km = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["country_code", "region", "city"], name="place_by_name")]

    def __str__(self) -> str:
        return f"{self.city}, {self.country}"
