"""Transcripts with their words' times, speakers and what an engine heard: out of a catalogue and into one."""

from collections.abc import Iterable, Iterator

from dam.catalog import fulltext
from dam.catalog.current import model_of
from dam.catalog.ids import chunks
from dam.catalog.models import HeardTranscript, Speech, TranscriptRecord, Unit
from dam.catalog.portable.arrival import BATCH, Arrival, Row, create_dated, moment_of, text_of
from dam.catalog.writers.spoken_lines import vectors_due
from dam.catalog.writers.units import forget_units
from dam.types import Stage, UnitKind

_SAID = ("text", "words", "breaks", "edited", "weak")
_MEASURES = ("no_speech_probability", "average_log_probability", "compression_ratio")
_RECORD = ("source", "model", "language")


def transcripts() -> Iterator[Row]:
    """Yield each transcript with all of its lines, weak ones too."""
    for some in chunks(TranscriptRecord.objects.order_by("asset_id").values_list("pk", flat=True)):
        records = TranscriptRecord.objects.filter(pk__in=some).select_related("asset", "asset__heard")
        rows = {row.pk: _record(row) for row in records.order_by("asset_id")}
        lines = Speech.objects.filter(transcript_id__in=some).select_related("unit", "speaker")
        for line in lines.order_by("transcript_id", "unit__position"):
            rows[line.transcript_id]["lines"].append(
                {
                    "position": line.unit.position,
                    "start_ms": line.unit.start_ms,
                    "end_ms": line.unit.end_ms,
                    "speaker": line.speaker.name if line.speaker else "",
                    **{name: getattr(line, name) for name in (*_SAID, *_MEASURES)},
                }
            )
        yield from rows.values()


def take_transcripts(rows: Iterable[Row], arrival: Arrival) -> None:
    """Put in transcripts: people's in the place of an engine's; one that people changed here stays."""
    embedder = model_of(Stage.EMBED_SPEECH)
    for row in rows:
        arrival.know([row["asset"]])
        asset_id = arrival.assets.get(row["asset"])
        if asset_id is None:
            arrival.count("transcripts", "left")
            continue
        here = TranscriptRecord.objects.filter(asset_id=asset_id).first()
        if here is not None and (here.edited_at is not None or row["edited_at"] is None):
            arrival.count("transcripts", "there")
            continue
        if here is not None:
            forget_units(list(here.lines.values_list("pk", flat=True)))
            here.delete()
        units = _write(row, asset_id, arrival)
        if embedder:
            vectors_due([asset_id], units, models=[embedder])
        arrival.count("transcripts", "added")


def _record(row: TranscriptRecord) -> Row:
    heard = getattr(row.asset, "heard", None)
    return {
        "asset": row.asset.fingerprint,
        **{name: getattr(row, name) for name in _RECORD},
        "made_at": text_of(row.made_at),
        "edited_at": text_of(row.edited_at),
        "lines": [],
        "heard": None
        if heard is None
        else {
            **{name: getattr(heard, name) for name in (*_RECORD, "segments", "offered")},
            "made_at": text_of(heard.made_at),
        },
    }


def _write(row: Row, asset_id: int, arrival: Arrival) -> list[int]:
    record = TranscriptRecord(
        asset_id=asset_id, edited_at=moment_of(row["edited_at"]), **{name: row[name] for name in _RECORD}
    )
    create_dated([record], {"made_at": [moment_of(row["made_at"])]})
    taken = set(Unit.objects.filter(asset_id=asset_id, kind=UnitKind.CLIP).values_list("position", flat=True))
    first = max([0, *taken]) + 1
    # The positions that lines had, unless something stands there.
    free = not taken & {line["position"] for line in row["lines"]}
    units = [
        Unit(
            asset_id=asset_id,
            kind=UnitKind.CLIP,
            position=line["position"] if free else first + number,
            start_ms=line["start_ms"],
            end_ms=line["end_ms"],
        )
        for number, line in enumerate(row["lines"])
    ]
    Unit.objects.bulk_create(units, batch_size=BATCH)
    pairs = list(zip(units, row["lines"], strict=True))
    Speech.objects.bulk_create(
        [
            Speech(
                unit=unit,
                transcript=record,
                speaker_id=arrival.speakers.get(line["speaker"]),
                **{name: line[name] for name in (*_SAID, *_MEASURES)},
            )
            for unit, line in pairs
        ],
        batch_size=BATCH,
    )
    fulltext.index_units(
        fulltext.TextRow(unit_id=unit.pk, spoken=line["text"]) for unit, line in pairs if not line["weak"]
    )
    if row["heard"] is not None:
        HeardTranscript.objects.update_or_create(
            asset_id=asset_id, defaults=row["heard"] | {"made_at": moment_of(row["heard"]["made_at"])}
        )
    return [unit.pk for unit in units]
