"""Transcripts written: what engines hear, and what people make of it, each kept apart from the other.

Until somebody changes a transcript, what an engine heard last is what is shown. At the first change that is copied
to `HeardTranscript`; from then on the lines are the people's, and an engine's new words are only offered.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from dam.catalog import jobs
from dam.catalog.ids import chunks
from dam.catalog.models import Asset, Correction, HeardTranscript, Speech, StageRun, TranscriptRecord
from dam.catalog.readers.transcripts import draft_of
from dam.catalog.writers import spoken_lines as lines
from dam.catalog.writers.heard import keep_heard, offer
from dam.catalog.writers.units import forget_units
from dam.errors import TranscriptError
from dam.types import LineDraft, MediaKind, Plan, Stage, Transcript, TranscriptSource, UnitKind

SUBJECT = "transcripts"


def record_transcript(run: StageRun, transcript: Transcript, *, plan: Plan, took_ms: int) -> bool:
    """Write a transcript: a clip per segment, its words, its text in the index; makes EMBED_SPEECH due.

    Where people changed the transcript, theirs stays as it is, and this one is offered. Returns False when another
    worker has taken the run over meanwhile.
    """
    asset = run.asset
    with transaction.atomic():
        if not jobs.still_ours(run):
            return False
        record = TranscriptRecord.objects.select_for_update().filter(asset=asset).first()
        if record is not None and record.edited_at is not None:
            offer(asset, transcript)
        else:
            TranscriptRecord.objects.filter(asset=asset).delete()
            # Position 0 of an audio file is the file itself (writers.assets); it stays.
            forget_units(asset.units.filter(kind=UnitKind.CLIP, position__gt=0).values_list("pk", flat=True))
            record = TranscriptRecord.objects.create(
                asset=asset, source=transcript.source, model=transcript.model, language=transcript.language
            )
            lines.write_segments(record, transcript.segments)
            asset.stages.filter(stage=Stage.EMBED_SPEECH).delete()
        if record.lines.filter(weak=False).exists():
            jobs.enqueue_stages([asset.pk], [(Stage.EMBED_SPEECH, model) for model in plan.of(Stage.EMBED)])
        jobs.finish([run], took_ms=took_ms)
    return True


@dataclass(slots=True, kw_only=True)
class Editing:
    """A change of the lines of some assets by a person, gathered while it is made; `journal` stores how to undo it.

    `models` are the embedders whose vectors of spoken lines are to follow.
    """

    records: dict[int, TranscriptRecord]
    models: tuple[str, ...]
    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    states: dict[int, dict[str, Any]] = field(default_factory=dict)
    speakers: dict[int, str] = field(default_factory=dict)
    made: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    spelled: list[str] = field(default_factory=list)

    def lines(self, asset_id: int) -> list[LineDraft]:
        """Return the lines of an asset that are shown, in time order."""
        rows = Speech.objects.filter(unit__asset_id=asset_id, weak=False).select_related("unit", "speaker")
        return [draft_of(row) for row in rows.order_by("unit__start_ms", "unit__position")]

    def change(self, asset_id: int, *, put: Sequence[LineDraft] = (), remove: Collection[int] = ()) -> list[int]:
        """Write lines (new ones, and those that are there anew) and take some away; returns the units of `put`.

        Raises TranscriptError when one of them is not there any more.
        """
        record = self._theirs(asset_id)
        touched = [line.unit_id for line in put if line.unit_id is not None] + list(remove)
        self._remember(asset_id, touched)
        made, units = lines.put_lines(record, put)
        self.made += made
        self.removed += remove
        forget_units(remove)
        lines.renumber(asset_id)
        lines.vectors_due([asset_id], units, models=self.models)
        return units

    def replace(self, asset_id: int, drafts: Sequence[LineDraft], *, source: TranscriptSource, language: str) -> None:
        """Put these lines in the place of all that there are."""
        record = self._theirs(asset_id)
        there = list(Speech.objects.filter(unit__asset_id=asset_id).values_list("pk", flat=True))
        self._remember(asset_id, there)
        self.whole.append(asset_id)
        forget_units(there)
        record.source, record.model, record.language = source, "", language
        record.save(update_fields=["source", "model", "language"])
        made, units = lines.put_lines(record, drafts)
        self.made += made
        lines.renumber(asset_id)
        lines.vectors_due([asset_id], units, models=self.models)

    def take_heard(self, asset_id: int, kept: Sequence[LineDraft], *, dropped: Collection[int]) -> list[int]:
        """Show what the engine heard last, but for its segments numbered in `dropped`; beside it these lines stay.

        Where none stays the transcript is the engine's again. Returns the units of the segments. Raises
        TranscriptError where nothing is offered.
        """
        record = self._theirs(asset_id)
        heard = HeardTranscript.objects.filter(asset_id=asset_id).first()
        if heard is None:
            raise TranscriptError("There is no other transcript of this file.")
        stay = {line.unit_id for line in kept}
        there = list(Speech.objects.filter(unit__asset_id=asset_id).values_list("pk", flat=True))
        self._remember(asset_id, there)
        self.whole.append(asset_id)
        forget_units([unit for unit in there if unit not in stay])
        record.source, record.model, record.language = heard.source, heard.model, heard.language
        segments = [part for number, part in enumerate(heard.segments) if number not in dropped]
        units = lines.write_segments(record, [lines.as_segment(part) for part in segments])
        self.made += [unit.pk for unit in units]
        if kept:
            HeardTranscript.objects.filter(pk=heard.pk).update(offered=False)
        else:
            heard.delete()
            record.edited_at = None
        record.save(update_fields=["source", "model", "language", "edited_at"])
        lines.renumber(asset_id)
        lines.vectors_due([asset_id], [unit.pk for unit in units], models=self.models)
        return [unit.pk for unit in units]

    def refuse_heard(self, asset_id: int) -> None:
        """Keep what people have made, and no longer offer what an engine heard."""
        self._theirs(asset_id)
        HeardTranscript.objects.filter(asset_id=asset_id).update(offered=False)

    def say_speakers(self, asset_id: int, names: Mapping[int, str]) -> None:
        """Say who speaks these lines (units), "" for nobody known."""
        self._theirs(asset_id)
        for unit, name in lines.say_speakers(names).items():
            self.speakers.setdefault(unit, name)

    def spell(self, name: str) -> None:
        """Write a speaker's name in exactly this way."""
        self.spelled += lines.spell(name)

    def journal(self, summary: str) -> int:
        """Store the correction, and return its id."""
        inverse = {
            "assets": [[asset_id, before] for asset_id, before in self.before.items()],
            "lines": list(self.states.values()),
            "made": self.made,
            "removed": self.removed,
            "whole": self.whole,
            "speakers": [[unit, name] for unit, name in self.speakers.items() if unit not in self.states],
            "spelled": self.spelled,
        }
        return Correction.objects.create(subject=SUBJECT, summary=summary, inverse=inverse).pk

    def _remember(self, asset_id: int, units: Sequence[int]) -> None:
        wanted = set(units) - set(self.made)
        rows = Speech.objects.filter(pk__in=wanted, unit__asset_id=asset_id).select_related("unit", "speaker")
        found = {row.pk: lines.state_of(row) for row in rows}
        if wanted - set(found):
            raise TranscriptError("This line is not there any more: the transcript has changed. Open the page again.")
        for unit, state in found.items():
            if unit in self.speakers:
                state["speaker"] = self.speakers[unit]
            self.states.setdefault(unit, state)

    def _theirs(self, asset_id: int) -> TranscriptRecord:
        """Return the asset's transcript, which is a person's from now on; what an engine heard is kept."""
        record = self.records.get(asset_id)
        if record is None:
            record = TranscriptRecord.objects.create(asset_id=asset_id, source=TranscriptSource.PERSON, model="")
            self.records[asset_id] = record
            self.before[asset_id] = {"new": True}
        heard = HeardTranscript.objects.filter(asset_id=asset_id).first()
        self.before.setdefault(
            asset_id,
            {
                "edited": record.edited_at.isoformat() if record.edited_at else None,
                "source": record.source,
                "model": record.model,
                "language": record.language,
                "offered": heard.offered if heard else False,
            },
        )
        if record.edited_at is None and record.source != TranscriptSource.PERSON:
            keep_heard(record, offered=False)
        record.edited_at = timezone.now()
        record.save(update_fields=["edited_at"])
        return record


