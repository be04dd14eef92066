"""Model packs as data: what each port uses, where its weights come from, and what its licence is."""

from dam.engines.packs.catalogue import load_pack, load_packs
from dam.engines.packs.pack import HubSource, Pack, PackModel, UrlSource

__all__ = ["HubSource", "Pack", "PackModel", "UrlSource", "load_pack", "load_packs"]
