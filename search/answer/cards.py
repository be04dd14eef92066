"""Tiles and hits to cards: what a template shows of each, with its link, its name for screen readers and its why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from dam.catalog.readers.browse import Tile, tiles_of_assets, tiles_of_units
from dam.catalog.readers.transcripts import LineContext, lines_in_context
from dam.types import EvidenceSource, Hit, MediaKind, UnitKind
from search.answer.asked import stated
from search.answer.whys import Why, in_a_line, reasons
from search.templatetags.pages import long_timecode, timecode

_HEARD_MS = 10_000  # a window of the models of sound: what was found is in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A tile with its link; `label` is what a screen reader says; `spoken` and `text` only for spoken lines.

    `heard_until_ms` is set for a recording that was found by its sound: it plays from `at_ms` to there. `line` says
    in a line why it was found; `behind` hits are nearly the same and stand behind it, at the address `pile`. `number`
    is its place in the whole result.
    """

    tile: Tile
    href: str
    label: str
    at_ms: int = 0
    why: tuple[Why, ...] = ()
    spoken: LineContext | None = None
    text: str = ""
    heard_until_ms: int = 0
    number: int = 0
    line: str = ""
    behind: int = 0
    pile: str = ""

    @property
    def is_line(self) -> bool:
        """Tell whether it stands among the spoken lines: it has nothing to see."""
        return self.spoken is not None or bool(self.heard_until_ms)


def asset_cards(asset_ids: Sequence[int], *, where: Mapping[str, str] | None = None) -> list[Card]:
    """Return a card per asset, in order; `where` is kept in the links, so that next and previous know the list."""
    return [
        Card(tile=tile, href=_address(tile.asset_id, where or {}), label=_label(tile))
        for tile in tiles_of_assets(asset_ids)
    ]


def unit_cards(moments: Mapping[int, int], *, where: Mapping[str, str] | None = None) -> dict[int, Card]:
    """Return a card per unit by its id, opening at a moment (ms in the asset); none for those that are gone."""
    cards = {}
    for unit_id, tile in tiles_of_units(list(moments)).items():
        timed = {"t": str(moments[unit_id])} if tile.kind != MediaKind.PHOTO else {}
        cards[unit_id] = Card(
            tile=tile,
            href=_address(tile.asset_id, {**timed, **(where or {})}),
            label=_label(tile),
            at_ms=moments[unit_id],
        )
    return cards


def collected_card(tile: Tile, *, collection_id: int, start_ms: int, end_ms: int, text: str = "") -> Card:
    """Return the card of a thing in a collection: `[start_ms, end_ms)` of an asset, or all of it where both are 0."""
    if end_ms:
        tile = replace(tile, start_ms=start_ms, end_ms=end_ms)
    href = collected_address(collection_id, tile.asset_id, start_ms, end_ms)
    return Card(tile=tile, href=href, label=_label(tile), at_ms=start_ms, text=text)


def collected_address(collection_id: int, asset_id: int, start_ms: int, end_ms: int) -> str:
    """Return where a thing in a collection opens, between those before and after it."""
    timed = {"t": str(start_ms)} if end_ms else {}
    return _address(asset_id, {**timed, "in": "collection", "of": str(collection_id)})


def hit_cards(
    hits: Sequence[Hit],
    *,
    where: Mapping[str, str],
    numbers: Sequence[int] | None = None,
    behind: Mapping[int, int] | None = None,
) -> list[Card]:
    """Return a card per hit, in order; those that are gone are left out.

    `numbers` are the hits' places in the whole result, for their links; `behind` says of how many hits of the result
    some units are the best, as those are nearly the same.
    """
    tiles = tiles_of_units(list({hit.unit_id for hit in hits}))
    spoken = lines_in_context([hit.unit_id for hit in hits if hit.unit_kind == UnitKind.CLIP])
    cards = []
    for at, hit in enumerate(hits):
        if hit.unit_id in tiles:
            numbered = {**where, "n": "" if numbers is None else str(numbers[at])}
            card = _hit_card(hit, tiles[hit.unit_id], spoken.get(hit.unit_id), numbered)
            more = (behind or {}).get(hit.unit_id, 0)
            pile = _pile(hit.unit_id, where) if more else ""
            cards.append(replace(card, number=numbers[at] if numbers else 0, behind=more, pile=pile))
    return cards


def _hit_card(hit: Hit, tile: Tile, spoken: LineContext | None, where: Mapping[str, str]) -> Card:
    heard = hit.unit_kind == UnitKind.CLIP and spoken is None
    at_ms = (hit.best_ms or 0) if heard else _moment(hit)
    marked = next((item.snippet for item in hit.evidence if item.source == EvidenceSource.SPOKEN_WORDS), "")
    timed = {"t": str(at_ms)} if hit.unit_kind != UnitKind.PHOTO else {}
    return Card(
        tile=tile,
        href=_address(tile.asset_id, {**timed, **where}),
        label=_label(tile),
        at_ms=at_ms,
        why=reasons(hit.evidence),
        line=in_a_line(hit.evidence),
        spoken=spoken,
        text=marked or (spoken.line.text if spoken else ""),
        heard_until_ms=min(at_ms + _HEARD_MS, hit.end_ms or at_ms + _HEARD_MS) if heard else 0,
    )


def _moment(hit: Hit) -> int:
    """Return where a hit opens: a shot at its beginning, so that nothing of it is missed."""
    return hit.start_ms or 0


def _pile(unit_id: int, where: Mapping[str, str]) -> str:
    return f"{reverse('search:pile')}?{urlencode({**stated(where), 'unit': unit_id})}"


def _address(asset_id: int, parameters: Mapping[str, str]) -> str:
    address = reverse("search:asset", args=[asset_id])
    kept = stated(parameters)
    return f"{address}?{urlencode(kept)}" if kept else address


def _label(tile: Tile) -> str:
    """Name a tile for screen readers; what is written on it stands in it in the same order (WCAG 2.5.3)."""
    kind = {MediaKind.PHOTO: "Photo", MediaKind.VIDEO: "Video", MediaKind.AUDIO: "Audio"}[tile.kind]
    span = timecode(tile.duration_ms) if tile.kind != MediaKind.PHOTO else ""
    if tile.unit_id and tile.kind != MediaKind.PHOTO:
        kind = "Shot" if tile.kind == MediaKind.VIDEO else "Clip"
        span = f"{long_timecode(tile.start_ms)}–{long_timecode(tile.end_ms)}"
    away = f"{tile.library} offline" if tile.offline else ""
    date = f"{tile.taken_at.day} {tile.taken_at:%b %Y}" if tile.taken_at else ""
    stars = "" if not tile.stars else "rejected" if tile.stars < 0 else f"{tile.stars} stars"
    label = f"label {tile.label}" if tile.label else ""
    return ", ".join(part for part in (kind, tile.name, span, away, label, stars, date) if part)
