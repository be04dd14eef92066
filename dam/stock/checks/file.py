"""The file: its format and size, how sharp and clean it is, and the name of the copy."""

import re
from pathlib import PurePosixPath

from dam.stock.checks.limits import broken, cell, counted, error, warning
from dam.stock.item import Fix, Item, Surroundings, Violation
from dam.stock.profile import Profile
from dam.types import MediaKind

# In-focus photos measure 0.67 and more, blurred by 2 px of 1000 less than 0.4 (see `dam.catalog.readers.measure`).
_SOFT = 0.40
# Of 255 grey levels, in a preview of about 1,000 px, which averages most noise of the original away. Of 122 real
# photos and videos 95 % stay below 5; above 6 it is noise, or fine texture all over (a fountain's spray): only a
# warning.
_NOISY = 6.0
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_OPEN_BYTES = 3  # a pixel of an open 8-bit RGB picture
_MIB = 1024 * 1024


def check_file(item: Item, agency: Profile, _around: Surroundings) -> list[Violation]:
    """Check kind, format, size in bytes and in pixels."""
    if item.kind not in agency.kinds:
        takes = " and ".join(f"{kind}s" for kind in agency.kinds)
        return [error("file", f"{agency.name} takes {takes} here", limit=takes, actual=item.kind.value)]
    found = []
    ending, taken = ending_of(item.own_name), agency.file.formats[item.kind]
    if ending not in taken:
        part = f"file.formats.{item.kind}"
        listed = ", ".join(taken)
        message = f"{agency.name} does not take this format: export it as {taken[0].upper()} first"
        # Where the list itself is unverified, so is the refusal.
        found.append(broken(agency, part, "file", message, limit=listed, actual=ending or "no ending"))
    if item.kind is MediaKind.PHOTO and item.width and item.height:
        found += _pixels(item, agency)
    size_mb, most_mb = item.size_bytes / 1e6, agency.file.most_mb
    if most_mb is not None and size_mb > most_mb:
        limit, actual = f"at most {most_mb:g} MB", f"{size_mb:.1f} MB"
        found.append(broken(agency, "file.most_mb", "file", "The file is too large", limit=limit, actual=actual))
    return found


def check_quality(item: Item, _agency: Profile, _around: Surroundings) -> list[Violation]:
    """Warn of what looks blurred or noisy; reviewers look at it at full size."""
    sharpness, noise = item.quality.sharpness, item.quality.noise
    found = []
    if sharpness is not None and sharpness < _SOFT:
        limit, actual = f"from {_SOFT:.2f}", f"{sharpness:.2f}"
        found.append(warning("file", "It may be blurred: look at it at full size", limit=limit, actual=actual))
    if noise is not None and noise > _NOISY:
        limit, actual = f"up to {_NOISY:g} of 255", f"{noise:.1f}"
        found.append(warning("file", "It may be noisy: look at it at full size", limit=limit, actual=actual))
    return found


def check_name(item: Item, agency: Profile, around: Surroundings) -> list[Violation]:
    """Check the copy's name: its length, its signs, and that no other copy has it."""
    name, longest = item.file_name, agency.file.name_longest
    found = cell("file_name", name)
    if longest is not None and len(name) > longest:
        fix = Fix(label="Shorten the copy's name", value=shortened(name, longest))
        limit, actual = counted(longest, "character"), str(len(name))
        found.append(
            broken(
                agency,
                "file.name_longest",
                "file_name",
                "The file name is too long",
                limit=limit,
                actual=actual,
                fix=fix,
            )
        )
    if _UNSAFE.search(name) or name.strip(". ") != name or not name:
        fix = Fix(label="Replace those signs", value=safe_name(name))
        found.append(error("file_name", "The file name holds signs that other systems refuse", actual=name, fix=fix))
    if ending_of(name) != ending_of(item.own_name):
        fixed = f"{PurePosixPath(name).stem}.{PurePosixPath(item.own_name).suffix.lstrip('.')}"
        fix = Fix(label="Give it the original's ending", value=fixed)
        found.append(error("file_name", "The ending is not that of the file", actual=name, fix=fix))
    if around.same_name:
        others = ", ".join(around.same_name[:3])
        fix = Fix(label="Add its number", value=numbered(name, item.asset_id, longest))
        found.append(error("file_name", f"Another file is sent by the same name ({others})", actual=name, fix=fix))
    return found


def ending_of(name: str) -> str:
    """Return a file name's ending, small and without the point."""
    return PurePosixPath(name).suffix.lower().lstrip(".")


def safe_name(name: str) -> str:
    """Return a name that every system takes."""
    return re.sub(r"_+", "_", _UNSAFE.sub("_", name)).strip(". ") or "file"


def shortened(name: str, longest: int) -> str:
    """Return a name of at most `longest` characters with the same ending; its beginning and its end tell it apart."""
    path = PurePosixPath(name)
    room = max(1, longest - len(path.suffix))
    stem = re.sub(r"[\s_-]+", "_", path.stem)
    if len(stem) > room:
        tail = min(8, room // 3)  # the number that cameras put last
        stem = stem[: room - tail - 1] + "_" + stem[-tail:] if tail else stem[:room]
    return f"{stem}{path.suffix}"


def numbered(name: str, number: int, longest: int | None) -> str:
    """Return a name with a number before its ending, no longer than `longest`."""
    path, added = PurePosixPath(name), f"_{number}"
    stem = path.stem
    if longest is not None:
        stem = stem[: max(1, longest - len(path.suffix) - len(added))]
    return f"{stem}{added}{path.suffix}"


def _pixels(item: Item, agency: Profile) -> list[Violation]:
    found = []
    rules, megapixels = agency.file, item.width * item.height / 1e6
    shown = f"{megapixels:.1f} MP ({item.width:,} × {item.height:,})"
    if rules.least_megapixels is not None and megapixels < rules.least_megapixels:
        limit = f"at least {rules.least_megapixels:g} MP"
        message = "The picture has too few pixels"
        found.append(broken(agency, "file.least_megapixels", "file", message, limit=limit, actual=shown))
    open_mb = item.width * item.height * _OPEN_BYTES / _MIB
    if rules.least_open_mb is not None and open_mb < rules.least_open_mb:
        limit = f"more than {rules.least_open_mb:g} MB when opened"
        message = "The picture is too small"
        actual = f"{open_mb:.1f} MB ({item.width:,} × {item.height:,})"
        found.append(broken(agency, "file.least_open_mb", "file", message, limit=limit, actual=actual))
    return found
