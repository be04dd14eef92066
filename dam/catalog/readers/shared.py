"""What guests see of shared pieces: a picture of each that shows nothing beyond it, its words, and what plays it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dam.catalog.ids import among
from dam.catalog.models import Rendition
from dam.catalog.readers.browse import Picture, as_picture
from dam.catalog.readers.transcripts import Line, lines_of
from dam.types import MediaKind, Piece, RenditionRole

_ROLES = [RenditionRole.THUMB, RenditionRole.KEYFRAME, RenditionRole.PREVIEW]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The pictures of a piece: for a tile and to look at; None where there is none that shows it alone."""

    small: Picture | None
    large: Picture | None


def looks_of(pieces: Sequence[Piece], kinds: dict[int, MediaKind]) -> dict[str, Looks]:
    """Return the pictures of pieces by their keys, in one query. A stretch has only frames of its own."""
    rows: dict[int, list[Rendition]] = defaultdict(list)
    wanted = among({piece.asset_id for piece in pieces})
    for row in Rendition.objects.filter(asset_id__in=wanted, role__in=_ROLES).order_by("at_ms", "pk"):
        rows[row.asset_id].append(row)
    return {piece.key: _looks(piece, rows[piece.asset_id], kinds.get(piece.asset_id)) for piece in pieces}


def proxy_of(asset_id: int) -> tuple[str, int] | None:
    """Return the (key, size in bytes) of an asset's proxy, or None."""
    row = Rendition.objects.filter(asset_id=asset_id, unit=None, role=RenditionRole.PROXY).first()
    return (row.key, row.size_bytes) if row else None


def proxy_id(asset_id: int) -> int | None:
    """Return the id of an asset's proxy, or None."""
    found = Rendition.objects.filter(asset_id=asset_id, unit=None, role=RenditionRole.PROXY)
    return found.values_list("pk", flat=True).first()


def lines_in(piece: Piece) -> list[Line]:
    """Return the spoken lines of a piece that lie in it or reach into it, in time order."""
    lines = lines_of(piece.asset_id)
    if piece.whole:
        return lines
    return [line for line in lines if line.start_ms < piece.end_ms and line.end_ms > piece.start_ms]


def _looks(piece: Piece, rows: Sequence[Rendition], kind: MediaKind | None) -> Looks:
    if piece.whole:
        small = _first(rows, RenditionRole.THUMB) or _first(rows, RenditionRole.KEYFRAME)
        large = _first(rows, RenditionRole.PREVIEW) or small
        if kind is MediaKind.AUDIO:
            small = small or large
        return Looks(small=_shown(small or large), large=_shown(large))
    own = next(
        (row for row in rows if row.role == RenditionRole.KEYFRAME and piece.start_ms <= row.at_ms < piece.end_ms),
        None,
    )
    return Looks(small=_shown(own), large=_shown(own))


def _first(rows: Sequence[Rendition], role: RenditionRole) -> Rendition | None:
    return next((row for row in rows if row.role == role), None)


def _shown(row: Rendition | None) -> Picture | None:
    return as_picture(row) if row is not None else None
