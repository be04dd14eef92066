"""The published cases: pieces whose in and out points are known in frames."""

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from dam.types import AudioTrack, FrameRate, MediaKind
from dam.types.handoff import PathMap, Piece, PieceLine, TimelineFormat, TimelineWish

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
SUFFIXES = {
    TimelineFormat.OTIO: ".otio",
    TimelineFormat.FCPXML: ".fcpxml",
    TimelineFormat.FCP7: ".xml",
    TimelineFormat.EDL: ".edl",
    TimelineFormat.MARKERS: ".markers.edl",
    TimelineFormat.CSV: ".csv",
}
# Alike in ASCII, with what XML, lists and spreadsheets trip over; the third is no UTF-8.
NAMES = ["Tänzer & <Tänzerin>.mov", "Tanzer Tanzerin 100%.mov", "caf\udce9 #3.mov"]
NOTES = ["=SUM(A1) first", "the | bar", ""]
STEREO = AudioTrack(codec="pcm_s16le", channels=2, sample_rate_hz=48_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    rate: FrameRate
    timecode: str
    frames: int
    shots: list[tuple[int, int]]
    wish: TimelineWish
    sample_rate: int
    time_reference: int

    def __str__(self) -> str:
        return self.name

    @property
    def fps(self) -> Fraction:
        return Fraction(self.rate.numerator, self.rate.denominator)

    @property
    def handle(self) -> int:
        return self.wish.handle_frames or round(self.wish.handle_ms * self.fps / 1000)

    @property
    def used(self) -> list[tuple[int, int]]:
        """The shots with their handles, as far as the file reaches."""
        return [(max(0, first - self.handle), min(self.frames, last + self.handle)) for first, last in self.shots]

    def pieces(self) -> list[Piece]:
        sound = bool(self.sample_rate)
        made = []
        for number, (first, last) in enumerate(self.shots):
            start_ms, end_ms = self._ms(first), self._ms(last)
            middle_ms = (start_ms + end_ms) // 2
            name = NAMES[number].replace(".mov", ".wav") if sound else NAMES[number]
            line = PieceLine(
                start_ms=middle_ms, end_ms=end_ms + 500, text=f"Line {number + 1}: “so” & on", speaker="Ann"
            )
            made.append(
                Piece(
                    asset_id=number + 1,
                    unit_id=number + 11,
                    kind=MediaKind.AUDIO if sound else MediaKind.VIDEO,
                    path=Path("/srv/media/Day 1") / name,
                    offline=number == 2,
                    start_ms=start_ms,
                    end_ms=end_ms,
                    duration_ms=self._ms(self.frames),
                    width=0 if sound else 1920,
                    height=0 if sound else 1080,
                    frame_rate=None if sound else self.rate,
                    timecode=self.timecode,
                    video_frames=0 if sound else self.frames,
                    time_reference=self.time_reference if sound else None,
                    audio_tracks=() if number == 2 and not sound else (STEREO,),
                    title="A title",
                    keywords=("Animals|Dog", "dusk"),
                    note=NOTES[number],
                    lines=(line,),
                )
            )
        return made

    def _ms(self, frame: int) -> int:
        """A frame's time as the catalogue has it: rounded to the millisecond."""
        return round(frame * 1000 / self.fps)


def cases() -> list[Case]:
    with (HERE / "cases.toml").open("rb") as file:
        return [_case(name, said) for name, said in tomllib.load(file).items()]


def _case(name: str, said: dict[str, Any]) -> Case:
    over, under = (int(part) for part in said["rate"].split("/"))
    rate = FrameRate(numerator=over, denominator=under)
    return Case(
        name=name,
        rate=rate,
        timecode=said.get("timecode", ""),
        frames=said["frames"],
        shots=[(first, last) for first, last in said["shots"]],
        wish=TimelineWish(
            name=f"Dancers {name}",
            rate=rate if "sample_rate" in said else None,
            handle_frames=said.get("handle_frames", 0),
            handle_ms=said.get("handle_ms", 0),
            query="red dress -fog",
            path_map=PathMap(here="/srv/media", there="/Volumes/Média"),
        ),
        sample_rate=said.get("sample_rate", 0),
        time_reference=said.get("time_reference", 0),
    )
