"""A pack's weights as one archive, for machines without a network."""

import io
import json
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from dam.engines.fetching import install
from dam.engines.packs import Pack, PackModel, UrlSource, load_packs
from dam.engines.weights import (
    BLOCK,
    WeightFile,
    folder_of,
    hash_file,
    is_model_present,
    read_manifest,
    verify,
    write_manifest,
)
from dam.errors import EngineError

FORMAT = 1
CONTENTS = "afterimage-pack.json"
LARGEST_CONTENTS = 1 << 20
LARGEST_PACK = 64 << 30  # bytes; ten times the largest pack


def export_pack(pack: Pack, target: Path, *, models: Path, on_bytes: Callable[[int], None] | None = None) -> None:
    """Write the pack's fetched weights, with their checksums, to one tar file. Raises EngineError, OSError."""
    if not pack.needs_fetching:
        raise EngineError(f"The pack “{pack.name}” needs no export: its weights come with the project.")
    problems = verify(pack, models=models)
    if problems:
        first = problems[0]
        raise EngineError(f"The pack “{pack.name}” is not whole here: {first.file} of {first.model} {first.what}.")
    here = [model for model in _fetched(pack) if not model.optional or is_model_present(model, models=models)]
    parts = {model.port: read_manifest(folder_of(model, models=models)) for model in here}
    contents = {
        "format": FORMAT,
        "pack": pack.name,
        "models": {model.port: model.name for model in here},
        "files": {port: [asdict(file) for file in files] for port, files in parts.items()},
    }
    target = target.absolute()
    with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as scratch:
        half = Path(scratch) / "pack.tar"
        with tarfile.open(half, "w") as archive:
            raw = json.dumps(contents, indent=1).encode()
            archive.addfile(_member(CONTENTS, len(raw)), io.BytesIO(raw))
            for model in here:
                for file in parts[model.port]:
                    with (folder_of(model, models=models) / file.name).open("rb") as source:
                        archive.addfile(_member(f"{model.port}/{file.name}", file.size_bytes), source)
                    if on_bytes:
                        on_bytes(file.size_bytes)
        half.replace(target)


def import_pack(source: Path, *, models: Path, on_bytes: Callable[[int], None] | None = None) -> Pack:
    """Install the weights of an archive and return their pack. Raises EngineError, OSError.

    Nothing is unpacked by name: each member must be a plain file that the archive's own list names, with its size
    and checksum; all go to a scratch folder first, and the pack changes only when everything was right.
    """
    models.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(source, "r:") as archive, tempfile.TemporaryDirectory(dir=models) as scratch:
            pack, listed = _read_contents(archive)
            for member in archive:
                _unpack(archive, member, listed, Path(scratch), on_bytes)
            inside = _inside(pack, listed)
            for model in inside:
                _finish(model, listed[model.port], Path(scratch) / model.port)
            for model in inside:
                files = listed[model.port]
                install(
                    Path(scratch) / model.port,
                    folder_of(model, models=models),
                    keep={file.name for file in files},
                )
    except tarfile.TarError as error:
        raise EngineError(f"{source.name} is not an archive that `models export` wrote: {error}") from error
    return pack


Listed = dict[str, list[WeightFile]]


def _read_contents(archive: tarfile.TarFile) -> tuple[Pack, Listed]:
    first = archive.next()
    if first is None or first.name != CONTENTS or not first.isreg() or first.size > LARGEST_CONTENTS:
        raise EngineError("This is not an archive that `models export` wrote.")
    stream = archive.extractfile(first)
    try:
        values = json.loads(stream.read() if stream else b"")
        if values["format"] != FORMAT:
            raise EngineError(f"This archive has format {values['format']}; this version reads {FORMAT}.")
        pack = load_packs().get(values["pack"])
        if pack is None:
            raise EngineError(f"This archive holds the pack “{values['pack']}”, which this version does not know.")
        listed = {
            model.port: [WeightFile(**item) for item in values["files"][model.port]]
            for model in _fetched(pack)
            if not model.optional or model.port in values["files"]
        }
        _check_listed(pack, listed, values["models"])
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(f"The archive's list of contents can't be read: {error}") from error
    return pack, listed


def _check_listed(pack: Pack, listed: Listed, names: dict[str, str]) -> None:
    for model in _inside(pack, listed):
        if names[model.port] != model.name:
            raise EngineError(f"This archive holds {names[model.port]}; “{pack.name}” now uses {model.name}.")
        for file in listed[model.port]:
            if Path(file.name).name != file.name or file.name in ("", ".", "..") or file.size_bytes < 0:
                raise EngineError(f"The archive names a file that can't be: {file.name!r}.")
            source = model.source
            if isinstance(source, UrlSource) and file.sha256 != source.sha256:
                raise EngineError(f"{file.name} in the archive is not the one that “{pack.name}” uses.")
    if sum(file.size_bytes for files in listed.values() for file in files) > LARGEST_PACK:
        raise EngineError("The archive says that it is larger than any pack.")


def _unpack(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    listed: Listed,
    scratch: Path,
    on_bytes: Callable[[int], None] | None,
) -> None:
    if member.name == CONTENTS:
        return
    port, _, name = member.name.partition("/")
    wanted = next((file for file in listed.get(port, ()) if file.name == name), None)
    if wanted is None or not member.isreg() or member.issparse() or member.size != wanted.size_bytes:
        raise EngineError(f"The archive holds something that it does not list: {member.name!r}.")
    stream = archive.extractfile(member)
    target = scratch / port / name
    target.parent.mkdir(exist_ok=True)
    with target.open("xb") as out:  # a member that comes twice fails here
        while stream and (block := stream.read(BLOCK)):
            out.write(block)
            if on_bytes:
                on_bytes(len(block))


def _finish(model: PackModel, files: list[WeightFile], folder: Path) -> None:
    for file in files:
        if hash_file(folder / file.name) != file.sha256:
            raise EngineError(f"{file.name} of {model.name} is missing from the archive or damaged.")
    write_manifest(folder, files)


def _inside(pack: Pack, listed: Listed) -> list[PackModel]:
    """Return the models that an archive holds: all that the pack needs, and what is optional where it was there."""
    return [model for model in _fetched(pack) if model.port in listed]


def _fetched(pack: Pack) -> list[PackModel]:
    return [model for model in pack.models if model.source is not None]


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member
