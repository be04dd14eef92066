"""What must be there before the children start: the data folder, the tables."""

import os

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from dam.catalog.upgrade import bring_up_to_date
from dam.config import Places
from dam.errors import ConfigError


def make_data_folder(places: Places) -> None:
    """Make the data folder, for its owner alone. Raises ConfigError when it can't be written to."""
    try:
        for folder in (places.data, places.run, places.scratch, places.renditions, places.data / "static"):
            folder.mkdir(parents=True, exist_ok=True)
        places.data.chmod(0o700)  # previews and transcripts are as private as the originals
    except OSError as error:
        raise ConfigError(f"The data folder {places.data} can't be made: {error.strerror or error}.") from error
    if not os.access(places.data, os.W_OK | os.X_OK):
        raise ConfigError(f"The data folder {places.data} can't be written to.")


def migrate() -> bool:
    """Bring the tables up to date; tells whether there was anything to do.

    Raises ConfigError for a catalogue that a newer version has made.
    """
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations)
    newer = sorted(name for app, name in loader.applied_migrations if app == "catalog" and (app, name) not in known)
    if newer:
        raise ConfigError(
            f"The catalogue was made by a newer version of Afterimage ({newer[-1]}): update the program, "
            "or give another data folder with AFTERIMAGE_DATA."
        )
    return bring_up_to_date()
