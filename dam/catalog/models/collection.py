"""What people keep of their searches: collections, and the history."""

from django.db import models

from dam.types import CollectionKind


class Collection(models.Model):
    """A named collection. One of the kind "search" lives: its members are what its search finds now.

    `asked` holds the parameters of the results page's address, without empty ones. `seen` are the ids of units that
    were shown before the visit that is going on, `shown` those that were shown in it, too: what is in neither is new.
    The counts are of the last time that somebody asked, so that a page can show them before it searches.
    """

    kind = models.CharField(
        max_length=8, choices=[(kind.value, kind.value) for kind in CollectionKind], default=CollectionKind.SEARCH
    )
    name = models.CharField(max_length=120)
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
