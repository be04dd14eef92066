"""What people keep: collections, living and made by hand, and the history of their searches."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.catalog.models.unit import Unit
from dam.types import CollectionKind


class Collection(models.Model):
    """A named collection. One of the kind "search" lives: its members are what its search finds now. One of the kind
    "made" holds what somebody put into it, in their order: its `items`.

    `asked` holds the parameters of the results page's address, without empty ones. `seen` are the ids of units that
    were shown before the visit that is going on, `shown` those that were shown in it, too: what is in neither is new.
    The counts are of the last time that somebody asked, so that a page can show them before it searches.
    """

    kind = models.CharField(
        max_length=8, choices=[(kind.value, kind.value) for kind in CollectionKind], default=CollectionKind.SEARCH
    )
    name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    asked = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    visited_at = models.DateTimeField(null=True)  # when it was opened last; null: never
    seen = models.JSONField(default=list, blank=True)
    shown = models.JSONField(default=list, blank=True)
    counted_at = models.DateTimeField(null=True)
    count = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    covers = models.JSONField(default=list, blank=True)  # ids of the units that stand for it, at most four
    problem = models.TextField(blank=True)  # why it could not be counted

    class Meta:
        indexes = [models.Index(fields=["kind", "name"], name="collection_by_name")]

    def __str__(self) -> str:
        return self.name


class CollectionItem(models.Model):
    """A photo, a video, a recording or a stretch `[start_ms, end_ms)` of one, put into a collection by hand.

    Both times are 0 for the whole asset. The asset and the times count: `unit` is the shot or clip that was put in,
    and null when shots were cut anew since.
    """

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="collected")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="collected")
    start_ms = models.BigIntegerField(default=0)
    end_ms = models.BigIntegerField(default=0)
    position = models.IntegerField()  # from 0; gaps are allowed
    note = models.TextField(blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "asset", "start_ms", "end_ms"], name="item_once_per_collection"
            )
        ]
        indexes = [models.Index(fields=["collection", "position"], name="item_by_position")]

    def __str__(self) -> str:
        return f"asset {self.asset_id} in collection {self.collection_id}"


class PastSearch(models.Model):
    """A search that was made, once however often; `key` is a digest of what makes two searches the same."""

    key = models.CharField(max_length=64, unique=True)
    asked = models.JSONField()  # as in Collection
    times = models.IntegerField(default=1)
    good = models.IntegerField(default=0)  # hits, the last time
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.asked.get("q", ""))
