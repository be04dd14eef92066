"""The catalogue's tables, by noun."""

from dam.catalog.models.asset import Asset, AssetMetadata, Library, MediaFile
from dam.catalog.models.collection import Collection, CollectionItem, PastSearch
from dam.catalog.models.journal import Correction, Preference
from dam.catalog.models.measure import AssetPlace, UnitColour, UnitLook, UnitMeasure
from dam.catalog.models.metadata_edit import MetadataChange, MetadataEdit
from dam.catalog.models.metadata_write import FormerAsset, KnownFingerprint, MetadataBase, MetadataWrite, Sidecar
from dam.catalog.models.people import Face, FaceRefusal, IgnoredRegion, Person
from dam.catalog.models.pin import PinnedQuery, PinResult, PinRun, PinTurn
from dam.catalog.models.seen import Caption, DetectedObject, TextLine
from dam.catalog.models.share import ShareLink
from dam.catalog.models.stage import ActivePack, StageModel, StageRun
from dam.catalog.models.submission import AssetNoise, DeliveredAsset, Delivery, Release, Submission, SubmissionItem
from dam.catalog.models.tag import Tag, TagScore, TagVerdict, TaughtTag
from dam.catalog.models.token import ApiToken
from dam.catalog.models.transcript import HeardTranscript, Speaker, Speech, TranscriptRecord
from dam.catalog.models.unit import Embedding, Rendition, Tombstone, Unit

__all__ = [
    "ActivePack",
    "ApiToken",
    "Asset",
    "AssetMetadata",
    "AssetNoise",
    "AssetPlace",
    "Caption",
    "Collection",
    "CollectionItem",
    "Correction",
    "DeliveredAsset",
    "Delivery",
    "DetectedObject",
    "Embedding",
    "Face",
    "FaceRefusal",
    "FormerAsset",
    "HeardTranscript",
    "IgnoredRegion",
    "KnownFingerprint",
    "Library",
    "MediaFile",
    "MetadataBase",
    "MetadataChange",
    "MetadataEdit",
    "MetadataWrite",
    "PastSearch",
    "Person",
    "PinResult",
    "PinRun",
    "PinTurn",
    "PinnedQuery",
    "Preference",
    "Release",
    "Rendition",
    "ShareLink",
    "Sidecar",
    "Speaker",
    "Speech",
    "StageModel",
    "StageRun",
    "Submission",
    "SubmissionItem",
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
