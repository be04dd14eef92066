"""Milliseconds, frames and timecode give each other back, at every rate."""

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.handoff.rates import (
    STANDARD_RATES,
    TIMELINE_RATES,
    as_fraction,
    frame_after,
    frame_at,
    from_timecode,
    may_drop,
    nominal,
    rate_name,
    standard_rate,
    to_timecode,
)
from dam.types import FrameRate

NTSC = FrameRate(numerator=30000, denominator=1001)
PAL = FrameRate(numerator=25, denominator=1)
rates = st.sampled_from(STANDARD_RATES)


@given(rate=rates, frame=st.integers(0, 10_000_000))
def test_a_frames_time_in_milliseconds_is_that_frame(rate: FrameRate, frame: int) -> None:
    ms = round(frame * 1000 / as_fraction(rate))
    assert frame_at(ms, rate) == frame
    assert frame_after(ms, rate) == frame


@given(rate=rates, ms=st.integers(0, 10_000_000))
def test_a_stretch_between_frames_is_covered(rate: FrameRate, ms: int) -> None:
    assert frame_at(ms, rate) * 1000 / as_fraction(rate) <= ms + Fraction(1, 2)
    assert frame_after(ms, rate) * 1000 / as_fraction(rate) >= ms - Fraction(1, 2)


@given(rate=rates, drop=st.booleans(), seconds=st.integers(0, 86_399), more=st.integers(0, 240))
def test_timecode_comes_back(rate: FrameRate, drop: bool, seconds: int, more: int) -> None:
    drop = drop and may_drop(rate)
    day = nominal(rate) * 86_400 - (nominal(rate) // 15 * 1296 if drop else 0)
    frame = (seconds * nominal(rate) + more) % day
    text = to_timecode(frame, rate, drop=drop)
    assert from_timecode(text, rate) == (frame, drop)
    assert to_timecode(frame + day, rate, drop=drop) == text


@given(rate=st.sampled_from(TIMELINE_RATES), drop=st.booleans(), frame=st.integers(0, 2_000_000))
def test_timecode_is_that_of_opentimelineio(rate: FrameRate, drop: bool, frame: int) -> None:
    drop = drop and may_drop(rate)
    fps = float(as_fraction(rate))
    theirs = otio.opentime.to_timecode(otio.opentime.RationalTime(frame, fps), fps, drop_frame=drop)
    assert to_timecode(frame, rate, drop=drop) == theirs


@pytest.mark.parametrize(
    ("text", "frame"),
    [("00:01:00;02", 1800), ("00:00:59;29", 1799), ("00:10:00;00", 17_982), ("01:00:00;00", 107_892)],
)
def test_drop_frame_leaves_out_numbers_and_no_frames(text: str, frame: int) -> None:
    assert from_timecode(text, NTSC) == (frame, True)
    assert to_timecode(frame, NTSC, drop=True) == text


def test_a_number_that_is_left_out_is_the_next() -> None:
    assert from_timecode("00:01:00;00", NTSC) == from_timecode("00:01:00;02", NTSC)


@pytest.mark.parametrize("text", ["", "ten", "24:00:00:00", "00:60:00:00", "00:00:00:25", "1:2:3", "00:00:00:-1"])
def test_what_is_no_timecode_is_none(text: str) -> None:
    assert from_timecode(text, PAL) is None


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ((359280, 11987), "29.97"), ((2997, 100), "29.97"), ((23976, 1000), "23.976"), ((30, 1), "30"),
        ((15, 1), "15"), ((20, 1), "20"), ((25, 2), "12.5"), ((1000, 1), "1000"),
        ((19001, 317), "59.94"), ((1, 10), "1"),
    ],
)  # fmt: skip
def test_a_stated_rate_is_counted_as_a_standard_one(stated: tuple[int, int], meant: str) -> None:
    assert rate_name(standard_rate(FrameRate(numerator=stated[0], denominator=stated[1]))) == meant
