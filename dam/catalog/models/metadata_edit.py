"""What was changed of the metadata of assets, by whom, and how it was before."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.catalog.models.journal import Correction
from dam.types import EditCause, MetadataField


class MetadataEdit(models.Model):
    """One change of one or thousands of assets. `correction` undoes it, where it is one that a user may undo."""

    made_at = models.DateTimeField(auto_now_add=True)
    cause = models.CharField(max_length=6, choices=[(cause.value, cause.value) for cause in EditCause])
    summary = models.TextField()
    correction = models.OneToOneField(Correction, models.SET_NULL, null=True, related_name="metadata_edit")
    undone = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.summary


class MetadataChange(models.Model):
    """One field of one asset, as it was before an edit and as it is after; in the shapes of `AssetMetadata`."""

    edit = models.ForeignKey(MetadataEdit, models.CASCADE, related_name="changes")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="metadata_changes")
    field = models.CharField(max_length=12, choices=[(field.value, field.value) for field in MetadataField])
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edit", "asset", "field"], name="changed_once_per_edit")]

    def __str__(self) -> str:
        return f"{self.field} of asset {self.asset_id}"
