"""The demo library's spoken pieces: synthesised once, at development time, with ffmpeg's flite source.

Of the synthesisers tried, its voices slt and rms (made from recordings, CMU ARCTIC) are heard by a speech recogniser
without a wrong word; espeak-ng's formant voices were mostly not.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A spoken piece: its folder and file, flite's voice, and its lines with the pause after each."""

    folder: str
    name: str
    title: str
    taken: str
    voice: str
    lines: tuple[str, ...]
    pause_ms: int = 900


TALKS: tuple[Talk, ...] = (
    Talk(
        folder="Podcast/Frames per day", name="episode_07_lisbon_coast.flac", title="Episode 7: Lisbon coast",
        taken="2024-06-18T09:12:00+01:00",
        voice="slt",
        lines=(
            "Welcome back to frames per day.",
            "This week we drove along the coast, and the wind never stopped.",
            "In the morning there was a white boat on the water, and nothing else.",
            "The red car at sunset was the best shot of the day.",
            "We packed the cameras when it was dark, and drove back to the city.",
        ),
    ),
    Talk(
        folder="Podcast/Frames per day", name="episode_08_night_city.flac",
        title="Episode 8: The city after dark", taken="2024-09-24T18:30:00+02:00",
        voice="slt",
        lines=(
            "Tonight we talk about the city after dark.",
            "You need a fast lens, a steady hand, and good shoes.",
            "The rain makes the street shine, and every window is a lamp.",
            "Wait for the bus, then take the picture when the door is open.",
        ),
    ),
    Talk(
        folder="Podcast/Field notes", name="note_2025-04-24_lake.flac", title="Field note: the lake",
        taken="2025-04-24T23:05:00+02:00",
        voice="rms",
        lines=(
            "Field note. The moon over the lake.",
            "A yellow boat, very still, about twenty meters from the shore.",
            "Four seconds were enough. Next time I will bring the long lens.",
        ),
    ),
)  # fmt: skip


def speak(talk: Talk, target: Path) -> None:
    """Synthesises the lines, joins them with pauses and writes FLAC, 16 kHz mono.

    Raises:
        subprocess.CalledProcessError: ffmpeg failed, or was built without flite.
        FileNotFoundError: ffmpeg is not installed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        sources: list[str] = []
        for number, line in enumerate(talk.lines):
            text = Path(scratch) / f"{number}.txt"
            text.write_text(line, encoding="ascii")
            sources += ["-f", "lavfi", "-i", f"flite=textfile={text}:voice={talk.voice}"]
        count = len(talk.lines)
        pad = f"apad=pad_dur={talk.pause_ms}ms"
        chains = [f"[{number}:a]{pad}[a{number}]" for number in range(count)]
        joined = "".join(f"[a{number}]" for number in range(count))
        level = "loudnorm=I=-19:TP=-2:LRA=11,aresample=16000"
        graph = ";".join([*chains, f"{joined}concat=n={count}:v=0:a=1,{level}[out]"])
        tags = ["-metadata", f"title={talk.title}", "-metadata", f"date={talk.taken[:10]}"]
        command = ["ffmpeg", "-v", "error", "-y", *sources, "-filter_complex", graph, "-map", "[out]", "-ac", "1"]
        subprocess.run([*command, "-sample_fmt", "s16", "-bitexact", *tags, str(target)], check=True)
