"""Rows of spoken lines, with their units, their words in the index and who says them; used within a transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Max
from django.utils import timezone

from dam.catalog import fulltext, jobs, words
from dam.catalog.ids import chunks
from dam.catalog.models import Embedding, Person, Speaker, Speech, StageRun, TranscriptRecord, Unit
from dam.catalog.writers.units import forget_embeddings
from dam.errors import TranscriptError
from dam.types import LineDraft, SpeechSegment, SpokenWord, Stage, StageState, UnitKind

LONGEST_NAME = 200  # the column's
_MEASURES = ("no_speech_probability", "average_log_probability", "compression_ratio")
_SPEECH_SPACES = "speech:"  # what the names of spaces of spoken lines begin with
_FIELDS = ("text", "words", "breaks", "edited", "weak", *_MEASURES)


def write_segments(record: TranscriptRecord, segments: Sequence[SpeechSegment]) -> list[Unit]:
    """Add a clip with its words for each segment, after those that are there."""
    first = _last_position(record.asset_id) + 1
    units = [
        Unit(asset_id=record.asset_id, kind=UnitKind.CLIP, position=at, start_ms=part.start_ms, end_ms=part.end_ms)
        for at, part in enumerate(segments, start=first)
    ]
    Unit.objects.bulk_create(units, batch_size=500)
    Speech.objects.bulk_create(
        [
            Speech(
                unit=unit,
                transcript=record,
                text=part.text,
                words=word_rows(part.words),
                weak=part.weak,
                **{name: getattr(part, name) for name in _MEASURES},
            )
            for unit, part in zip(units, segments, strict=True)
        ],
        batch_size=500,
    )
    fulltext.index_units(
        fulltext.TextRow(unit_id=unit.pk, spoken=part.text)
        for unit, part in zip(units, segments, strict=True)
        if not part.weak
    )
    return units


def put_lines(record: TranscriptRecord, drafts: Sequence[LineDraft]) -> tuple[list[int], list[int]]:
    """Write lines, new or anew; returns the units that are new, and those of all of them in order."""
    states = [_draft_state(draft) for draft in drafts]
    fresh = [state for state in states if state["unit"] is None]
    first = _last_position(record.asset_id) + 1
    units = [
        Unit(
            asset_id=record.asset_id,
            kind=UnitKind.CLIP,
            position=at,
            start_ms=state["start_ms"],
            end_ms=state["end_ms"],
        )
        for at, state in enumerate(fresh, start=first)
    ]
    Unit.objects.bulk_create(units, batch_size=500)
    for state, unit in zip(fresh, units, strict=True):
        state["unit"] = unit.pk
    speakers = ensure_speakers({state["speaker"] for state in states})
    Speech.objects.bulk_create(
        [_row(state, record.pk, speakers, unit) for state, unit in zip(fresh, units, strict=True)], batch_size=500
    )
    new = {unit.pk for unit in units}
    _write_anew([state for state in states if state["unit"] not in new], speakers)
    _index(states)
    return [unit.pk for unit in units], [state["unit"] for state in states]


def put_states(states: Sequence[Mapping[str, Any]]) -> list[int]:
    """Make lines what `state_of` said of them, those that are gone, too; returns their units."""
    records = dict(
        TranscriptRecord.objects.filter(asset_id__in={state["asset"] for state in states}).values_list(
            "asset_id", "pk"
        )
    )
    wanted = [state for state in states if state["asset"] in records]
    there: set[int] = set()
    for some in chunks([state["unit"] for state in wanted]):
        there |= set(Speech.objects.filter(pk__in=some).values_list("pk", flat=True))
    speakers = ensure_speakers({state["speaker"] for state in wanted})
    gone = [state for state in wanted if state["unit"] not in there]
    free = {asset: _last_position(asset) for asset in {state["asset"] for state in gone}}
    units = []
    for state in gone:
        free[state["asset"]] += 1
        units.append(
            Unit(
                pk=state["unit"],
                asset_id=state["asset"],
                kind=UnitKind.CLIP,
                position=free[state["asset"]],
                start_ms=state["start_ms"],
                end_ms=state["end_ms"],
            )
        )
    Unit.objects.bulk_create(units, batch_size=500)
    Speech.objects.bulk_create(
        [_row(state, records[state["asset"]], speakers, unit) for state, unit in zip(gone, units, strict=True)],
        batch_size=500,
    )
    _write_anew([state for state in wanted if state["unit"] in there], speakers)
    _index(wanted)
    return [state["unit"] for state in wanted]


def say_speakers(names: Mapping[int, str]) -> dict[int, str]:
    """Say who speaks these lines ("": nobody known); returns who spoke those that changed, before."""
    speakers = ensure_speakers(set(names.values()))
    changed: dict[int, str] = {}
    rows = []
    for some in chunks(names):
        for row in Speech.objects.filter(pk__in=some).select_related("speaker").only("pk", "speaker"):
            wanted = speakers.get(names[row.pk])
            if row.speaker_id != (wanted.pk if wanted else None):
                changed[row.pk] = row.speaker.name if row.speaker else ""
                row.speaker = wanted
                rows.append(row)
    Speech.objects.bulk_update(rows, ["speaker"], batch_size=200)
    prune_speakers()
    return changed


def ensure_speakers(names: Collection[str]) -> dict[str, Speaker]:
    """Return the speakers of these names, making those that are not there; "" has none. Raises TranscriptError.

    A new one who is called as a person of this library is taken to be that person.
    """
    wanted = {name: tidy_name(name) for name in names if name.strip()}
    if not wanted:
        return {}
    known = {words.folded(row.name): row for row in Speaker.objects.order_by("-pk")}
    found: dict[str, Speaker] = {}
    people: dict[str, Person] | None = None
    for name, tidy in wanted.items():
        key = words.folded(tidy)
        if key not in known:
            if people is None:
                people = {words.folded(row.name): row for row in Person.objects.exclude(name="").order_by("-pk")}
            known[key] = Speaker.objects.create(name=tidy, person=people.get(key))
        found[name] = known[key]
    return found


def spell(name: str) -> list[str]:
    """Write the name of a speaker, known in whatever case, in exactly this way; returns how it was, if otherwise."""
    before = []
    for row in ensure_speakers([name]).values():
        if row.name != name:
            before.append(row.name)
            row.name = name
            row.save(update_fields=["name"])
    return before


def prune_speakers() -> None:
    """Forget the speakers who say nothing any more, but for those of whom somebody said which person they are."""
    Speaker.objects.filter(lines__isnull=True, person__isnull=True).delete()


def tidy_name(name: str) -> str:
    """Return a speaker's name as it is stored. Raises TranscriptError for one without a letter, or too long."""
    tidy = " ".join(words.clean(name).split())
    if not words.folded(tidy) or len(tidy) > LONGEST_NAME:
        raise TranscriptError(f"A speaker needs a name of at most {LONGEST_NAME} characters, with a letter in it.")
    return tidy


