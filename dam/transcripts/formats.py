"""A transcript as a file: SRT and WebVTT for players, text with timecodes for people, JSON with every word."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dam.catalog.readers.transcripts import Line
from dam.catalog.words import clean
from dam.transcripts.captions import Caption, captions
from dam.transcripts.timecode import FrameCount


class TranscriptFormat(StrEnum):
    """What a transcript can be written as; the value is the file's suffix."""

    SRT = "srt"
    VTT = "vtt"
    TXT = "txt"
    JSON = "json"


MIMES = {
    TranscriptFormat.SRT: "application/x-subrip; charset=utf-8",
    TranscriptFormat.VTT: "text/vtt; charset=utf-8",
    TranscriptFormat.TXT: "text/plain; charset=utf-8",
    TranscriptFormat.JSON: "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that a file says of a transcript; `name` is that of the recording, `counted` how its frames are counted."""

    name: str
    language: str
    lines: Sequence[Line]
    counted: FrameCount = field(default_factory=FrameCount)
    source: str = ""
    model: str = ""
    edited: bool = False


def write(sheet: Sheet, form: TranscriptFormat) -> str:
    """Return a transcript as the text of a file, UTF-8 to be."""
    return _WRITERS[form](sheet)


def as_srt(sheet: Sheet) -> str:
    """Return SubRip: numbered captions, who speaks before the words where a turn begins."""
    parts = []
    for number, caption in enumerate(captions(sheet.lines, named=True), start=1):
        text = "\n".join(clean(row).replace("-->", "→") for row in caption.rows)
        parts.append(f"{number}\n{_clock(caption.start_ms, ',')} --> {_clock(caption.end_ms, ',')}\n{text}\n")
    return "\n".join(parts)


def as_vtt(sheet: Sheet) -> str:
    """Return WebVTT, as the W3C's recommendation has it: who speaks is a voice span, and marks are escaped."""
    cues = [
        f"{_clock(caption.start_ms, '.')} --> {_clock(caption.end_ms, '.')}\n{_cue(caption)}\n"
        for caption in captions(sheet.lines)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def as_txt(sheet: Sheet) -> str:
    """Return a line of text for each spoken line, with the timecode at which it begins."""
    rows, speaker = [], ""
    for line in sheet.lines:
        who = f"{line.speaker}: " if line.speaker and line.speaker != speaker else ""
        speaker = line.speaker
        rows.append(f"{sheet.counted.at(line.start_ms)}  {who}{' '.join(clean(line.text).split())}\n")
    return "".join(rows)


def as_json(sheet: Sheet) -> str:
    """Return everything: lines with speakers, and of each word its times (ms) and how sure the engine was (0..1)."""
    return json.dumps(as_data(sheet), ensure_ascii=False, indent=1) + "\n"


def as_data(sheet: Sheet) -> dict[str, Any]:
    """Return what `as_json` writes."""
    return {
        "name": sheet.name,
        "language": sheet.language,
        "source": sheet.source,
        "model": sheet.model,
        "edited": sheet.edited,
        "lines": [
            {
                "start_ms": line.start_ms,
                "end_ms": line.end_ms,
                "speaker": line.speaker,
                "text": line.text,
                "edited": line.edited,
                "breaks": list(line.breaks),
                "words": [
                    {
                        "text": word.text,
                        "start_ms": word.start_ms,
                        "end_ms": word.end_ms,
                        "probability": round(word.probability, 4),
                    }
                    for word in line.words
                ],
            }
            for line in sheet.lines
        ],
    }


_WRITERS: dict[TranscriptFormat, Callable[[Sheet], str]] = {
    TranscriptFormat.SRT: as_srt,
    TranscriptFormat.VTT: as_vtt,
    TranscriptFormat.TXT: as_txt,
    TranscriptFormat.JSON: as_json,
}


def _clock(ms: int, point: str) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _cue(caption: Caption) -> str:
    text = "\n".join(_escaped(row).replace("-->", "--&gt;") for row in caption.rows)
    return f"<v {_escaped(caption.speaker).replace('>', '&gt;')}>{text}</v>" if caption.speaker else text


def _escaped(text: str) -> str:
    plain = " ".join(clean(text).split())
    return plain.replace("&", "&amp;").replace("<", "&lt;")
