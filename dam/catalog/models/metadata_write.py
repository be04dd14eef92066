"""Where edited metadata is written to, and what was read there: the ground on which changes of both sides merge."""

from django.db import models

from dam.catalog.models.asset import Asset, MediaFile
from dam.types.metadata_write import WriteState


class MetadataBase(models.Model):
    """What an asset's fields were when the catalogue and its files last agreed; by names of `MetadataField`.

    `in_file` is what the media file itself said when it was last read. A field was changed by the user where
    `AssetMetadata` differs from `agreed`, and by another program where the file differs from `in_file`.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="metadata_base", primary_key=True)
    agreed = models.JSONField(default=dict)
    in_file = models.JSONField(default=dict)
    orientation = models.IntegerField(default=0)  # EXIF's, 1..8: how the stored picture is turned; 0: not known
    edited_at = models.DateTimeField(null=True)  # by the user, last
    read_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"agreed metadata of {self.asset_id}"


class Sidecar(models.Model):
    """The XMP file of one media file, as it was when it was last read or written.

    `raw_path` is relative to the library, in bytes; `said` are its fields, `regions` those that we wrote into it,
    `digest` the BLAKE3 of its bytes.
    """

    file = models.OneToOneField(MediaFile, models.CASCADE, related_name="sidecar", primary_key=True)
    raw_path = models.BinaryField(max_length=4096)
    path = models.TextField()
    digest = models.CharField(max_length=64, blank=True)
    said = models.JSONField(default=dict)
    regions = models.JSONField(default=list)
    read_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.path


class MetadataWrite(models.Model):
    """The writing of an asset's metadata to one of its files; the row is the job, as `StageRun` is.

    `wanted_at` moves on with every edit: a job that ends having written an older state is due again.
    """

    file = models.OneToOneField(MediaFile, models.CASCADE, related_name="metadata_write", primary_key=True)
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in WriteState], default=WriteState.DUE
    )
    wanted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    losses = models.IntegerField(default=0)  # claims in a row that never came to an end: the worker died
    reason = models.TextField(blank=True)
    target = models.TextField(blank=True)  # where it was written last, for people
    written_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="write_to_claim")]

    def __str__(self) -> str:
        return f"metadata of file {self.file_id}: {self.state}"


class KnownFingerprint(models.Model):
    """Another fingerprint under which an asset's content is known: before and after metadata was written into it."""

    fingerprint = models.CharField(max_length=64, unique=True)
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="known_fingerprints")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint


class FormerAsset(models.Model):
    """What a path held before its content changed: the same asset, if only its metadata did."""

    file = models.OneToOneField(MediaFile, models.CASCADE, related_name="former", primary_key=True)
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.file_id} was {self.asset_id}"
