"""What people fill in."""

from pathlib import Path

from django import forms

from dam.errors import ConfigError
from dam.types import Scope
from search.pages.folders import readable_folder


class AddLibraryForm(forms.Form):
    """One folder to be indexed."""

    path = forms.CharField(
        max_length=4096,
        strip=True,
        error_messages={"required": "Which folder? Write its whole path, like /home/me/Pictures."},
    )

    def clean_path(self) -> Path:
        """Return the folder. Raises ValidationError, in words, for one that can't be read."""
        try:
            return readable_folder(str(self.cleaned_data["path"]))
        except ConfigError as error:
            raise forms.ValidationError(str(error)) from error


class SignInForm(forms.Form):
    """The one password."""

    password = forms.CharField(max_length=1024, strip=False, error_messages={"required": "Type the password."})


class TokenForm(forms.Form):
    """A token of the API to be made: what it is for, what it may do, and until when."""

    name = forms.CharField(max_length=100, error_messages={"required": "Say what the token is for."})
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.value) for scope in Scope],
        error_messages={"required": "Choose at least one thing that it may do."},
    )
    days = forms.ChoiceField(
        choices=[("30", "after 30 days"), ("90", "after 90 days"), ("365", "after a year"), ("", "never")],
        required=False,
    )