@contextmanager
def editing(asset_ids: Collection[int], *, models: Sequence[str]) -> Iterator[Editing]:
    """Lock the transcripts of these assets and change them: all of it is written, or nothing.

    Raises TranscriptError for an asset that is not there.
    """
    wanted = sorted(set(asset_ids))
    with transaction.atomic():
        assets = Asset.objects.filter(pk__in=wanted)
        if assets.count() != len(wanted):
            raise TranscriptError("This file is not in the library any more.")
        if assets.filter(kind=MediaKind.PHOTO).exists():
            raise TranscriptError("Nothing is said in a photo: only videos and recordings have a transcript.")
        rows = TranscriptRecord.objects.select_for_update().filter(asset_id__in=wanted).order_by("pk")
        yield Editing(records={row.asset_id: row for row in rows}, models=tuple(models))


def undo(correction_id: int) -> bool:
    """Put lines and speakers back as they were before a change.

    False when that was undone already, or when the lines are gone, since another transcript was taken.
    """
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None or not _still_there(row.inverse):
            return False
        inverse = row.inverse
        there = dict(inverse["assets"])
        records = TranscriptRecord.objects.select_for_update().filter(asset_id__in=there).order_by("pk")
        for record in records:
            _record_back(record, there[record.asset_id])
        of_whole = Speech.objects.filter(unit__asset_id__in=inverse["whole"]).values_list("pk", flat=True)
        forget_units({*inverse["made"], *of_whole} - {state["unit"] for state in inverse["lines"]})
        units = lines.put_states(inverse["lines"])
        lines.say_speakers(dict(inverse["speakers"]))
        for name in inverse["spelled"]:
            lines.spell(name)
        for asset_id, before in there.items():
            lines.renumber(asset_id)
            if before.get("new"):
                TranscriptRecord.objects.filter(asset_id=asset_id, lines__isnull=True).delete()
        models = StageRun.objects.filter(stage=Stage.EMBED_SPEECH, asset_id__in=there).values_list("model", flat=True)
        lines.vectors_due(list(there), units, models=sorted(set(models)))
        row.undone = True
        row.save(update_fields=["undone"])
        return True