def vectors_due(asset_ids: Sequence[int], units: Sequence[int], *, models: Collection[str]) -> None:
    """Take away the vectors of lines whose words or times changed, and make new ones due by these models.

    Other models' stages are forgotten, so that a pack taken up again looks at these lines, too. The asset's state is
    left as it is: its words are found at once, and only what they mean follows.
    """
    for some in chunks(units):
        stale = Embedding.objects.filter(unit_id__in=some, space__startswith=_SPEECH_SPACES)
        forget_embeddings(stale.values_list("pk", "space"))
    due = StageRun.objects.filter(asset_id__in=asset_ids, stage=Stage.EMBED_SPEECH)
    due.exclude(model__in=models).delete()
    due.update(
        state=StageState.DUE, owner="", lease_until=None, attempts=0, losses=0, error="", due_at=timezone.now()
    )
    jobs.enqueue_stages(asset_ids, [(Stage.EMBED_SPEECH, model) for model in models])


def renumber(asset_id: int) -> None:
    """Give the clips of an asset their numbers anew, in time order."""
    clips = Unit.objects.filter(asset_id=asset_id, kind=UnitKind.CLIP, position__gt=0)
    rows = list(clips.order_by("start_ms", "position"))
    wrong = [(at, row) for at, row in enumerate(rows, start=1) if row.position != at]
    if not wrong:
        return
    # Positions are unique: all that change make room first.
    for at, row in wrong:
        row.position = -at
    Unit.objects.bulk_update([row for _, row in wrong], ["position"], batch_size=200)
    for at, row in wrong:
        row.position = at
    Unit.objects.bulk_update([row for _, row in wrong], ["position"], batch_size=200)


