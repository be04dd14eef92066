"""Libraries, the files in them, and the assets that those files are."""

from django.db import models

from dam.types import AssetState, FileState, MediaKind


def _choices(enum: type[MediaKind] | type[AssetState] | type[FileState]) -> list[tuple[str, str]]:
    return [(item.value, item.value) for item in enum]


class Library(models.Model):
    """A root folder that is watched. `online` is False while the root is not there (an unplugged drive)."""

    name = models.CharField(max_length=200)
    root = models.CharField(max_length=4096, unique=True)
    include = models.JSONField(default=list, blank=True)  # globs; empty: everything
    exclude = models.JSONField(default=list, blank=True)
    online = models.BooleanField(default=True)
    added_at = models.DateTimeField(auto_now_add=True)
    scanned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Asset(models.Model):
    """Content, wherever it lies: its identity is the fingerprint, its places are `MediaFile` rows."""

    fingerprint = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=_choices(MediaKind), blank=True)  # "" until probed
    state = models.CharField(max_length=12, choices=_choices(AssetState), default=AssetState.PENDING, db_index=True)
    reason = models.TextField(blank=True)
    unsupported = models.BooleanField(default=False)  # the reader found it to be no media that we read
    format = models.CharField(max_length=64, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    duration_ms = models.BigIntegerField(default=0)
    browser_playable = models.BooleanField(default=True)
    taken_at = models.DateTimeField(null=True)  # local wall time, stored as if UTC; see AssetMetadata
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["-taken_at", "-id"], name="asset_by_date"),
            models.Index(fields=["kind", "state"], name="asset_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'asset'} {self.pk}"


class AssetMetadata(models.Model):
    """What is said of an asset: by its file and sidecar, and above those by the user (`dam.metadata`).

    The fields are those of `dam.types.MediaMetadata` and `MediaProbe`. Those of `dam.types.MetadataField` are here as
    the values that hold now: what is shown, searched and written.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="metadata", primary_key=True)
    taken_offset_min = models.IntegerField(null=True)
    taken_source = models.CharField(max_length=64, blank=True)
    camera_make = models.CharField(max_length=200, blank=True)
    camera_model = models.CharField(max_length=200, blank=True)
    lens = models.CharField(max_length=200, blank=True)
    exposure_s = models.FloatField(null=True)
    f_number = models.FloatField(null=True)
    iso = models.IntegerField(null=True)
    focal_length_mm = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    altitude_m = models.FloatField(null=True)
    title = models.TextField(blank=True)
    description = models.TextField(blank=True)
    keywords = models.JSONField(default=list)  # in the user's order; a path in a hierarchy is "Animals|Dog"
    rating = models.IntegerField(null=True)
    creator = models.TextField(blank=True)
    copyright = models.TextField(blank=True)
    label = models.CharField(max_length=64, blank=True)  # xmp:Label, usually a colour's name
    location = models.TextField(blank=True)  # Iptc4xmpCore:Location: the place within the city
    city = models.TextField(blank=True)
    state = models.TextField(blank=True)  # or province
    country = models.TextField(blank=True)
    country_code = models.CharField(max_length=3, blank=True)  # ISO 3166
    regions = models.JSONField(default=list)  # [{name, kind, box: [x, y, width, height]}], see types.NamedRegion
    frame_rate_numerator = models.IntegerField(default=0)
    frame_rate_denominator = models.IntegerField(default=0)
    timecode = models.CharField(max_length=32, blank=True)
    video_start_ms = models.BigIntegerField(default=0)
    video_frames = models.BigIntegerField(default=0)
    time_reference = models.BigIntegerField(null=True)
    video_codec = models.CharField(max_length=64, blank=True)
    audio_tracks = models.JSONField(default=list)  # [{codec, channels, sample_rate_hz, language}]
    rotation_deg = models.IntegerField(default=0)
    hdr = models.BooleanField(default=False)
    bit_depth = models.IntegerField(default=8)
    has_alpha = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"metadata of {self.asset_id}"


class MediaFile(models.Model):
    r"""One path inside a library. `raw_path` is the exact name in bytes, relative to the root, `/`-separated;
    `path` is the same for people (bytes that are not UTF-8 shown as `\\xff`).
    """

    library = models.ForeignKey(Library, models.CASCADE, related_name="files")
    asset = models.ForeignKey(Asset, models.SET_NULL, null=True, related_name="files")
    raw_path = models.BinaryField(max_length=4096)
    path = models.TextField()
    folder = models.TextField(blank=True)  # `path` without the name; "" is the root
    size_bytes = models.BigIntegerField(default=0)
    mtime_ns = models.BigIntegerField(default=0)
    inode = models.CharField(max_length=42, blank=True)  # "device:inode", to tell a rename from a copy
    state = models.CharField(max_length=8, choices=_choices(FileState), default=FileState.PRESENT, db_index=True)
    reason = models.TextField(blank=True)
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["library", "raw_path"], name="file_once_per_library")]
        indexes = [models.Index(fields=["library", "folder"], name="file_by_folder")]

    def __str__(self) -> str:
        return self.path