def _still_there(inverse: Mapping[str, Any]) -> bool:
    """Tell whether the lines that a change only changed are there."""
    changed = {state["unit"] for state in inverse["lines"] if state["asset"] not in inverse["whole"]}
    changed -= set(inverse["removed"])
    there = sum(Speech.objects.filter(pk__in=some).count() for some in chunks(changed))
    return there == len(changed)


def _record_back(record: TranscriptRecord, before: Mapping[str, Any]) -> None:
    if before.get("new"):
        return
    heard = HeardTranscript.objects.filter(asset_id=record.asset_id).first()
    edited = before["edited"]
    if edited is not None and record.edited_at is None:
        # The engine's words had been taken: they are what it heard, and people's lines come back.
        keep_heard(record, offered=before["offered"])
    elif edited is not None and heard is not None:
        HeardTranscript.objects.filter(pk=heard.pk).update(offered=before["offered"] or heard.offered)
    record.source, record.model, record.language = before["source"], before["model"], before["language"]
    if edited is None and heard is not None and heard.offered:
        edited = timezone.now().isoformat()  # an engine has said otherwise meanwhile: that stays an offer
    elif edited is None:
        HeardTranscript.objects.filter(asset_id=record.asset_id).delete()
    record.edited_at = None if edited is None else datetime.fromisoformat(edited)
    record.save(update_fields=["source", "model", "language", "edited_at"])
