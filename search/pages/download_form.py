"""The form of a download: what is asked in it, and the wish that comes out."""

from dataclasses import dataclass

from django import forms

from dam.handoff.downloads import LONGEST_HANDLES_MS, QUALITIES, SIDES, DownloadWish
from dam.types import DownloadForm, SoundCut

_SIDE_WORDS = {1280: "1280 px, for mail and chat", 2048: "2048 px, for screens", 3840: "3840 px, for print and 4K"}
_QUALITY_WORDS = dict(zip(QUALITIES, ("good, small", "very good", "best, large"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the one who asks may have; `longest_side` bounds renditions (0: no bound)."""

    forms: tuple[DownloadForm, ...] = tuple(DownloadForm)
    longest_side: int = 0
    location: bool = True


class DownloadChoices(forms.Form):
    """What to download, and how."""

    form = forms.ChoiceField(choices=[(form.value, form.in_words) for form in DownloadForm])
    side = forms.ChoiceField(choices=[], required=False)
    quality = forms.ChoiceField(
        choices=[(str(each), words) for each, words in _QUALITY_WORDS.items()], required=False
    )
    handles = forms.ChoiceField(
        choices=[(str(ms), f"{ms / 1000:g} s" if ms else "none") for ms in (0, 500, 1000, 2000, LONGEST_HANDLES_MS)],
        required=False,
    )
    sound = forms.ChoiceField(
        choices=[
            (SoundCut.EXACT.value, "WAV, exact to the sample"),
            (SoundCut.COPY.value, "MP3 and M4A as they are"),
        ],
        required=False,
    )
    metadata = forms.BooleanField(required=False)
    location = forms.BooleanField(required=False)

    def __init__(self, data: object = None, *, allowed: Allowed, first: DownloadForm | None = None) -> None:
        self.allowed = allowed
        bound = allowed.longest_side
        sides = [(str(side), _SIDE_WORDS[side]) for side in SIDES if not bound or side < bound]
        sides.append((str(bound), f"{bound} px" if bound else "full size"))
        begin = first if first in allowed.forms else allowed.forms[0]
        initial = {
            "form": begin.value,
            "side": next((value for value, _ in sides if value == "2048"), sides[-1][0]),
            "quality": "85",
            "handles": "0",
            "sound": SoundCut.EXACT.value,
            "metadata": True,
        }
        super().__init__(data, initial=initial)  # type: ignore[arg-type]  # a QueryDict or None
        self._choose("form", [(form.value, form.in_words) for form in allowed.forms])
        self._choose("side", sides)

    def wish(self) -> DownloadWish:
        """Return what is wished for, once the form is valid; never more than is allowed."""
        given = self.cleaned_data
        form = DownloadForm(given["form"])
        originals = DownloadForm.ORIGINAL in self.allowed.forms
        # Without a choice: as large as may be.
        side = int(given["side"] or self.allowed.longest_side)
        if form is not DownloadForm.RENDITION:
            side = self.allowed.longest_side
        return DownloadWish(
            form=form,
            longest_side=side,
            quality=int(given["quality"] or 85),
            handles_ms=int(given["handles"] or 0),
            sound=SoundCut(given["sound"] or SoundCut.EXACT),
            keep_metadata=given["metadata"],
            keep_location=given["location"] and self.allowed.location,
            photos_as=DownloadForm.ORIGINAL if originals else DownloadForm.RENDITION,
        )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
