"""What writing metadata needs: the tool, the reader that compares pictures, and two folders of ours."""

from dataclasses import dataclass
from pathlib import Path

from dam.ports import MediaReader, MetadataTool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`scratch` is for links, `shadow` for what can't be written where it belongs."""

    tool: MetadataTool
    reader: MediaReader
    scratch: Path
    shadow: Path
