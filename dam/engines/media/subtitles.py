"""Subtitles, embedded or beside the video, to cues: plain text with start and end."""

import html
import re
from typing import BinaryIO

import pysubs2
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from dam.engines.media.wording import clean_text
from dam.errors import MediaTooLarge, UnsupportedMedia
from dam.types import SubtitleCue

MAX_SIDECAR_BYTES = 10 * 1024 * 1024  # a feature film's subtitles are about 100 KB
MAX_CUES = 100_000
_MAX_CUE_CHARS = 2000
# A frame rate for formats that count frames (MicroDVD) and don't say how fast.
_FALLBACK_FPS = 25.0
_DAY_MS = 24 * 3600 * 1000
_TAGS = re.compile(r"\{[^}]*\}|</?[a-zA-Z][^>]*>")
_ASS_FIELDS = 8  # commas before the text in FFmpeg's form: ReadOrder, Layer, Style, Name, 3 margins, Effect


def read_capped(file: BinaryIO) -> bytes:
    """Return a sidecar's bytes. Raises MediaTooLarge."""
    file.seek(0)
    data = file.read(MAX_SIDECAR_BYTES + 1)
    if len(data) > MAX_SIDECAR_BYTES:
        raise MediaTooLarge(f"The subtitle file is larger than {MAX_SIDECAR_BYTES >> 20} MB.")
    return data


def parse_sidecar(data: bytes, suffix: str = "") -> tuple[SubtitleCue, ...]:
    """Return the cues of a subtitle file in time order; the format is told from the content.

    `suffix` (`.srt`, `.vtt`, …) is only asked where the content is ambiguous. Raises UnsupportedMedia.
    """
    text = _decode(data)
    hint = pysubs2.formats.FILE_EXTENSION_TO_FORMAT_IDENTIFIER.get(suffix.lower())
    for form in (None, hint):
        try:
            read = pysubs2.SSAFile.from_string(text, format_=form, fps=_FALLBACK_FPS)
        except Exception:  # noqa: BLE001, S112 — any of a dozen parsers, on any text: not subtitles then
            continue
        cues = (_cue(line.start, line.end, line.plaintext) for line in read if line.type == "Dialogue")
        found = tidy_cues([cue for cue in cues if cue])
        if found:
            return found
        break
    raise UnsupportedMedia("No subtitles can be read from this file.")


def embedded_cues(stream: SubtitleStream, packet: "Packet[SubtitleStream]") -> list[SubtitleCue]:
    """Return the cues of one packet of a text track."""
    if packet.pts is None or packet.time_base is None:
        return []
    start = round(packet.pts * packet.time_base * 1000)
    end = start + round((packet.duration or 0) * packet.time_base * 1000)
    texts = [_event_text(rect) for rect in stream.decode(packet) if isinstance(rect, AssSubtitle)]
    return [cue for cue in (_cue(start, end, text) for text in texts) if cue]


def tidy_cues(cues: list[SubtitleCue]) -> tuple[SubtitleCue, ...]:
    """Return cues in time order, each once, with ends that lie after their starts."""
    ordered = sorted(set(cues[:MAX_CUES]), key=lambda cue: (cue.start_ms, cue.end_ms, cue.text))
    return tuple(ordered)


def _event_text(rect: AssSubtitle) -> str:
    fields = rect.ass.decode("utf-8", "replace").split(",", _ASS_FIELDS)
    return fields[-1].replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")


def _cue(start_ms: int, end_ms: int, text: str) -> SubtitleCue | None:
    plain = clean_text(html.unescape(_TAGS.sub("", text)), limit=_MAX_CUE_CHARS)
    if not plain or not 0 <= start_ms < 7 * _DAY_MS:
        return None
    end_ms = min(end_ms, start_ms + _DAY_MS)
    return SubtitleCue(start_ms=start_ms, end_ms=max(end_ms, start_ms + 1), text=plain)


def _decode(data: bytes) -> str:
    """UTF-8 and UTF-16 where they are that; else Windows' Western code page, by far the commonest of old files."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
