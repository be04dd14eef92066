"""What engines heard of transcripts that are people's: kept beside those, and offered where it says otherwise."""

from django.utils import timezone

from dam.catalog.models import Asset, HeardTranscript, TranscriptRecord
from dam.catalog.writers import spoken_lines as lines
from dam.types import Transcript


def keep_heard(record: TranscriptRecord, *, offered: bool) -> None:
    """Keep the lines of a transcript as what its engine heard."""
    rows = record.lines.select_related("unit", "speaker").order_by("unit__start_ms", "unit__position")
    HeardTranscript.objects.update_or_create(
        asset_id=record.asset_id,
        defaults={
            "source": record.source,
            "model": record.model,
            "language": record.language,
            "segments": [lines.segment_row(row) for row in rows],
            "made_at": record.made_at,
            "offered": offered,
        },
    )


def offer(asset: Asset, transcript: Transcript) -> None:
    """Keep what an engine heard beside what people made; it is offered where it differs from what was known."""
    known = HeardTranscript.objects.filter(asset=asset).first()
    segments = [lines.segment_json(part) for part in transcript.segments]
    same = known is not None and [part["text"] for part in known.segments] == [part["text"] for part in segments]
    HeardTranscript.objects.update_or_create(
        asset=asset,
        defaults={
            "source": transcript.source,
            "model": transcript.model,
            "language": transcript.language,
            "segments": segments,
            "made_at": timezone.now(),
            "offered": known.offered if same and known else bool(segments),
        },
    )
