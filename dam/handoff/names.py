"""File names that every system takes, each once: from whatever a file was called to what it is called in a zip."""

import re
import unicodedata

_LONGEST_BYTES = 200  # of UTF-8; file systems take 255, and numbers and endings come on top
# Windows takes none of these; a control or a direction mark shows another name than it is (FAULTS 21, 22).
_REFUSED = re.compile(r'[<>:"/\\|?*]')
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """Return a name for one file or folder: NFC, no character or form that Windows, macOS or Linux refuses.

    Bytes that were no UTF-8 become "_"; one that is nothing but refused characters becomes "unnamed".
    """
    text = unicodedata.normalize("NFC", name)
    text = "".join("_" if unicodedata.category(letter) in _UNSEEN else letter for letter in text)
    text = _REFUSED.sub("_", text).strip().rstrip(". ")
    text = _shortened(text)
    if _RESERVED.fullmatch(text.partition(".")[0].rstrip()):
        text = f"_{text}"
    return text if text.strip("_. ") else "unnamed"


class UniqueNames:
    """Gives each file of one folder tree a name of its own, also where only case or composition differ."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str, *, folder: str = "") -> str:
        """Return a safe name, with its folder before it, that was not given out before: `a.jpg`, then `a (2).jpg`."""
        safe = safe_name(name)
        before = f"{safe_name(folder)}/" if folder else ""
        stem, ending = split_ending(safe)
        found, number = safe, 2
        while _folded(before + found) in self._taken:
            found, number = f"{stem} ({number}){ending}", number + 1
        self._taken.add(_folded(before + found))
        return before + found


def split_ending(name: str) -> tuple[str, str]:
    """Return a name's stem and its ending with the dot; `.hidden` has none."""
    stem, dot, ending = name.rpartition(".")
    return (stem, f".{ending}") if dot and stem and len(ending) <= 16 else (name, "")


def _folded(name: str) -> str:
    """Return what two names have in common that a file system may take for one (APFS, NTFS, FAT)."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())


def _shortened(name: str) -> str:
    if len(name.encode()) <= _LONGEST_BYTES:
        return name
    stem, ending = split_ending(name)
    room = _LONGEST_BYTES - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + ending