def state_of(row: Speech) -> dict[str, Any]:
    """Return all of a line (its unit and speaker joined), as `put_states` takes it."""
    return {
        "asset": row.unit.asset_id,
        "unit": row.pk,
        "start_ms": row.unit.start_ms,
        "end_ms": row.unit.end_ms,
        "speaker": row.speaker.name if row.speaker else "",
        **{name: getattr(row, name) for name in _FIELDS},
    }


def segment_row(row: Speech) -> dict[str, Any]:
    """Return a line (its unit joined) as `HeardTranscript` keeps it."""
    kept = {name: getattr(row, name) for name in ("text", "words", "weak", *_MEASURES)}
    return {"start_ms": row.unit.start_ms, "end_ms": row.unit.end_ms, **kept}


def segment_json(part: SpeechSegment) -> dict[str, Any]:
    """Return a segment as `HeardTranscript` keeps it."""
    return asdict(part) | {"words": word_rows(part.words)}


def as_segment(row: Mapping[str, Any]) -> SpeechSegment:
    """Return what `segment_row` and `segment_json` made of a segment."""
    said = tuple(
        SpokenWord(text=text, start_ms=start, end_ms=end, probability=probability)
        for text, start, end, probability in row["words"]
    )
    return SpeechSegment(**{**row, "words": said})


def word_rows(said: Iterable[SpokenWord]) -> list[list[Any]]:
    """Return words as the column holds them."""
    return [[word.text, word.start_ms, word.end_ms, round(word.probability, 4)] for word in said]


def _draft_state(draft: LineDraft) -> dict[str, Any]:
    return {
        "unit": draft.unit_id,
        "start_ms": draft.start_ms,
        "end_ms": draft.end_ms,
        "speaker": draft.speaker,
        "text": draft.text,
        "words": word_rows(draft.words),
        "breaks": list(draft.breaks),
        "edited": draft.edited,
    }


def _row(state: Mapping[str, Any], record_id: int, speakers: Mapping[str, Speaker], unit: Unit) -> Speech:
    known = {name: state[name] for name in _FIELDS if name in state}
    return Speech(unit=unit, transcript_id=record_id, speaker=speakers.get(state["speaker"]), **known)


def _write_anew(states: Sequence[Mapping[str, Any]], speakers: Mapping[str, Speaker]) -> None:
    by_unit = {state["unit"]: state for state in states}
    rows: list[Speech] = []
    for some in chunks(by_unit):
        rows += Speech.objects.filter(pk__in=some).select_related("unit")
    for row in rows:
        state = by_unit[row.pk]
        row.unit.start_ms, row.unit.end_ms = state["start_ms"], state["end_ms"]
        row.speaker = speakers.get(state["speaker"])
        for name in _FIELDS:
            if name in state:
                setattr(row, name, state[name])
    Unit.objects.bulk_update([row.unit for row in rows], ["start_ms", "end_ms"], batch_size=200)
    Speech.objects.bulk_update(rows, ["speaker", *_FIELDS], batch_size=100)


def _index(states: Iterable[Mapping[str, Any]]) -> None:
    fulltext.index_units(
        fulltext.TextRow(unit_id=state["unit"], spoken="" if state.get("weak") else state["text"]) for state in states
    )


def _last_position(asset_id: int) -> int:
    clips = Unit.objects.filter(asset_id=asset_id, kind=UnitKind.CLIP)
    return int(clips.aggregate(last=Max("position"))["last"] or 0)
