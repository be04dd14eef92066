"""What people fill in."""

from pathlib import Path

from django import forms


class AddLibraryForm(forms.Form):
    """One folder to be indexed."""

    path = forms.CharField(
        max_length=4096,
        strip=True,
        error_messages={"required": "Which folder? Write its whole path, like /home/me/Pictures."},
    )

    def clean_path(self) -> Path:
        """Return the folder. Raises ValidationError, in words, for one that can't be read."""
        text = str(self.cleaned_data["path"]).strip("\"'")
        if "\x00" in text:
            raise forms.ValidationError("That is no path.")
        path = Path(text).expanduser()
        if not path.is_absolute():
            raise forms.ValidationError(f"“{text}” is not a whole path: begin with / (or ~ for your home folder).")
        return _readable_folder(path)


class SignInForm(forms.Form):
    """The one password."""

    password = forms.CharField(max_length=1024, strip=False, error_messages={"required": "Type the password."})


def _readable_folder(path: Path) -> Path:
    try:
        if not path.exists():
            near = _nearest(path)
            raise forms.ValidationError(f"There is no folder {path}. {near} is there: check what follows it.")
        if not path.is_dir():
            raise forms.ValidationError(f"{path} is a file. Give the folder that it lies in: {path.parent}")
        next(path.iterdir(), None)
    except PermissionError as error:
        raise forms.ValidationError(
            f"{path} can't be read: the user that Afterimage runs as has no permission. Grant it, or choose another."
        ) from error
    except OSError as error:
        raise forms.ValidationError(f"{path} can't be read: {error.strerror}.") from error
    return path


def _nearest(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.exists())
