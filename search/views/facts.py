"""What a file says about itself, as lines of the information panel: only what is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from dam.catalog.models import Asset, AssetMetadata
from dam.catalog.readers.asset import AssetDetail
from search.templatetags.pages import file_size, thousands, timecode


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line: `note` says where it comes from or more exactly what it is."""

    name: str
    value: str
    note: str = ""


def facts(detail: AssetDetail) -> list[tuple[str, list[Fact]]]:
    """Return the groups of the panel that have anything to say."""
    data = detail.metadata or AssetMetadata(asset=detail.asset)
    groups = [
        ("When and where", [*_when(detail.asset, data), *_where(data)]),
        ("Camera", list(_camera(data))),
        ("Words", list(_words(detail))),
        ("File", list(_file(detail.asset, data))),
    ]
    return [(name, found) for name, found in groups if found]


def _when(asset: Asset, data: AssetMetadata) -> Iterable[Fact]:
    taken = asset.taken_at
    if taken is None:
        return
    zone = ""
    if data.taken_offset_min is not None:
        hours, minutes = divmod(abs(data.taken_offset_min), 60)
        zone = f" UTC{'-' if data.taken_offset_min < 0 else '+'}{hours:02}:{minutes:02}"
    yield Fact(
        name="Taken", value=f"{taken.day} {taken:%B %Y, %H:%M:%S}{zone}", note=_source_in_words(data.taken_source)
    )


def _source_in_words(source: str) -> str:
    if source.startswith("file:"):
        return "from the file's date, so it may be wrong"
    if source.startswith("exif:"):
        return f"from the camera, {source.removeprefix('exif:')}"
    return f"from {source}" if source else ""


def _where(data: AssetMetadata) -> Iterable[Fact]:
    if data.latitude is None or data.longitude is None:
        return
    north, east = ("N" if data.latitude >= 0 else "S"), ("E" if data.longitude >= 0 else "W")
    height = f", {data.altitude_m:.0f} m" if data.altitude_m is not None else ""
    yield Fact(
        name="Place",
        value=f"{abs(data.latitude):.5f}° {north}, {abs(data.longitude):.5f}° {east}{height}",
        note="WGS 84",
    )


def _camera(data: AssetMetadata) -> Iterable[Fact]:
    make, model = data.camera_make.strip(), data.camera_model.strip()
    camera = model if model.lower().startswith(make.lower().split(" ")[0] or "\0") else f"{make} {model}".strip()
    if camera:
        yield Fact(name="Camera", value=camera)
    if data.lens:
        yield Fact(name="Lens", value=data.lens)
    exposure = [
        _exposure(data.exposure_s),
        f"f/{data.f_number:g}" if data.f_number else "",
        f"ISO {data.iso}" if data.iso else "",
        f"{data.focal_length_mm:g} mm" if data.focal_length_mm else "",
    ]
    if any(exposure):
        yield Fact(name="Exposure", value=" · ".join(part for part in exposure if part))


def _exposure(value: float | None) -> str:
    if not value:
        return ""
    return f"1/{round(1 / value)} s" if value < 0.4 else f"{value:g} s"


def _words(detail: AssetDetail) -> Iterable[Fact]:
    if detail.transcript_model:
        language = f", {detail.transcript_language}" if detail.transcript_language else ""
        yield Fact(
            name="Transcript", value=f"{thousands(len(detail.lines))} lines{language}", note=detail.transcript_model
        )


def _file(asset: Asset, data: AssetMetadata) -> Iterable[Fact]:
    shape = f"{asset.width} × {asset.height}" if asset.width else ""
    extra = [
        f"{data.bit_depth} bit" if data.bit_depth > 8 else "",
        "HDR" if data.hdr else "",
        "transparent" if data.has_alpha else "",
        f"turned {data.rotation_deg}°" if data.rotation_deg else "",
    ]
    if asset.format:
        yield Fact(
            name="Format",
            value=" · ".join(part for part in (asset.format.rpartition(",")[2].upper(), shape, *extra) if part),
        )
    if asset.duration_ms:
        yield Fact(name="Length", value=timecode(asset.duration_ms))
    if data.frame_rate_numerator and data.frame_rate_denominator:
        rate = data.frame_rate_numerator / data.frame_rate_denominator
        exact = (
            f"{data.frame_rate_numerator}/{data.frame_rate_denominator}" if data.frame_rate_denominator != 1 else ""
        )
        yield Fact(name="Frames", value=f"{rate:.3f}".rstrip("0").rstrip(".") + " per second", note=exact)
    if data.timecode:
        yield Fact(name="Timecode", value=data.timecode)
    if data.video_codec:
        yield Fact(name="Video", value=data.video_codec)
    for track in data.audio_tracks:
        channels = {1: "mono", 2: "stereo"}.get(track["channels"], f"{track['channels']} channels")
        rate_khz = f"{track['sample_rate_hz'] / 1000:g} kHz"
        yield Fact(
            name="Sound", value=" · ".join(filter(None, [track["codec"], channels, rate_khz, track["language"]]))
        )
    yield Fact(name="Size", value=file_size(asset.size_bytes))
