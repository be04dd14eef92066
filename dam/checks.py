"""System checks with hints: what would fail later is said at the start."""

import os
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from dam import wiring
from dam.catalog import pack as choices
from dam.catalog.models import Library
from dam.config import config
from dam.engines import exiftool, weights
from dam.engines.packs import load_pack, load_packs
from dam.errors import ConfigError

LEAST_FREE_BYTES = 1 << 30


@register
def check_data_folder(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Look whether the data folder exists or can be made, and can be written to."""
    folder = config().places.data
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return [
            Error(
                f"The data folder {folder} can't be written to.",
                hint="Set AFTERIMAGE_DATA to a folder of your own, or change its owner.",
                id="afterimage.E001",
            )
        ]
    return []


@register
def check_packs(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Look whether every pack file can be read, and AFTERIMAGE_PACK names one."""
    try:
        packs = load_packs()
        pack = load_pack(config().env.pack) if config().env.pack else None
    except ConfigError as error:
        return [Error(str(error), hint="Unset AFTERIMAGE_PACK, or name one of the packs.", id="afterimage.E002")]
    if "starter" not in packs:
        return [Error("The pack “starter” is missing from this copy.", id="afterimage.E003")]
    if pack is None:
        return []
    return _weights_here(pack.name)


@register(Tags.database)
def check_active_pack(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's signature
    databases: Iterable[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Look whether the pack chosen with `models use` exists and its weights are here."""
    if not databases:
        return []
    try:
        chosen = choices.active()
        pack = wiring.choose_pack(row=chosen.name if chosen else "")
    except DatabaseError:  # before the first migration
        return []
    except ConfigError as error:
        return [checks.Warning(str(error), hint="Choose with `manage.py models use`.", id="afterimage.W002")]
    return _weights_here(pack.name)


@register(Tags.database)
def check_libraries(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's signature
    databases: Iterable[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Look whether library folders can be read; one that is not there (an unplugged drive) is no fault."""
    if not databases:
        return []
    try:
        roots = list(Library.objects.values_list("root", flat=True))
    except DatabaseError:
        return []
    return [
        checks.Warning(
            f"The library folder {root} can't be read.",
            hint="Give this user the right to read it and to enter it.",
            id="afterimage.W003",
        )
        for root in roots
        if Path(root).exists() and not os.access(root, os.R_OK | os.X_OK)
    ]


@register
def check_media_libraries(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Look whether the libraries that open media, hold vectors and run models are installed."""
    needed = ("av", "faiss", "open_clip", "PIL", "pocketsphinx", "onnxruntime", "silero_vad")
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        return [
            Error(
                f"Python packages are missing: {', '.join(missing)}.",
                hint="Install the locked dependencies again: make run does.",
                id="afterimage.E004",
            )
        ]
    return []


@register
def check_exiftool(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Look whether the program that writes metadata is here; without it everything else works."""
    if exiftool.is_installed():
        return []
    return [checks.Warning(exiftool.MISSING, hint=exiftool.HINT, id="afterimage.W004")]


def _weights_here(name: str) -> list[CheckMessage]:
    words = weights.missing_words(load_pack(name), models=config().places.models)
    if not words:
        return []
    return [checks.Warning(words, hint=f"`manage.py models verify {name}` says more.", id="afterimage.W001")]
