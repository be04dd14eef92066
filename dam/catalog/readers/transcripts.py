"""What is said in an asset, line by line, and by whom."""

import posixpath
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dam.catalog.ids import chunks
from dam.catalog.models import Asset, HeardTranscript, MediaFile, Speech
from dam.types import FileState, LineDraft, SpokenWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One spoken line; `speaker` is a name, "" where nobody was named. `edited` where a person wrote it."""

    unit_id: int
    start_ms: int
    end_ms: int
    text: str
    words: tuple[SpokenWord, ...]
    breaks: tuple[int, ...] = ()
    speaker: str = ""
    person_id: int | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContext:
    """A spoken line with the one before and the one after ("" at either end)."""

    line: Line
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an engine (or a subtitle) heard anew, of a transcript that people changed."""

    source: str
    model: str
    made_at: datetime
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptHead:
    """What is known of an asset's transcript; `edited_at` is None where nobody changed it."""

    asset_id: int
    name: str
    source: str
    model: str
    language: str
    edited_at: datetime | None
    timecode: str
    frame_rate: tuple[int, int]
    duration_ms: int
    offer: Offer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLine:
    """One line as an engine heard it; `number` is its place in what was heard."""

    number: int
    start_ms: int
    end_ms: int
    text: str
    weak: bool


def lines_of(asset_id: int) -> list[Line]:
    """Return the spoken lines of an asset in time order; weak ones are never shown."""
    rows = Speech.objects.filter(unit__asset_id=asset_id, weak=False).select_related("unit", "speaker")
    return [_line(row) for row in rows.order_by("unit__start_ms", "unit__position")]


def lines_in_context(unit_ids: Sequence[int]) -> dict[int, LineContext]:
    """Return these clips' lines by unit, each with its neighbours; clips without words are left out."""
    rows = list(Speech.objects.filter(unit_id__in=unit_ids).select_related("unit", "speaker"))
    # Two queries for all: the lines around are found by their place among those of their recordings.
    around: dict[int, list[tuple[int, str]]] = defaultdict(list)
    spoken = Speech.objects.filter(unit__asset_id__in={row.unit.asset_id for row in rows}, weak=False)
    ordered = spoken.order_by("unit__start_ms", "pk").values_list("unit__asset_id", "unit__start_ms", "text")
    for asset_id, start_ms, text in ordered:
        around[asset_id].append((start_ms, text))
    found: dict[int, LineContext] = {}
    for row in rows:
        lines, start_ms = around[row.unit.asset_id], row.unit.start_ms
        before = bisect_left(lines, start_ms, key=lambda line: line[0]) - 1
        after = bisect_right(lines, start_ms, key=lambda line: line[0])
        found[row.pk] = LineContext(
            line=_line(row),
            before=lines[before][1] if before >= 0 else "",
            after=lines[after][1] if after < len(lines) else "",
        )
    return found


def draft_of(row: Speech) -> LineDraft:
    """Return a line (its unit and speaker joined) as it may be changed."""
    line = _line(row)
    return LineDraft(
        unit_id=line.unit_id,
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        text=line.text,
        words=line.words,
        breaks=line.breaks,
        speaker=line.speaker,
        edited=line.edited,
    )


def head_of(asset_id: int) -> TranscriptHead | None:
    """Return what is known of an asset's transcript, even where there is none yet; None where there is no asset."""
    asset = Asset.objects.filter(pk=asset_id).select_related("transcript", "heard", "metadata").first()
    if asset is None:
        return None
    record, heard = getattr(asset, "transcript", None), getattr(asset, "heard", None)
    said = getattr(asset, "metadata", None)
    path = asset.files.order_by("state", "id").values_list("path", flat=True).first()
    offered = heard if heard is not None and heard.offered else None
    return TranscriptHead(
        asset_id=asset_id,
        name=posixpath.basename(path or f"asset-{asset_id}"),
        source=record.source if record else "",
        model=record.model if record else "",
        language=record.language if record else "",
        edited_at=record.edited_at if record else None,
        timecode=said.timecode if said else "",
        frame_rate=(said.frame_rate_numerator, said.frame_rate_denominator) if said else (0, 0),
        duration_ms=asset.duration_ms,
        offer=Offer(
            source=offered.source,
            model=offered.model,
            made_at=offered.made_at,
            lines=sum(not part["weak"] for part in offered.segments),
        )
        if offered
        else None,
    )


def heard_lines(asset_id: int) -> list[HeardLine]:
    """Return what an engine heard in an asset whose transcript people changed, weak lines, too."""
    row = HeardTranscript.objects.filter(asset_id=asset_id).first()
    return [
        HeardLine(
            number=number,
            start_ms=part["start_ms"],
            end_ms=part["end_ms"],
            text=part["text"],
            weak=part["weak"],
        )
        for number, part in enumerate(row.segments if row else [])
    ]


def asset_of_line(unit_id: int) -> int | None:
    """Return the asset in which a line is spoken, None where there is no such line."""
    rows = Speech.objects.filter(pk=unit_id, weak=False)
    return rows.values_list("unit__asset_id", flat=True).first()


def lines_to_change(unit_ids: Iterable[int]) -> dict[int, list[LineDraft]]:
    """Return these lines by asset, in time order, as they may be changed."""
    found: dict[int, list[LineDraft]] = defaultdict(list)
    for some in chunks(unit_ids):
        rows = Speech.objects.filter(pk__in=some, weak=False).select_related("unit", "speaker")
        for row in rows.order_by("unit__asset_id", "unit__start_ms", "unit__position"):
            found[row.unit.asset_id].append(draft_of(row))
    return found


def lines_of_speaker(name: str) -> dict[int, list[int]]:
    """Return the lines (units), by asset, of the speaker of exactly this name."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Speech.objects.filter(speaker__name=name, weak=False).order_by("unit__asset_id", "unit__start_ms")
    for asset_id, unit_id in rows.values_list("unit__asset_id", "unit_id"):
        found[asset_id].append(unit_id)
    return dict(found)


def names_of_assets(asset_ids: Collection[int]) -> dict[int, str]:
    """Return what files of these assets are called."""
    found: dict[int, str] = {}
    for some in chunks(asset_ids):
        rows = MediaFile.objects.filter(asset_id__in=some).order_by("state", "id").values_list("asset_id", "path")
        for asset_id, path in rows:
            found.setdefault(asset_id, posixpath.basename(path))
    return found


def audible_assets(paths: Sequence[str]) -> list[int]:
    """Return the assets with a transcript whose files lie at or below these paths (absolute), in the paths' order."""
    found: dict[int, None] = {}
    rows = MediaFile.objects.filter(asset__transcript__isnull=False, state=FileState.PRESENT)
    places = [
        (f"{root.rstrip('/')}/{path}", asset)
        for root, path, asset in rows.order_by("path").values_list("library__root", "path", "asset_id")
    ]
    for wanted in paths:
        below = f"{wanted.rstrip('/')}/"
        found |= {asset: None for place, asset in places if place == wanted or place.startswith(below)}
    return list(found)


def _line(row: Speech) -> Line:
    return Line(
        unit_id=row.pk,
        start_ms=row.unit.start_ms,
        end_ms=row.unit.end_ms,
        text=row.text,
        words=tuple(
            SpokenWord(text=text, start_ms=start, end_ms=end, probability=probability)
            for text, start, end, probability in row.words
        ),
        breaks=tuple(row.breaks),
        speaker=row.speaker.name if row.speaker else "",
        person_id=row.speaker.person_id if row.speaker else None,
        edited=row.edited,
    )
