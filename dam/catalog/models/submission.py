"""What is sent to stock agencies: submissions, releases, and the ledger of what went where and when."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.catalog.models.collection import Collection
from dam.catalog.models.people import Person
from dam.types import DeliveryForm, ReleaseKind


class Submission(models.Model):
    """A made collection with a target: its items are the assets, in their order.

    `agency` is the key of a profile (`dam.stock.profiles`). `options` hold what is said once for all of its assets,
    by the names of the profile's columns (a price, a brief code), and "editorial" and "variant".
    """

    collection = models.OneToOneField(Collection, models.CASCADE, related_name="submission")
    agency = models.CharField(max_length=64)
    options = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["-changed_at"], name="submission_by_change")]

    def __str__(self) -> str:
        return f"{self.collection_id} for {self.agency}"


class SubmissionItem(models.Model):
    """What was said of one asset for one agency alone; assets of whom nothing was said have no row.

    Null stands for the asset's own title, description or keywords; `categories` are the agency's own keys (numbers at
    Adobe Stock); `editorial` null: as the submission says. `choices` hold further columns by their names. Rows stay
    by their agency, so that switching there and back loses nothing.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="items")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="submitted")
    agency = models.CharField(max_length=64)
    title = models.TextField(null=True)  # noqa: DJ001 - null is another thing than "": the asset's own
    description = models.TextField(null=True)  # noqa: DJ001 - as above
    keywords = models.JSONField(null=True)
    file_name = models.CharField(max_length=255, blank=True)  # of the copy that is sent; "": the asset's own
    categories = models.JSONField(default=list, blank=True)
    editorial = models.BooleanField(null=True)
    choices = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "asset", "agency"], name="said_once_per_agency")]

    def __str__(self) -> str:
        return f"asset {self.asset_id} in submission {self.submission_id}"


class Release(models.Model):
    """The consent of a person, or of an owner, as a document: `key` is its path below `places.releases`.

    It holds for the people, the places (by name, as `AssetPlace.city` or `AssetMetadata.location` writes them) and
    the assets that it is attached to.
    """

    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in ReleaseKind])
    name = models.CharField(max_length=200)
    key = models.CharField(
        max_length=200, blank=True
    )  # "<blake3>.pdf"; "": no document yet, so it counts for nothing
    digest = models.CharField(max_length=64, blank=True, db_index=True)  # BLAKE3 of the document
    mime = models.CharField(max_length=100, blank=True)
    file_name = models.CharField(max_length=255, blank=True)  # as it was uploaded
    size_bytes = models.BigIntegerField(default=0)
    signed_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)  # the last day on which it holds; null: for good
    note = models.TextField(blank=True)
    people = models.ManyToManyField(Person, related_name="releases")
    assets = models.ManyToManyField(Asset, related_name="releases")
    places = models.JSONField(default=list, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One finished export: what went to an agency, and when. It outlives its submission."""

    submission = models.ForeignKey(Submission, models.SET_NULL, null=True, related_name="deliveries")
    agency = models.CharField(max_length=64)
    name = models.CharField(max_length=200)  # of the submission, or the query
    form = models.CharField(max_length=6, choices=[(form.value, form.value) for form in DeliveryForm])
    written_to = models.TextField(blank=True)  # a path, or the name of the file that was downloaded
    count = models.IntegerField(default=0)
    warnings = models.IntegerField(default=0)  # that were let through
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.count} to {self.agency}"


class DeliveredAsset(models.Model):
    """One asset of a delivery, as it was sent. `digest` is the BLAKE3 of the copy, `fingerprint` the asset's own.

    `phash` is the perceptual hash of `UnitLook`, kept here so that what is near to it can be told even when the asset
    is gone.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="assets")
    asset = models.ForeignKey(Asset, models.SET_NULL, null=True, related_name="delivered")
    fingerprint = models.CharField(max_length=64, db_index=True)
    file_name = models.CharField(max_length=255)
    title = models.TextField(blank=True)
    description = models.TextField(blank=True)
    keywords = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    editorial = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    phash = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes = [models.Index(fields=["delivery", "file_name"], name="delivered_by_name")]

    def __str__(self) -> str:
        return self.file_name


class AssetNoise(models.Model):
    """How noisy an asset's preview is (`dam.engines.look.noise_of`), measured when it is first to be sent."""

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="noise", primary_key=True)
    model = models.CharField(max_length=120)
    noise = models.FloatField(null=True)  # null: it has no picture

    def __str__(self) -> str:
        return f"noise of asset {self.asset_id}"
