"""The form of a link to a collection, and the terms that come out of it."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from dam.types import DownloadForm, ShareRight, ShareTerms


class ShareForm(forms.Form):
    """Whom a collection is shared with, what they may do, and until when."""

    label = forms.CharField(max_length=100, required=False)
    right = forms.ChoiceField(choices=[(right.value, right.value) for right in ShareRight])
    may = forms.MultipleChoiceField(choices=[(form.value, form.in_words) for form in DownloadForm], required=False)
    side = forms.ChoiceField(
        choices=[("1280", "1280 px"), ("2048", "2048 px"), ("3840", "3840 px"), ("0", "any size")], required=False
    )
    location = forms.BooleanField(required=False)
    living = forms.BooleanField(required=False)
    days = forms.ChoiceField(
        choices=[
            ("1", "after a day"),
            ("7", "after 7 days"),
            ("30", "after 30 days"),
            ("90", "after 90 days"),
            ("365", "after a year"),
            ("", "never"),
        ],
        required=False,
    )
    password = forms.CharField(max_length=1024, strip=False, required=False)

    def terms(self) -> ShareTerms:
        """Return what was chosen, once the form is valid."""
        given = self.cleaned_data
        days = given["days"]
        return ShareTerms(
            label=given["label"],
            right=ShareRight(given["right"]),
            forms=frozenset(DownloadForm(form) for form in given["may"]),
            longest_side=int(given["side"] or 0),
            keep_location=given["location"],
            password=given["password"],
            expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
        )


FIRST = {
    "right": ShareRight.VIEW.value,
    "may": [DownloadForm.RENDITION.value],
    "side": "2048",
    "days": "30",
}
