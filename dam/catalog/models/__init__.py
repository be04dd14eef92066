"""The catalogue's tables, by noun."""

from dam.catalog.models.asset import Asset, AssetMetadata, Library, MediaFile
from dam.catalog.models.collection import Collection, CollectionItem, PastSearch
from dam.catalog.models.journal import Correction, Preference
from dam.catalog.models.measure import AssetPlace, UnitColour, UnitLook, UnitMeasure
from dam.catalog.models.metadata_edit import MetadataChange, MetadataEdit
from dam.catalog.models.people import Face, FaceRefusal, IgnoredRegion, Person
from dam.catalog.models.pin import PinnedQuery, PinResult, PinRun, PinTurn
from dam.catalog.models.seen import Caption, DetectedObject, TextLine
from dam.catalog.models.stage import ActivePack, StageModel, StageRun
from dam.catalog.models.tag import Tag, TagScore, TagVerdict, TaughtTag
from dam.catalog.models.token import ApiToken
from dam.catalog.models.transcript import HeardTranscript, Speaker, Speech, TranscriptRecord
from dam.catalog.models.unit import Embedding, Rendition, Tombstone, Unit

__all__ = [
    "ActivePack",
    "ApiToken",
    "Asset",
    "AssetMetadata",
    "AssetPlace",
    "Caption",
    "Collection",
    "CollectionItem",
    "Correction",
    "DetectedObject",
    "Embedding",
    "Face",
    "FaceRefusal",
    "HeardTranscript",
    "IgnoredRegion",
    "Library",
    "MediaFile",
    "MetadataChange",
    "MetadataEdit",
    "PastSearch",
    "Person",
    "PinResult",
    "PinRun",
    "PinTurn",
    "PinnedQuery",
    "Preference",
    "Rendition",
    "Speaker",
    "Speech",
    "StageModel",
    "StageRun",
    "Tag",
    "TagScore",
    "TagVerdict",
    "TaughtTag",
    "TextLine",
    "Tombstone",
    "TranscriptRecord",
    "Unit",
    "UnitColour",
    "UnitLook",
    "UnitMeasure",
]
