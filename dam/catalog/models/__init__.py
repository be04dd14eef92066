"""The catalogue's tables, by noun."""

from dam.catalog.models.asset import Asset, AssetMetadata, Library, MediaFile
from dam.catalog.models.stage import ActivePack, StageRun
from dam.catalog.models.unit import Embedding, Rendition, Speech, Tombstone, TranscriptRecord, Unit

__all__ = [
    "ActivePack",
    "Asset",
    "AssetMetadata",
    "Embedding",
    "Library",
    "MediaFile",
    "Rendition",
    "Speech",
    "StageRun",
    "Tombstone",
    "TranscriptRecord",
    "Unit",
]
