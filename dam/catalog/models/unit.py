"""Units, what was derived from them, and the vectors that find them."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.types import RenditionRole, UnitKind


class Unit(models.Model):
    """What a search answers with: a photo, a shot `[start_ms, end_ms)`, a clip of speech or sound."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="units")
    kind = models.CharField(max_length=5, choices=[(kind.value, kind.value) for kind in UnitKind])
    position = models.IntegerField()  # the n-th of its kind in the asset
    start_ms = models.BigIntegerField(default=0)
    end_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "kind", "position"], name="unit_once_per_asset")]

    def __str__(self) -> str:
        return f"{self.kind} {self.position} of asset {self.asset_id}"


class Rendition(models.Model):
    """A derived file below `places.renditions`; `unit` is null for the asset's own (preview, proxy, waveform)."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="renditions")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="renditions")
    role = models.CharField(max_length=8, choices=[(role.value, role.value) for role in RenditionRole])
    key = models.CharField(max_length=200, unique=True)  # the path below `places.renditions`
    mime = models.CharField(max_length=100)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    at_ms = models.BigIntegerField(default=0)
    frames = models.IntegerField(default=1)
    size_bytes = models.BigIntegerField(default=0)
    colour = models.CharField(max_length=7, blank=True)
    placeholder = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["asset", "role"], name="rendition_by_role")]

    def __str__(self) -> str:
        return self.key


class Embedding(models.Model):
    """One vector of one unit. The primary key is the id in FAISS; SQLite never gives a key twice.

    `vector` is little-endian fp16, `dimensions` × 2 bytes, length 1. `space` names what may be compared:
    "picture:<model>" or "speech:<model>".
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="embeddings")
    space = models.CharField(max_length=120)
    model = models.CharField(max_length=120)
    at_ms = models.BigIntegerField(default=0)
    vector = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["space", "id"], name="embedding_by_space")]

    def __str__(self) -> str:
        return f"{self.space} {self.pk}"


class Tombstone(models.Model):
    """A deleted Embedding, for the search processes that hold it in memory."""

    embedding_id = models.BigIntegerField()
    space = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"deleted {self.embedding_id}"
