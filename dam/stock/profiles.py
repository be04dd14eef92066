"""Profile files to profiles: every `*.toml` in `profiles/` and in the user's own folder, read and checked once.

    profile("adobe-stock").title.longest   # 70

A user's file with the key of one that ships takes its place. Files are read again when they change.
"""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from dam.config import config
from dam.errors import ConfigError, StockError
from dam.stock.profile import Profile, Standing
from dam.stock.profile_reader import Reader

FOLDER = Path(__file__).parent / "profiles"
_MOST_BYTES = 1_000_000  # a profile has a few thousand

Stamp = tuple[tuple[str, int, int], ...]


def profiles() -> dict[str, Profile]:
    """Return the agencies by key, by name. Raises ConfigError naming the file and the entry that is wrong."""
    return _load(_stamp(FOLDER), _stamp(config().places.agencies))


def profile(key: str) -> Profile:
    """Return one agency's profile. Raises StockError naming those that there are, ConfigError."""
    known = profiles()
    if key not in known:
        raise StockError(f"There is no agency “{key}”; there are {', '.join(known)}.")
    return known[key]


def read_profile(path: Path, *, own: bool = False) -> Profile:
    """Read one profile file. Raises ConfigError naming the file and the entry that is wrong."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"The agency file {path.name} is larger than a profile can be.")
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"The agency file {path.name} can't be read: {error}") from error
    return _profile(Reader(path.name, values), own=own)


def _profile(reader: Reader, *, own: bool) -> Profile:
    kinds = reader.kinds("kinds", default=None)
    read = reader.value("read", date)
    found = Profile(
        key=reader.key("key"),
        name=reader.text("name"),
        status=reader.choice("status", Standing),
        source=reader.text("source"),
        read=read,
        edition=reader.text("edition", ""),
        kinds=kinds,
        versions=reader.number("versions"),
        notes=reader.texts("notes"),
        unverified=reader.texts("unverified"),
        file=reader.file(kinds),
        title=reader.words("title"),
        description=reader.words("description"),
        keywords=reader.keywords(),
        category=reader.category(),
        editorial=reader.editorial(),
        options=reader.options(),
        csv=reader.csvs(),
        own=own,
    )
    reader.finish()
    return found


@lru_cache(maxsize=8)
def _load(shipped: Stamp, own: Stamp) -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    for stamp, theirs in ((shipped, False), (own, True)):
        for name, _, _ in stamp:
            each = read_profile(Path(name), own=theirs)
            found[each.key] = each
    return dict(sorted(found.items(), key=lambda pair: pair[1].name.casefold()))


def _stamp(folder: Path) -> Stamp:
    """Return the files of a folder with what changes when they do."""
    found: list[tuple[str, int, int]] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            facts: Any = path.stat()
        except OSError:  # it went away this moment
            continue
        found.append((str(path), facts.st_mtime_ns, facts.st_size))
    return tuple(found)
