"""How a timeline is wanted: what people fill in, read into a wish."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from dam.handoff.edits import FORMATS
from dam.handoff.rates import TIMELINE_RATES, may_drop, rate_name
from dam.types import FrameRate
from dam.types.handoff import PathMap, TimelineFormat, TimelineWish

_LONGEST_HANDLE_S = 600
_MOST_FRAMES = 36_000  # as long at 60
REMEMBERED = ("format", "rate", "handle", "unit", "marks", "here", "there")


def _rates() -> list[tuple[str, str]]:
    choices = [("", "as most of the clips")]
    for rate in TIMELINE_RATES:
        value = f"{rate.numerator}/{rate.denominator}"
        choices.append((value, f"{rate_name(rate)}{', non-drop' if may_drop(rate) else ''}"))
        if may_drop(rate):
            choices.append((f"{value};", f"{rate_name(rate)}, drop-frame"))
    return choices


RATES = _rates()


class TimelineForm(forms.Form):
    """A timeline to be made of what was chosen."""

    format = forms.ChoiceField(choices=[(form.value, FORMATS[form].label) for form in FORMATS])
    name = forms.CharField(max_length=200, required=False)
    rate = forms.ChoiceField(choices=RATES, required=False)
    handle = forms.DecimalField(
        min_value=0,
        max_digits=8,
        decimal_places=3,
        required=False,
        error_messages={"invalid": "Handles are a number.", "min_value": "Handles can’t be shorter than nothing."},
    )
    unit = forms.ChoiceField(choices=[("seconds", "seconds"), ("frames", "frames")], required=False)
    marks = forms.MultipleChoiceField(choices=[("shots", "shots"), ("lines", "lines")], required=False)
    query = forms.CharField(max_length=1000, required=False)
    here = forms.CharField(max_length=1000, required=False)
    there = forms.CharField(max_length=1000, required=False)

    def clean(self) -> dict[str, Any]:
        """Check what fields mean together. Raises ValidationError, in words."""
        said = super().clean() or {}
        handle, in_frames = said.get("handle") or Decimal(0), said.get("unit") == "frames"
        if in_frames and handle != handle.to_integral_value():
            self.add_error("handle", "Handles in frames are whole ones.")
        if handle > (_MOST_FRAMES if in_frames else _LONGEST_HANDLE_S):
            self.add_error("handle", "Handles are ten minutes at most.")
        if said.get("there") and not said.get("here"):
            self.add_error("here", "Which folder here is that one there?")
        return said

    def wish(self) -> TimelineWish:
        """Return what was asked for; the form must be valid."""
        said = self.cleaned_data
        handle, in_frames = said.get("handle") or Decimal(0), said.get("unit") == "frames"
        rate, drop = _rate(said.get("rate") or "")
        return TimelineWish(
            name=said.get("name") or "",
            rate=rate,
            drop=drop,
            handle_frames=int(handle) if in_frames else 0,
            handle_ms=0 if in_frames else round(handle * 1000),
            query=said.get("query") or "",
            mark_shots="shots" in said["marks"],
            mark_lines="lines" in said["marks"],
            path_map=PathMap(here=said["here"], there=said["there"]) if said.get("there") else None,
        )

    def format_chosen(self) -> TimelineFormat:
        """Return the format; the form must be valid."""
        return TimelineFormat(self.cleaned_data["format"])


def first_values(remembered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form begins with: as it was left last."""
    first = {
        "format": TimelineFormat.FCPXML.value, "rate": "", "handle": "0", "unit": "seconds",
        "marks": ["shots", "lines"], "here": "", "there": "",
    }  # fmt: skip
    return first | {name: remembered[name] for name in REMEMBERED if name in remembered}


def _rate(text: str) -> tuple[FrameRate | None, bool | None]:
    if not text:
        return None, None
    over, under = text.rstrip(";").split("/")
    return FrameRate(numerator=int(over), denominator=int(under)), text.endswith(";")
