"""What is said: the lines that are shown and searched, who says them, and what an engine heard before."""

from django.db import models

from dam.catalog.models.asset import Asset
from dam.catalog.models.people import Person
from dam.catalog.models.unit import Unit
from dam.types import TranscriptSource

_SOURCES = [(source.value, source.value) for source in TranscriptSource]


class Speaker(models.Model):
    """Somebody who speaks, in any number of assets; names are unique when folded. `person` is who it is, if known."""

    name = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="speakers")
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class TranscriptRecord(models.Model):
    """The speech of one asset that is shown and searched: as one engine (or subtitle) gave it, and as people made it.

    `edited_at` is null until somebody changes it. From then on no engine writes here: what it hears goes to
    `HeardTranscript`, until the user takes that.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="transcript")
    source = models.CharField(max_length=8, choices=_SOURCES)
    model = models.CharField(max_length=120)
    language = models.CharField(max_length=8, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"transcript of {self.asset_id}"


class Speech(models.Model):
    """The words of one clip. `words` is [[text, start_ms, end_ms, probability], …]; `weak` is never shown.

    `edited` lines are as a person wrote them; `breaks` are the times (ms of the asset) at which somebody's
    captions in the line began, none where nobody cut it.
    """

    unit = models.OneToOneField(Unit, models.CASCADE, related_name="speech", primary_key=True)
    transcript = models.ForeignKey(TranscriptRecord, models.CASCADE, related_name="lines")
    speaker = models.ForeignKey(Speaker, models.SET_NULL, null=True, related_name="lines")
    text = models.TextField()
    words = models.JSONField(default=list)
    breaks = models.JSONField(default=list)
    edited = models.BooleanField(default=False)
    no_speech_probability = models.FloatField(null=True)
    average_log_probability = models.FloatField(null=True)
    compression_ratio = models.FloatField(null=True)
    weak = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.text[:60]


class HeardTranscript(models.Model):
    """What an engine (or a subtitle) last gave for an asset whose transcript people changed: never what people said.

    `segments` is a list of {start_ms, end_ms, text, words, weak, …}, as in Speech. `offered` while it is newer than
    what people began with, and nobody has taken or refused it.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="heard")
    source = models.CharField(max_length=8, choices=_SOURCES)
    model = models.CharField(max_length=120)
    language = models.CharField(max_length=8, blank=True)
    segments = models.JSONField(default=list)
    made_at = models.DateTimeField()
    offered = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"heard in {self.asset_id} by {self.model}"
