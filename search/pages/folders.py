"""A folder as somebody wrote it to one that can be read, or to a sentence that says why not."""

from pathlib import Path

from dam.errors import ConfigError


def readable_folder(text: str) -> Path:
    """Return the folder that a whole path names. Raises ConfigError, in words, for one that can't be read."""
    written = text.strip().strip("\"'")
    if "\x00" in written:
        raise ConfigError("That is no path.")
    try:
        path = Path(written).expanduser()
    except RuntimeError as error:  # ~nobody
        raise ConfigError(f"There is no home folder like in “{written}”.") from error
    if not path.is_absolute():
        raise ConfigError(f"“{written}” is not a whole path: begin with / (or ~ for your home folder).")
    try:
        if not path.exists():
            raise ConfigError(f"There is no folder {path}. {_nearest(path)} is there: check what follows it.")
        if not path.is_dir():
            raise ConfigError(f"{path} is a file. Give the folder that it lies in: {path.parent}")
        next(path.iterdir(), None)
    except PermissionError as error:
        raise ConfigError(
            f"{path} can't be read: the user that Afterimage runs as has no permission. Grant it, or choose another."
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from error
    return path


def _nearest(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.exists())
