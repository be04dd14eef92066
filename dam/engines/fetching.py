"""Weights from their hubs to this machine: resumed where they stopped, checked, and put in place in one step."""

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from dam.engines import hub
from dam.engines.packs import HubSource, Pack, PackModel, UrlSource
from dam.engines.weights import MANIFEST, WeightFile, folder_of, hash_file, is_model_present, write_manifest
from dam.errors import EngineError, ModelUnavailable

PARTIAL = ".partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a download is: `done` of `total` bytes of `file` of `model`."""

    model: str
    file: str
    done: int
    total: int


OnProgress = Callable[[Progress], None]


def fetch(
    pack: Pack,
    *,
    models: Path,
    optional: Collection[str] = (),
    offline: bool = False,
    on_progress: OnProgress | None = None,
) -> int:
    """Fetch what is missing of a pack below `models`; returns how many models were fetched.

    Of its optional models only those of the ports in `optional`.
    An interrupted download goes on where it stopped. A model appears in its folder only when all its files are here
    and have the sizes and checksums that their hub states. Raises ModelUnavailable where no hub answers (within
    seconds), EngineError for a file that is not what it should be or can't be written.
    """
    wanted = [model for model in pack.models if not model.optional or model.port in optional]
    missing = [model for model in wanted if model.source and not is_model_present(model, models=models)]
    if missing and offline:
        raise ModelUnavailable("AFTERIMAGE_OFFLINE is set: no model hub is asked.")
    for model in missing:
        try:
            _fetch_model(pack, model, models=models, on_progress=on_progress or _ignore)
        except OSError as error:
            raise EngineError(f"The weights of {model.name} can't be written: {error}") from error
    return len(missing)


def _fetch_model(pack: Pack, model: PackModel, *, models: Path, on_progress: OnProgress) -> None:
    partial = models / PARTIAL / pack.name / model.port
    partial.mkdir(parents=True, exist_ok=True)
    if isinstance(model.source, HubSource):
        wanted = hub.list_files(model.source)
    elif isinstance(model.source, UrlSource):
        wanted = [hub.describe_url(model.source)]
    else:
        raise EngineError(f"{model.name} has no place to be fetched from.")
    _check_room(partial, sum(file.size_bytes for file in wanted))
    files = []
    for file in wanted:

        def told(done: int, file: hub.RemoteFile = file) -> None:
            on_progress(Progress(model=model.name, file=file.name, done=done, total=file.size_bytes))

        path = partial / file.name
        if not _is_right(path, file):
            hub.download(file, path, on_done=told)
            _check(path, file, model=model)
        told(file.size_bytes)
        files.append(
            WeightFile(name=file.name, size_bytes=file.size_bytes, sha256=hash_file(path), origin=file.origin)
        )
    write_manifest(partial, files)
    install(partial, folder_of(model, models=models), keep={file.name for file in files})


def install(finished: Path, folder: Path, *, keep: set[str]) -> None:
    """Move a complete folder of weights into place, replacing what was there; files not in `keep` are dropped."""
    for item in finished.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        elif item.name not in keep | {MANIFEST}:
            item.unlink()
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    finished.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _is_right(path: Path, file: hub.RemoteFile) -> bool:
    """Whether an earlier attempt already brought this file whole."""
    return path.is_file() and path.stat().st_size == file.size_bytes and file.matches(path)


def _check(path: Path, file: hub.RemoteFile, *, model: PackModel) -> None:
    if path.stat().st_size == file.size_bytes and file.matches(path):
        return
    path.unlink()  # it would be resumed for ever
    raise EngineError(
        f"{file.name} of {model.name} arrived damaged: its checksum is not the one that the hub states. Try again."
    )


def _check_room(folder: Path, size_bytes: int) -> None:
    free = shutil.disk_usage(folder).free + sum(
        (Path(place) / name).stat().st_size for place, _, names in os.walk(folder) for name in names
    )
    if free < size_bytes:
        raise EngineError(
            f"The disk has too little room for the weights: {size_bytes / 1e9:.1f} GB are needed below {folder}."
        )


def _ignore(_: Progress) -> None:
    return None
