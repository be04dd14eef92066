"""Every format is what the published set says, and comes back frame-exact through OpenTimelineIO's own adapters."""

import csv
import io
import sys
import xml.etree
from fractions import Fraction
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest
from defusedxml.ElementTree import fromstring

from dam.handoff.edits import make_file
from dam.handoff.rates import from_timecode
from dam.types import FrameRate
from dam.types.handoff import TimelineFormat
from tests.nle.cases import EXPECTED, SUFFIXES, Case, cases

CASES = cases()
OF_VIDEO = [case for case in CASES if not case.sample_rate]
WHOLE_RATES = [case for case in OF_VIDEO if case.rate.denominator == 1]
Range = tuple[int, int]


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("form", list(TimelineFormat))
def test_what_is_written_is_the_published_file(case: Case, form: TimelineFormat) -> None:
    expected = (EXPECTED / f"{case.name}{SUFFIXES[form]}").read_bytes()
    assert make_file(case.pieces(), case.wish, form).body == expected


@pytest.mark.parametrize("case", OF_VIDEO, ids=str)
def test_otio_comes_back_exact(case: Case) -> None:
    timeline = _read(case, TimelineFormat.OTIO, "otio_json")
    pictures, sound = timeline.tracks
    for clip, used in zip(pictures.find_clips(), case.used, strict=True):
        assert _frames(clip.source_range, case) == _from_start(case, used)
        assert _frames(clip.media_reference.available_range, case) == _from_start(case, (0, case.frames))
        assert clip.source_range.start_time.rate == float(case.fps)
    assert [clip.name for clip in sound.find_clips()] == [clip.name for clip in pictures.find_clips()][:2]
    assert pictures.duration() == sound.duration()
    marked = [(mark.name, mark.metadata["afterimage"]["kind"]) for clip in pictures for mark in clip.markers]
    assert marked[:2] == [("red dress -fog", "shot"), ("Ann: Line 1: “so” & on", "line")]
    shots = [clip.markers[0].marked_range for clip in pictures]
    assert [_frames(shot, case) for shot in shots] == [_from_start(case, shot) for shot in case.shots]


@pytest.mark.parametrize("case", OF_VIDEO, ids=str)
def test_an_edl_comes_back_exact(case: Case) -> None:
    timeline = _read(case, TimelineFormat.EDL, "cmx_3600", rate=float(case.fps))
    by_name = {track.name: track for track in timeline.tracks}
    assert set(by_name) == {"V", "A1", "A2"}
    clips = list(by_name["V"].find_clips())
    day = _day(case)
    for clip, used in zip(clips, case.used, strict=True):
        first, last = _from_start(case, used)
        assert _frames(clip.source_range, case) == (first % day, first % day + last - first)
    reels = [clip.metadata["cmx_3600"]["reel"] for clip in clips]
    assert len(set(reels)) == 3
    assert all(reel.isascii() and reel.isalnum() and len(reel) <= 8 for reel in reels)
    assert [clip.name for clip in clips][:2] == ["Tänzer & <Tänzerin>.mov", "Tanzer Tanzerin 100%.mov"]
    lengths = [last - first for first, last in case.used]
    assert [round(clip.duration().value) for clip in clips] == lengths


@pytest.mark.parametrize("case", CASES, ids=str)
def test_final_cut_7_comes_back_exact(case: Case) -> None:
    timeline = _read(case, TimelineFormat.FCP7, "fcp_xml")
    kinds = [track.kind for track in timeline.tracks]
    assert kinds == (["Audio", "Audio"] if case.sample_rate else ["Video", "Audio", "Audio"])
    clips = list(timeline.tracks[0].find_clips())
    for clip, used in zip(clips, case.used, strict=True):
        start = clip.media_reference.available_range.start_time
        first, last = _frames(clip.source_range, case)
        # Counted from the file's first frame, whatever that one is called.
        assert (first - round(start.value), last - round(start.value)) == used
        assert (first, last) == _from_start(case, used)
    assert clips[0].media_reference.target_url.startswith("file://localhost/Volumes/M%C3%A9dia/Day%201/T%C3%A4nzer")
    at = 0
    for clip in clips:
        assert round(clip.range_in_parent().start_time.value) == at
        at += round(clip.duration().value)
    texts = [mark.name for mark in clips[0].markers]
    assert texts == ["red dress -fog", "Ann: Line 1: “so” & on"]


