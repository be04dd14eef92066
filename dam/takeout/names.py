"""Where a file about an asset lies in an archive: beside the name of its original, each in a place of its own."""

import os

_LONGEST = 230  # bytes: file systems take 255, and an ending comes after it


class Names:
    """The places that were given out."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def place(self, library: str, raw_path: bytes, fingerprint: str) -> str:
        """Return the place of an asset, without an ending; two libraries of one name are told apart."""
        parts = [part for part in os.fsdecode(raw_path).split("/") if part not in {"", ".", ".."}]
        if len(os.fsencode(parts[-1])) > _LONGEST:
            parts[-1] = fingerprint
        place = "/".join(["library", library.replace("/", "_").strip(". ") or "library", *parts])
        if self._taken.setdefault(place, fingerprint) != fingerprint:
            place = f"{place}.{fingerprint[:12]}"
        return place
