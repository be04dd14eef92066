"""The signing key: made on the first start, kept in the data folder, readable by its owner alone."""

import os
import secrets
from pathlib import Path

_KEY_BYTES = 50  # Django's own generator uses 50 characters


def secret_key(folder: Path) -> str:
    """Return the key kept in `folder`, making it (and the folder) if it is not there yet.

    Two processes that start together agree: the file is linked into place whole, and the first one wins.
    """
    path = folder / "secret-key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"secret-key.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_urlsafe(_KEY_BYTES))
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