def test_final_cut_7_says_the_format_of_the_sequence_and_links_picture_and_sound() -> None:
    root = _tree(OF_VIDEO[0], TimelineFormat.FCP7)
    samples = root.find("./sequence/media/video/format/samplecharacteristics")
    assert samples is not None
    assert samples.findtext("width") == "1920"
    ids = {item.get("id") for item in root.iter("clipitem")}
    links = [link.findtext("linkclipref") for link in root.iter("link")]
    assert links
    assert set(links) <= ids
    assert all(item.findtext("name", "").endswith(".mov") for item in root.iter("clipitem"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_fcpxml_counts_in_whole_frames_and_names_what_it_uses(case: Case) -> None:
    root = _tree(case, TimelineFormat.FCPXML)
    formats = {one.get("id"): _seconds(one.get("frameDuration")) for one in root.iter("format")}
    assets = {one.get("id"): one for one in root.iter("asset")}
    sequence = next(root.iter("sequence"))
    frame = formats[sequence.get("format")]
    assert frame == 1 / case.fps
    at = _seconds(sequence.get("tcStart"))
    start = _start(case) * frame
    clips = list(root.iter("asset-clip"))
    for clip, (first, last) in zip(clips, case.used, strict=True):
        asset = assets[clip.get("ref")]
        assert _seconds(clip.get("offset")) == at  # of the timeline: no timecode of the file
        assert _seconds(clip.get("duration")) == (last - first) * frame
        own_start = _seconds(asset.get("start"))
        if case.sample_rate:
            assert own_start == Fraction(case.time_reference, case.sample_rate)
            assert asset.get("hasVideo") is None
            assert _seconds(clip.get("start")) - own_start == first * frame
        else:
            assert own_start == start
            assert _seconds(clip.get("start")) == start + first * frame
            assert _seconds(asset.get("duration")) == case.frames * frame
            assert asset.get("format") in formats
        assert asset.get("src", "").startswith("file:///Volumes/")
        for name in ("offset", "duration"):
            assert (_seconds(clip.get(name)) / frame).denominator == 1
        at += (last - first) * frame
    assert _seconds(sequence.get("duration")) == at - _seconds(sequence.get("tcStart"))
    assert unquote_to_bytes(assets["a3"].get("src", "")).endswith(
        b"caf\xe9 #3.wav" if case.sample_rate else b"caf\xe9 #3.mov"
    )


@pytest.mark.parametrize("case", WHOLE_RATES, ids=str)
def test_fcpxml_is_read_by_the_old_adapter_to_a_frame(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    # It imports a module that left Python in 3.9.
    monkeypatch.setitem(sys.modules, "xml.etree.cElementTree", ET)
    monkeypatch.setattr(xml.etree, "cElementTree", ET, raising=False)
    stack = _read(case, TimelineFormat.FCPXML, "fcpx_xml")
    clips = list(stack.find_clips())
    for clip, used in zip(clips, case.used, strict=True):
        first, last = _from_start(case, used)
        found_first, found_last = _frames(clip.source_range, case)
        assert abs(found_first - first) <= 1
        assert abs(found_last - last) <= 2
        assert clip.media_reference.target_url.startswith("file:///Volumes/")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_markers_for_resolve_lie_where_the_shots_lie_on_the_timeline(case: Case) -> None:
    lines = _text(case, TimelineFormat.MARKERS).splitlines()
    drop = "FCM: DROP FRAME" in lines
    assert drop == (";" in case.timecode)
    found = [
        (from_timecode(lines[place - 1].split()[4], case.rate), line.split("|M:")[1].split(" |D:"))
        for place, line in enumerate(lines)
        if "ResolveColorGreen" in line
    ]
    hour, _ = from_timecode(f"01:00:00{';' if drop else ':'}00", case.rate) or (0, False)
    at = hour
    for (place, (name, length)), (first, last), (used_first, used_last) in zip(
        found, case.shots, case.used, strict=True
    ):
        assert place == (at + first - used_first, drop)
        assert (name, int(length)) == ("red dress -fog", last - first)
        at += used_last - used_first


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_log_is_a_table_that_computes_nothing(case: Case) -> None:
    text = _text(case, TimelineFormat.CSV)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [int(row["Frames"]) for row in rows] == [last - first for first, last in case.used]
    assert rows[0]["Note"] == "'=SUM(A1) first"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert [row["Offline"] for row in rows] == ["", "", "yes"]


def test_sound_alone_is_cut_in_samples() -> None:
    case = next(case for case in CASES if case.sample_rate)
    timeline = _read(case, TimelineFormat.OTIO, "otio_json")
    (track,) = timeline.tracks
    assert track.kind == "Audio"
    for clip, (first, last) in zip(track.find_clips(), case.used, strict=True):
        start = clip.source_range.start_time
        assert (start.value, start.rate) == (case.time_reference + first * 48_000 // 25, 48_000)
        assert clip.duration() == otio.opentime.RationalTime(last - first, 25)


def _text(case: Case, form: TimelineFormat) -> str:
    return make_file(case.pieces(), case.wish, form).body.decode("utf-8")


def _tree(case: Case, form: TimelineFormat) -> ET.Element:
    return fromstring(_text(case, form))


def _read(case: Case, form: TimelineFormat, adapter: str, **more: Any) -> Any:
    return otio.adapters.read_from_string(_text(case, form), adapter, **more)


def _frames(found: Any, case: Case) -> Range:
    """A range of OpenTimelineIO in whole frames; what is no whole frame fails."""
    start, length = (time.rescaled_to(float(case.fps)).value for time in (found.start_time, found.duration))
    assert abs(start - round(start)) < 1e-6
    assert abs(length - round(length)) < 1e-6
    return round(start), round(start) + round(length)


def _start(case: Case) -> int:
    if case.sample_rate:
        return int(case.time_reference * case.fps / case.sample_rate)
    found = from_timecode(case.timecode, case.rate) if case.timecode else None
    return found[0] if found else 0


def _from_start(case: Case, used: Range) -> Range:
    return _start(case) + used[0], _start(case) + used[1]


def _day(case: Case) -> int:
    last, _ = from_timecode(
        f"23:59:59{';' if ';' in case.timecode else ':'}{round(case.rate.fps) - 1}", case.rate
    ) or (0, False)
    return last + 1


def _seconds(text: str | None) -> Fraction:
    assert text is not None
    assert text.endswith("s")
    return Fraction(text[:-1])


def test_a_mix_of_rates_keeps_each_files_own_frames() -> None:
    one, other = (next(case for case in CASES if case.name == name) for name in ("25", "2997-non-drop"))
    pieces = [*one.pieces(), *other.pieces()[:1]]
    made = make_file(pieces, one.wish, TimelineFormat.OTIO)
    timeline = otio.adapters.read_from_string(made.body.decode(), "otio_json")
    last = list(timeline.tracks[0].find_clips())[-1]
    assert last.source_range.start_time.rate == float(other.fps)
    assert last.source_range.start_time.value == _start(other) + other.shots[0][0]
    assert any("1 at 29.97" in warning for warning in made.warnings)
    root = fromstring(make_file(pieces, one.wish, TimelineFormat.FCPXML).body.decode())
    clip = list(root.iter("asset-clip"))[-1]
    conform = clip.find("conform-rate")
    assert conform is not None
    assert conform.attrib == {"scaleEnabled": "0", "srcFrameRate": "29.97"}
    assert (_seconds(clip.get("duration")) * 25).denominator == 1
    listed = make_file(pieces, one.wish, TimelineFormat.EDL)
    assert any("frame off" in warning for warning in listed.warnings)
    otio.adapters.read_from_string(listed.body.decode(), "cmx_3600", rate=25.0)  # and it is a list that can be read


def test_rates_are_those_of_the_set() -> None:
    assert {case.rate for case in CASES} == {
        FrameRate(numerator=over, denominator=under)
        for over, under in [
            (24000, 1001), (24, 1), (25, 1), (30000, 1001), (50, 1), (60000, 1001), (60, 1)
        ]
    }  # fmt: skip
