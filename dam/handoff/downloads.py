"""What somebody wants to download, planned: pieces and a wish in, files to be made or copied out.

plan(pieces, wish) → Plan → Delivery → the pieces of a zip, or one file
↑ `making`: clips and pictures, one ahead of what is being sent
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dam.catalog.readers.handouts import Handout, handouts_of
from dam.errors import HandOffError
from dam.handoff.names import safe_name, split_ending
from dam.handoff.rates import frame_at, from_timecode, standard_rate, to_timecode
from dam.handoff.zips import Missing
from dam.types import ClipWish, DownloadForm, MediaKind, PictureWish, Piece, SoundCut

MOST_PIECES = 20_000  # as many as can be selected at once
LONGEST_HANDLES_MS = 5_000
SIDES = (1280, 2048, 3840)
QUALITIES = (75, 85, 92)
# Bytes a pixel of JPEG at those qualities, measured on photographs; only to say beforehand about how much it will be.
_BYTES_PER_PIXEL = {75: 0.14, 85: 0.22, 92: 0.38}
_COPY_BITS_PER_PIXEL = 0.10  # of H.264 at CRF 21, a frame
_FPS = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadWish:
    """How pieces are to be handed out.

    `longest_side` in pixels (0: as large as they are) and `quality` (JPEG, 1 to 100) are of renditions; `handles_ms`
    is what clips get before their in point and after their out point. Originals are as they are, whatever is wished.
    `photos_as` says what becomes of a photo among clips.
    """

    form: DownloadForm = DownloadForm.ORIGINAL
    longest_side: int = 2048
    quality: int = 85
    handles_ms: int = 0
    sound: SoundCut = SoundCut.EXACT
    keep_metadata: bool = True
    keep_location: bool = True
    photos_as: DownloadForm = DownloadForm.ORIGINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a download: an original (`wish` None), or one that is made. `bytes_about` is a guess for those."""

    handout: Handout
    name: str
    bytes_about: int
    wish: ClipWish | PictureWish | None = None

    @property
    def exact(self) -> bool:
        """Tell whether its size is known."""
        return self.wish is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A download: its files in order, and what can't be had."""

    parts: tuple[Part, ...]
    missing: tuple[Missing, ...] = field(default=())

    @property
    def bytes_about(self) -> int:
        """About how many bytes it will be."""
        return sum(part.bytes_about for part in self.parts)

    @property
    def exact(self) -> bool:
        """Tell whether that is more than a guess."""
        return all(part.exact for part in self.parts)


def plan(pieces: Sequence[Piece], wish: DownloadWish) -> Plan:
    """Return what the download of these pieces is made of. Raises HandOffError for more than `MOST_PIECES`."""
    if len(pieces) > MOST_PIECES:
        raise HandOffError(f"At most {MOST_PIECES:,} can be downloaded at once; take them in parts.")
    wish = replace(wish, handles_ms=min(max(0, wish.handles_ms), LONGEST_HANDLES_MS))
    handouts = handouts_of({piece.asset_id for piece in pieces})
    parts: dict[object, Part] = {}
    missing: dict[int, Missing] = {}
    for piece in pieces:
        handout = handouts.get(piece.asset_id)
        if handout is None:
            missing[piece.asset_id] = Missing(name=f"asset {piece.asset_id}", reason="It is not in the catalogue.")
        elif not handout.sources:
            missing[piece.asset_id] = Missing(name=handout.name, reason=_why_away(handout))
        else:
            part = _part(piece, handout, wish)
            parts.setdefault((handout.asset_id, part.wish), part)
    return Plan(parts=tuple(parts.values()), missing=tuple(missing.values()))


def clip_name(name: str, start_ms: int, end_ms: int) -> str:
    """Return what a clip is called, without an ending: `MVI_0460 00.01.12.480-00.01.15.000`."""
    return f"{split_ending(safe_name(name))[0]} {_stamp(start_ms)}-{_stamp(end_ms)}"


def _part(piece: Piece, handout: Handout, wish: DownloadWish) -> Part:
    form = wish.photos_as if handout.kind is MediaKind.PHOTO and wish.form is DownloadForm.CLIP else wish.form
    if form is DownloadForm.ORIGINAL:
        return Part(handout=handout, name=handout.name, bytes_about=handout.sources[0].size_bytes)
    if handout.kind is MediaKind.PHOTO:
        return _picture(handout, wish)
    return _clip(piece, handout, wish, longest_side=wish.longest_side if form is DownloadForm.RENDITION else 0)


def _picture(handout: Handout, wish: DownloadWish) -> Part:
    longest = max(handout.width, handout.height, 1)
    scale = min(1.0, wish.longest_side / longest) if wish.longest_side else 1.0
    per_pixel = _BYTES_PER_PIXEL[min(QUALITIES, key=lambda quality: abs(quality - wish.quality))]
    return Part(
        handout=handout,
        name=f"{split_ending(safe_name(handout.name))[0]}.jpg",
        bytes_about=round(handout.width * handout.height * scale * scale * per_pixel),
        wish=PictureWish(
            longest_side=wish.longest_side,
            quality=wish.quality,
            keep_metadata=wish.keep_metadata,
            keep_location=wish.keep_location,
        ),
    )


def _clip(piece: Piece, handout: Handout, wish: DownloadWish, *, longest_side: int) -> Part:
    start_ms, end_ms = with_handles(piece, wish.handles_ms if wish.form is DownloadForm.CLIP else 0)
    length_ms = (end_ms - start_ms) or handout.duration_ms
    share = length_ms / max(1, handout.duration_ms)
    about = round(handout.size_bytes * min(1.0, share))
    if longest_side and handout.kind is MediaKind.VIDEO:
        scale = min(1.0, longest_side / max(handout.width, handout.height, 1))
        pixels = handout.width * handout.height * scale * scale
        about = round(pixels * _COPY_BITS_PER_PIXEL / 8 * _FPS * length_ms / 1000)
    name = split_ending(safe_name(handout.name))[0] if not end_ms else clip_name(handout.name, start_ms, end_ms)
    return Part(
        handout=handout,
        name=name,
        bytes_about=about,
        wish=ClipWish(
            start_ms=start_ms,
            end_ms=end_ms,
            longest_side=longest_side,
            timecode=timecode_at(handout, start_ms),
            sound=wish.sound,
            keep_metadata=wish.keep_metadata,
            keep_location=wish.keep_location,
        ),
    )


def with_handles(piece: Piece, handles_ms: int) -> tuple[int, int]:
    """Return in and out of a piece with its handles; 0, 0 for all of it."""
    if piece.whole:
        return 0, 0
    # An end beyond the recording's own costs nothing.
    return max(0, piece.start_ms - handles_ms), piece.end_ms + handles_ms


def timecode_at(handout: Handout, ms: int) -> str:
    """Return the source's timecode of the frame at a time, as it counts itself; "" where it says none."""
    if handout.rate is None or not handout.timecode:
        return ""
    rate = standard_rate(handout.rate)
    first = from_timecode(handout.timecode, rate)
    if first is None:
        return ""
    frame, drop = first
    since_ms = max(0, ms - handout.video_start_ms)
    return to_timecode(frame + frame_at(since_ms, rate), rate, drop=drop)


def _why_away(handout: Handout) -> str:
    if handout.away:
        return "Its drive is not connected."
    return "The file was moved or deleted."


def _stamp(ms: int) -> str:
    return f"{ms // 3_600_000:02}.{ms // 60_000 % 60:02}.{ms // 1000 % 60:02}.{ms % 1000:03}"
