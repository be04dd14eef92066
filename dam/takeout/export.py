"""Everything that people said, out of this installation: tables, XMP, transcripts as SRT, VTT and JSON, documents.

catalogue ─tables→ tables/*.jsonl ─┐
transcripts, XMP ──→ library/… ────┼─manifest with a hash of each file→ the archive
releases ─documents→ documents/… ──┘
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dam.catalog.portable.arrival import Row
from dam.catalog.readers.transcribed import transcribed_assets
from dam.catalog.readers.transcripts import lines_of
from dam.errors import TakeoutError
from dam.ports import MetadataTool
from dam.takeout.folder import Writing, writing
from dam.takeout.names import Names
from dam.takeout.tables import TABLES
from dam.takeout.xmp import write_sidecars
from dam.transcripts.formats import Sheet, TranscriptFormat, write

_CAPTIONS = (TranscriptFormat.SRT, TranscriptFormat.VTT, TranscriptFormat.JSON)
Tell = Callable[[str, int], None]


def export(
    folder: Path, *, documents: Path, tool: MetadataTool | None, tell: Tell = lambda _what, _count: None
) -> Mapping[str, int]:
    """Write an archive into `folder`, which must be new or empty; returns how many of what.

    `documents` is where the releases lie; without a `tool` there are no XMP sidecars. Raises TakeoutError,
    MetadataToolMissing; then nothing is left behind.
    """
    counts: Counter[str] = Counter()
    names = Names()
    with writing(folder) as archive:
        for table in TABLES:
            counts[table.name] = archive.rows(table.file, table.read())
            tell(table.name, counts[table.name])
        counts["captions"] = _captions(archive, names)
        tell("captions", counts["captions"])
        if tool is not None:
            counts += write_sidecars(archive, names, tool)
            tell("xmp", counts["xmp"])
        counts["documents"] = _documents(archive, documents)
        tell("documents", counts["documents"])
        archive.text("README.txt", _README)
    return counts


def _captions(archive: Writing, names: Names) -> int:
    """Write each transcript beside the place of its recording; returns how many."""
    count = 0
    for one in transcribed_assets():
        lines = lines_of(one.asset_id)
        if not lines:
            continue
        place = names.place(one.library, one.raw_path, one.fingerprint)
        sheet = Sheet(
            name=one.name, language=one.language, lines=lines, source=one.source, model=one.model, edited=one.edited
        )
        for form in _CAPTIONS:
            archive.text(f"{place}.{form.value}", write(sheet, form))
        count += 1
    return count


def _documents(archive: Writing, folder: Path) -> int:
    """Copy the releases' documents; returns how many. Raises TakeoutError where one is gone."""
    keys = sorted({str(row["key"]) for row in _releases() if row["key"]})
    for key in keys:
        source = folder / key
        if not source.is_file():
            raise TakeoutError(
                f"The document “{key}” of a release is missing in {folder}: put it back, or delete the release."
            )
        archive.copy(f"documents/{key}", source)
    return len(keys)


def _releases() -> Iterator[Row]:
    return next(table for table in TABLES if table.name == "releases").read()


_README = """An archive of what people said in Afterimage, to be read by any program.

tables/*.jsonl  one JSON object a line; docs/takeout.md of the program says what each holds
library/        beside the names of originals: XMP sidecars, and transcripts as SRT, WebVTT and JSON
documents/      releases, as they were uploaded
manifest.json   size and BLAKE3 of every file

Into an installation: manage.py takeout import FOLDER
"""
