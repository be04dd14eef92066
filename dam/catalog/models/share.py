"""The links with which somebody without an account may see a collection."""

from django.db import models

from dam.catalog.models.collection import Collection
from dam.types import ShareRight


class ShareLink(models.Model):
    """A link to a collection, for whoever has it.

    The token in the link is not kept. It is derived from `nonce` and the installation's secret key, so that its owner
    can copy the link again and a copy of the catalogue alone opens nothing; `sha256` of the token finds the row. A
    revoked link keeps its row, so that its owner can see what was shared and how often it was used.

    `frozen` is what a search found when it was shared, as [[asset id, start_ms, end_ms], …] (0, 0: the whole asset);
    null: the link shows what is in the collection now. `forms` are the values of DownloadForm that may be
    downloaded, `longest_side` bounds renditions in pixels (0: no bound). `password` is a hash by Django's hashers, ""
    asks for none.
    """

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="shares")
    label = models.CharField(max_length=100, blank=True)  # for whom, in its owner's words; guests don't see it
    nonce = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)
    right = models.CharField(max_length=8, choices=[(right.value, right.value) for right in ShareRight])
    forms = models.JSONField(default=list)
    longest_side = models.IntegerField(default=0)
    keep_location = models.BooleanField(default=False)  # where it was taken stays in what is made for guests
    frozen = models.JSONField(null=True)
    password = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    uses = models.IntegerField(default=0)  # times that its page was opened

    class Meta:
        indexes = [models.Index(fields=["collection", "-created_at"], name="share_by_collection")]

    def __str__(self) -> str:
        return f"share {self.pk} of collection {self.collection_id}"
