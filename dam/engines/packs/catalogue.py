"""Pack files to packs: every `*.toml` beside this module, read and checked."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from dam.engines.packs.pack import HubSource, Pack, PackModel, UrlSource
from dam.errors import ConfigError

FOLDER = Path(__file__).parent

PORTS = ("embedder", "transcriber")
OPTIONAL_PORTS = ("faces", "text", "objects", "captions", "sounds")

_NAME = re.compile(r"^[a-z][a-z0-9-]{0,31}$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


@cache
def load_packs() -> dict[str, Pack]:
    """Return the packs by name, the one that needs no download first. Raises ConfigError for a bad file."""
    packs = [read_pack(path) for path in FOLDER.glob("*.toml")]
    return {pack.name: pack for pack in sorted(packs, key=lambda pack: (pack.about_mb, pack.name))}


def load_pack(name: str) -> Pack:
    """Return a pack. Raises ConfigError, naming those that there are."""
    packs = load_packs()
    if name not in packs:
        raise ConfigError(f"There is no model pack “{name}”; there are {', '.join(packs)}.")
    return packs[name]


def read_pack(path: Path) -> Pack:
    """Read one pack file. Raises ConfigError naming the file and the entry that is wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"The pack file {path.name} can't be read: {error}") from error
    reader = _Reader(path)
    name = reader.text(values, "name")
    if not _NAME.match(name):
        reader.fail("name", "must be small letters, digits and hyphens")
    base = _base(path, reader.text(values, "extends", ""), reader)
    optional = {port: reader.model(values, port) for port in OPTIONAL_PORTS if port in values}
    if base is not None:
        own = {port: reader.model(values, port) for port in PORTS if port in values}
        return replace(base, name=name, summary=reader.text(values, "summary"), **own, **optional)
    return Pack(
        name=name,
        summary=reader.text(values, "summary"),
        embedder=reader.model(values, "embedder"),
        transcriber=reader.model(values, "transcriber"),
        **optional,
    )


def _base(path: Path, name: str, reader: "_Reader") -> Pack | None:
    """Return the pack that another one changes in some ports."""
    if not name:
        return None
    if name == path.stem or not _NAME.match(name) or not path.with_name(f"{name}.toml").is_file():
        reader.fail("extends", "must name another pack")
    return read_pack(path.with_name(f"{name}.toml"))


class _Reader:
    """Takes entries out of the tables of one file, with an error that says where."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fail(self, key: str, problem: str) -> NoReturn:
        raise ConfigError(f"The pack file {self._path.name} is wrong: {key} {problem}.")

    def text(self, table: dict[str, Any], key: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            self.fail(key, "must be a text")
        return value

    def texts(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            self.fail(key, "must be a list of texts")
        return tuple(value)

    def model(self, values: dict[str, Any], port: str) -> PackModel:
        table = values.get(port)
        if not isinstance(table, dict):
            self.fail(port, "is missing")
        shipped = self.text(table, "shipped", "")
        options = table.get("options", {})
        if not isinstance(options, dict):
            self.fail(f"{port}.options", "must be a table")
        about_mb = table.get("about_mb", 0)
        if not isinstance(about_mb, int) or about_mb < 0:
            self.fail(f"{port}.about_mb", "must be a whole number")
        optional = table.get("optional", False)
        if not isinstance(optional, bool) or (optional and port in PORTS):
            self.fail(f"{port}.optional", "must be true or false, and false for what every pack needs")
        return PackModel(
            port=port,
            home=self.text(values, "name"),
            adapter=self.text(table, "adapter"),
            name=self.text(table, "name"),
            licence=self.text(table, "licence"),
            about_mb=about_mb,
            optional=optional,
            shipped=self._path.parent / shipped if shipped else None,
            shipped_files=self.texts(table, "shipped_files") if shipped else (),
            source=self._source(table),
            options=options,
        )

    def _source(self, table: dict[str, Any]) -> HubSource | UrlSource | None:
        if "hub" in table:
            hub = table["hub"]
            return HubSource(
                repository=self.text(hub, "repository"),
                patterns=self.texts(hub, "patterns"),
                required=self.texts(hub, "required"),
                revision=self.text(hub, "revision", "main"),
            )
        if "download" in table:
            download = table["download"]
            sha256 = self.text(download, "sha256")
            if not _SHA256.match(sha256):
                self.fail("sha256", "must be 64 hexadecimal digits")
            url = self.text(download, "url")
            if not url.startswith("https://"):
                self.fail("url", "must begin with https://")
            return UrlSource(url=url, sha256=sha256, file_name=url.rsplit("/", 1)[-1])
        return None
