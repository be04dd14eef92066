"""The product's settings with one more pack, for tests that start and kill real processes: it loads at once."""

from pathlib import Path

from dam.engines.packs import Pack, catalogue
from dam.settings import *  # noqa: F403 - the same settings, but for the pack

_shipped = catalogue.load_packs


def _with_quick() -> dict[str, Pack]:
    return {**_shipped(), "quick": catalogue.read_pack(Path(__file__).parent / "packs" / "quick.toml")}


catalogue.load_packs = _with_quick  # type: ignore[assignment]  # the original is cached
