"""What people changed, so that it can be undone; and what they prefer."""

from django.db import models


class Correction(models.Model):
    """One change by a person. `inverse` says how to undo it, in the words of the service that made it."""

    made_at = models.DateTimeField(auto_now_add=True)
    subject = models.CharField(max_length=16)  # "people" or "tags": which service can undo it
    summary = models.TextField()
    inverse = models.JSONField()
    undone = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.summary


class Preference(models.Model):
    """A choice made in the pages or by a command, by its name."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.key
