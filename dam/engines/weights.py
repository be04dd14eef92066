"""Where a pack's weights lie on this machine, and whether they are all there and whole."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from dam.engines.packs import Pack, PackModel
from dam.errors import ModelUnavailable

MANIFEST = "manifest.json"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """One fetched file: its name in the model's folder, its size and checksum, and where it came from."""

    name: str
    size_bytes: int
    sha256: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A file of a pack that is missing or not what it should be."""

    model: str
    file: str
    what: str


def folder_of(model: PackModel, *, models: Path) -> Path:
    """Return the folder of a model's weights; `models` is the place for fetched ones."""
    return model.shipped or models / model.home / model.port


def is_present(pack: Pack, *, models: Path) -> bool:
    """Whether every weight that the pack needs is here with its right size; contents are `verify`'s business."""
    return not any(_problems_of_sizes(model, models) for model in _needed(pack))


def is_model_present(model: PackModel, *, models: Path) -> bool:
    """Whether one model's weights are here with their right sizes."""
    return not _problems_of_sizes(model, models)


def missing_words(pack: Pack, *, models: Path) -> str:
    """Return one sentence on what is missing, or ""."""
    return _words(pack, [problem for model in _needed(pack) for problem in _problems_of_sizes(model, models)])


def require(pack: Pack, model: PackModel, *, models: Path) -> None:
    """Raise ModelUnavailable, with the command that helps, unless this model's weights are here."""
    problems = _problems_of_sizes(model, models)
    if problems and model.optional:
        raise ModelUnavailable(
            f"The weights of {model.name} are optional and not here: "
            f"`manage.py models pull {pack.name} --{model.port}` fetches them."
        )
    if problems:
        raise ModelUnavailable(_words(pack, problems))


def verify(pack: Pack, *, models: Path, on_bytes: Callable[[int], None] | None = None) -> list[Problem]:
    """Read every byte and compare checksums; `on_bytes` is called with the size of each block read.

    An optional model that was never fetched is no problem.
    """
    problems: list[Problem] = []
    for model in pack.models:
        if model.optional and not folder_of(model, models=models).exists():
            continue
        found = _problems_of_sizes(model, models)
        problems += found
        if found or model.source is None:
            continue
        folder = folder_of(model, models=models)
        for file in read_manifest(folder):
            if hash_file(folder / file.name, on_bytes=on_bytes) != file.sha256:
                problems.append(Problem(model=model.name, file=file.name, what="does not have its checksum"))
    return problems


def write_manifest(folder: Path, files: list[WeightFile]) -> None:
    """Write what a finished download holds; it is written last, so that its presence means completeness."""
    text = json.dumps({"files": [asdict(file) for file in files]}, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> list[WeightFile]:
    """Return what a download holds. Raises ModelUnavailable for a manifest that is missing or foreign."""
    try:
        values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = [
            WeightFile(
                name=str(item["name"]),
                size_bytes=int(item["size_bytes"]),
                sha256=str(item["sha256"]),
                origin=str(item["origin"]),
            )
            for item in values["files"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(f"There are no complete weights in {folder}.") from error
    if any(Path(file.name).name != file.name or file.name in ("", ".", "..", MANIFEST) for file in files):
        raise ModelUnavailable(f"The manifest in {folder} names files outside its folder.")
    return files


def hash_file(path: Path, *, on_bytes: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 of a file, in hexadecimal; a file that can't be read gives ""."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                if on_bytes:
                    on_bytes(len(block))
    except OSError:
        return ""
    return digest.hexdigest()


def _needed(pack: Pack) -> list[PackModel]:
    return [model for model in pack.models if not model.optional]


def _words(pack: Pack, problems: list[Problem]) -> str:
    if not problems:
        return ""
    first = problems[0]
    words = f"The pack “{pack.name}” is not complete: {first.model}: {first.file} {first.what}."
    return f"{words} `manage.py models pull {pack.name}` fetches it." if pack.needs_fetching else words


def _problems_of_sizes(model: PackModel, models: Path) -> list[Problem]:
    if model.shipped is not None:
        absent = [name for name in model.shipped_files if not (model.shipped / name).is_file()]
        what = "is not in this copy of the project"
        return [Problem(model=model.name, file=str(model.shipped / name), what=what) for name in absent]
    if model.source is None:
        return []
    folder = folder_of(model, models=models)
    try:
        files = read_manifest(folder)
    except ModelUnavailable:
        return [Problem(model=model.name, file="its weights", what="were not fetched")]
    problems = []
    for file in files:
        path = folder / file.name
        if not path.is_file():
            problems.append(Problem(model=model.name, file=file.name, what="is missing"))
        elif path.stat().st_size != file.size_bytes:
            problems.append(Problem(model=model.name, file=file.name, what="does not have its size"))
    return problems
