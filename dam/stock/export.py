"""Checked items to what an agency takes: copies with embedded metadata and its CSV, as a folder or a zip.

    read → copy (never the original itself) → embed → all of them in place at once → the ledger

What breaks off on the way leaves nothing behind, neither files nor a line in the ledger.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3
from django.utils import timezone

from dam.catalog.readers.asset import sources_of
from dam.catalog.readers.libraries import find_covering
from dam.catalog.writers.deliveries import SentAsset, record_delivery
from dam.engines.media.originals import opened_original
from dam.errors import AfterimageError, MediaError, StockError
from dam.ports import MetadataTool
from dam.stock.checks import blocking
from dam.stock.gather import Gathered
from dam.stock.item import Item
from dam.stock.profile import Profile
from dam.stock.tables import Table, tables
from dam.stock.tags import tags_of
from dam.types import DeliveryForm

_BLOCK = 1024 * 1024

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where an export goes: `to` is a folder, or the path of a zip that is not there yet. The rest is the ledger's.

    `written_to` is what the ledger says instead of `to` (the name under which a zip was downloaded).
    """

    to: Path
    form: DeliveryForm
    name: str
    submission_id: int | None = None
    written_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A finished export: where it lies, its files by name, notes by file name, and its line in the ledger."""

    path: Path
    form: DeliveryForm
    files: tuple[str, ...]
    tables: tuple[str, ...]
    notes: dict[str, tuple[str, ...]]
    delivery_id: int


def ready(every: Sequence[Gathered], *, allow_warnings: bool) -> list[Gathered]:
    """Return those that nothing keeps from being exported."""
    return [each for each in every if not blocking(list(each.violations), allow_warnings=allow_warnings)]


def export(
    chosen: Sequence[Gathered],
    agency: Profile,
    target: Target,
    *,
    tool: MetadataTool,
    allow_warnings: bool = False,
    on_progress: Progress | None = None,
) -> Exported:
    """Write an export to its target and into the ledger; returns what was written.

    Raises StockError: for nothing to export or something with violations; for a place that is inside a library or
    where a file of that name lies already; where an original can't be read now. MetadataToolFailed.
    """
    to, form = target.to, target.form
    if not chosen:
        raise StockError("There is nothing to export.")
    if len(ready(chosen, allow_warnings=allow_warnings)) < len(chosen):
        raise StockError("Something with violations can't be exported.")
    files = tables([each.item for each in chosen], agency, day=timezone.localdate())
    _refuse_place(to, form, [*(each.item.file_name for each in chosen), *(table.name for table in files)])
    work = _workspace(to if form is DeliveryForm.FOLDER else to.parent)
    try:
        sent, notes = _copies(chosen, work, tool, on_progress)
        for table in files:
            (work / table.name).write_bytes(table.content)
        _put(work, to, form, names=[*(each.file_name for each in sent), *(table.name for table in files)])
    except OSError as error:
        raise StockError(f"The export can't be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    number = record_delivery(
        sent,
        agency=agency.key,
        name=target.name,
        form=form,
        written_to=target.written_to or str(to),
        warnings=sum(each.warnings for each in chosen),
        submission_id=target.submission_id,
    )
    return Exported(
        path=to,
        form=form,
        files=tuple(each.file_name for each in sent),
        tables=tuple(table.name for table in files),
        notes=notes,
        delivery_id=number,
    )


def _copies(
    chosen: Sequence[Gathered], work: Path, tool: MetadataTool, on_progress: Progress | None
) -> tuple[list[SentAsset], dict[str, tuple[str, ...]]]:
    sent: list[SentAsset] = []
    notes: dict[str, tuple[str, ...]] = {}
    for count, each in enumerate(chosen):
        if on_progress is not None:
            on_progress(count, len(chosen))
        item = each.item
        path = work / item.file_name
        _copy(item, path)
        tags = tags_of(item)
        if tags.notes:
            notes[item.file_name] = tags.notes
        try:
            tool.write(path, values=tags.values, clear=tags.clear, recode_iptc=True)
        except AfterimageError as error:
            raise StockError(f"{item.file_name}: its metadata can't be written into the copy. {error}") from error
        sent.append(
            SentAsset(
                asset_id=item.asset_id,
                fingerprint=each.facts.fingerprint,
                file_name=item.file_name,
                title=item.title,
                description=item.description,
                keywords=item.keywords,
                categories=item.categories,
                editorial=item.editorial,
                digest=_digest(path),
                phash=item.quality.phashes[0] if item.quality.phashes else "",
            )
        )
    if on_progress is not None:
        on_progress(len(chosen), len(chosen))
    return sent, notes


def _copy(item: Item, path: Path) -> None:
    """Copy an original from the first of its places that can be read. Raises StockError."""
    reason = "its drive is not connected, or the file was moved or deleted"
    for source in sources_of(item.asset_id):
        try:
            with opened_original(source) as descriptor, path.open("wb") as copy:
                os.lseek(descriptor, 0, os.SEEK_SET)
                while block := os.read(descriptor, _BLOCK):
                    copy.write(block)
            return
        except MediaError as error:
            reason = str(error).rstrip(".")
    raise StockError(f"{item.own_name} can't be read now: {reason}.")


def _digest(path: Path) -> str:
    found = blake3()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _refuse_place(to: Path, form: DeliveryForm, names: Sequence[str]) -> None:
    library = find_covering(to)
    if library:
        raise StockError(
            f"{to} lies in the library “{library.name}”, where the copies would be indexed as new files: "
            "choose another folder."
        )
    if form is DeliveryForm.ZIP:
        if to.exists():
            raise StockError(f"{to} is there already.")
        return
    if to.exists() and not to.is_dir():
        raise StockError(f"{to} is a file, not a folder.")
    taken = [name for name in names if (to / name).exists()]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise StockError(f"{to} has {taken[0]}{more} already: choose an empty folder.")


def _workspace(folder: Path) -> Path:
    """Make a folder to work in beside the place itself, so that moving is no copying. Raises StockError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".afterimage-", dir=folder))
    except OSError as error:
        raise StockError(f"{folder} can't be written to: {error.strerror}.") from error


def _put(work: Path, to: Path, form: DeliveryForm, *, names: Sequence[str]) -> None:
    if form is DeliveryForm.ZIP:
        archive = work / ".archive.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:  # photos don't get smaller
            for name in names:
                packed.write(work / name, name)
        archive.rename(to)
        return
    placed: list[Path] = []
    try:
        for name in names:
            (work / name).rename(to / name)
            placed.append(to / name)
    except OSError:
        for path in placed:
            path.unlink(missing_ok=True)
        raise


__all__ = ["Exported", "Table", "export", "ready"]
