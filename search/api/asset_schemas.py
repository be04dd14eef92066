"""What an asset looks like in answers: short in lists, whole by itself."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from dam.types import AssetState, FaceSource, MediaKind, TagKind
from search.api.pictures import PictureOut


class AssetShort(Schema):
    """An asset in a list."""

    id: int
    name: str
    path: str = Field(description="Within its library.")
    library: str
    offline: bool = Field(description="Whether the drive of its file is away.")
    kind: MediaKind | None = Field(description="Null until the file was read.")
    state: AssetState
    reason: str = Field(description="Why it is not simply ready, or “”.")
    format: str
    mime: str
    size_bytes: int
    width: int = Field(description="As displayed, in pixels.")
    height: int
    duration_ms: int
    taken_at: datetime | None = Field(description="The wall time of the camera, written as if it were UTC.")
    added_at: datetime
    picture: PictureOut | None


class AssetPage(Schema):
    """A page of assets."""

    assets: list[AssetShort]
    next: str | None


class FileOut(Schema):
    """One path of an asset."""

    library_id: int
    library: str
    path: str = Field(description="The whole path on the machine.")
    state: str = Field(description="present, missing, or offline.")


class MetadataOut(Schema):
    """What the file says about itself, and what people say above it; null or “” where nothing is said."""

    taken_offset_min: int | None
    taken_source: str
    camera_make: str
    camera_model: str
    lens: str
    exposure_s: float | None
    f_number: float | None
    iso: int | None
    focal_length_mm: float | None
    latitude: float | None
    longitude: float | None
    altitude_m: float | None
    title: str
    description: str
    keywords: list[str]
    rating: int | None
    creator: str
    copyright: str
    label: str
    location: str
    city: str
    state: str
    country: str
    country_code: str
    timecode: str
    video_codec: str
    rotation_deg: int
    hdr: bool
    bit_depth: int


class FindingOut(Schema):
    """One thing that was understood."""

    words: str
    source: str = Field(description="Which model, measure or file says it.")
    certainty: float | None = Field(description="0 to 1; null where it is measured.")
    note: str
    at_ms: int | None
    search: str = Field(description="The search that finds more of it.")


class FindingsOut(Schema):
    """Findings of one sort: what is written, things, colours, …"""

    title: str
    findings: list[FindingOut]
    more: int = Field(description="So many are left out of a long list.")


class TagOut(Schema):
    """A tag of an asset or a unit."""

    tag_id: int | None = Field(description="Null for a keyword of the file that no tag means.")
    name: str
    key: str = Field(description="Its place in the hierarchy, like “nature/sky/sunset”.")
    kind: TagKind
    certainty: float
    source: str = Field(description="person, file, taught, or model.")
    model: str
    accepted: bool | None = Field(description="What a person said of it, or null.")
    unit_id: int
    at_ms: int


class FaceOut(Schema):
    """One appearance of a face."""

    id: int
    asset_id: int
    unit_id: int
    person_id: int | None
    person: str = Field(description="“” for a face that nobody named.")
    source: FaceSource = Field(description="Who says that it is this person.")
    likeness: float
    at_ms: int
    start_ms: int
    end_ms: int
    box: list[float] = Field(description="x, y, width, height as shares of the picture.", min_length=4, max_length=4)
    crop: PictureOut | None


class AssetOut(AssetShort):
    """An asset whole."""

    fingerprint: str = Field(description="BLAKE3 of its content: the same content is the same asset.")
    browser_playable: bool
    files: list[FileOut]
    metadata: MetadataOut | None
    unit_count: int
    transcript_language: str = Field(description="“” where nothing was written down.")
    transcript_model: str
    understood: list[FindingsOut]
    tags: list[TagOut]
    faces: list[FaceOut]
    preview: PictureOut | None
    proxy_url: str | None = Field(description="A copy that browsers play, where the original is none.")
    original_url: str
