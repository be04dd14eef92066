"""What was measured, as pages and filters ask for it: looks, colours, motion, loudness, near-duplicates."""

from dataclasses import dataclass

import numpy as np
from django.db.models import Count, F, Q, QuerySet

from dam.catalog.models import Unit, UnitColour, UnitLook, UnitMeasure
from dam.catalog.readers.places import PlaceView, place_of, places, units_in_place
from dam.types import Motion, UnitKind
from dam.types.colours import NAMES, as_hex, distance, known_name, named_colours, names_under, parse_hex, to_lab

# What is measured of assets is asked for here, too.
__all__ = [
    "LEAST_SHARE",
    "LOOK_NAMES",
    "LOOK_WORDS",
    "ColourView",
    "LookView",
    "PlaceView",
    "colour_names",
    "is_colour",
    "look_counts",
    "look_of",
    "look_word",
    "place_of",
    "places",
    "shape_of",
    "similar_hash",
    "units_in_place",
    "units_with_colour",
    "units_with_look",
    "words_of",
]

_FULL_SHARE = 0.25  # a quarter of a picture in one colour: nobody asks for more when asking for a colour
LEAST_SHARE = 0.02  # less is seen only by who looks for it; vivid colours are kept from 1.2 % on
_SHADE = 0.85  # "blue" finds what is navy, after what is blue
_NEAR = 15.0  # CIEDE2000: as far as neighbouring names of the table lie apart
_BOX = 40.0  # in L*, a*, b*: holds all that is within 15 of any colour that sRGB has
_PLAIN = 0.02  # contrast below which a hash says nothing: all plain pictures have the same
_OBLONG = 1.1  # sides in this ratio look oblong; "square" crops are up to 3 % off


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourView:
    """One colour of a unit; `share` of the picture, 0..1."""

    name: str
    hex: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LookView:
    """What was measured of one unit; None where it was not (yet, or there is none). Figures in 0..1 but loudness."""

    unit_id: int
    brightness: float | None
    contrast: float | None
    saturation: float | None
    sharpness: float | None
    monochrome: bool | None
    phash: str
    colours: tuple[ColourView, ...]
    motion: Motion | None
    loudness_lufs: float | None
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """A word of look: a figure on one side of `limit`; at `best` the word is certain, at the limit half so."""

    figure: str
    limit: float
    best: float


# Limits by the 58 real photos and six clips of the tests: "bright" and "dark" take the outer tenths, of snow and fog,
# of night and stage; in-focus photos have a sharpness of 0.67 and more, blurred by 2 px of 1000 they fall below 0.4.
_LOOKS = {
    "bright": _Range(figure="brightness", limit=0.65, best=0.85),
    "dark": _Range(figure="brightness", limit=0.30, best=0.12),
    "colourful": _Range(figure="saturation", limit=0.30, best=0.50),
    "muted": _Range(figure="saturation", limit=0.08, best=0.02),
    "contrasty": _Range(figure="contrast", limit=0.58, best=0.75),
    "sharp": _Range(figure="sharpness", limit=0.60, best=0.90),
    "blurry": _Range(figure="sharpness", limit=0.35, best=0.05),
}
# EBU R 128 asks broadcasts for -23 LUFS, streaming services for -14 to -16; a quiet room lies near -50.
_LOUDNESS = {
    "loud": _Range(figure="loudness_lufs", limit=-16.0, best=-8.0),
    "quiet": _Range(figure="loudness_lufs", limit=-33.0, best=-50.0),
}
_MOTIONS = {motion.value: motion for motion in Motion}
_WIDE, _HIGH = Q(asset__width__gte=_OBLONG * F("asset__height")), Q(asset__height__gte=_OBLONG * F("asset__width"))
_SHAPES = {"landscape": _WIDE, "portrait": _HIGH, "square": ~_WIDE & ~_HIGH}
_OTHER_WORDS = {
    "b&w": "bw", "black and white": "bw", "black-and-white": "bw", "monochrome": "bw", "colorful": "colourful",
    "blurred": "blurry", "pin-sharp": "sharp", "horizontal": "landscape", "vertical": "portrait", "static": "still",
    "panning": "pan", "handheld": "shaky", "silent": "quiet",
}  # fmt: skip
LOOK_NAMES = {"bw": "black and white", "pan": "panning"}  # what pages write, where it is not the word itself
LOOK_WORDS = ("bw", *_LOOKS, *_SHAPES, *_MOTIONS, *_LOUDNESS)


def look_of(asset_id: int) -> list[LookView]:
    """Return what was measured of an asset's units, in their order; units without any measure are left out."""
    units = Unit.objects.filter(asset_id=asset_id).filter(Q(look__isnull=False) | Q(measure__isnull=False))
    found = units.select_related("look", "measure").prefetch_related("colours").order_by("start_ms", "position", "pk")
    return [_view(unit) for unit in found]


def colour_names() -> list[tuple[str, str, int]]:
    """Return every colour word with its swatch (`#rrggbb`) and how many units have that very colour."""
    counted = UnitColour.objects.filter(share__gte=LEAST_SHARE).values_list("name").annotate(Count("unit"))
    counts = dict(counted.order_by())
    return [(colour.name, colour.hex, counts.get(colour.name, 0)) for colour in named_colours()]


def units_with_colour(name_or_hex: str) -> list[tuple[int, float]]:
    """Return (unit id, certainty) of units with a colour, the surest first; none for what is no colour.

    A word ("teal"; "blue" covers navy and sky blue) or `#rrggbb` (what looks alike, CIEDE2000 up to 15). The
    certainty grows with the share of the picture, up to a quarter of it.
    """
    name = known_name(name_or_hex)
    if name is not None:
        return _with_name(name)
    rgb = parse_hex(name_or_hex)
    return _with_colour_near(rgb) if rgb is not None else []


def units_with_look(word: str) -> list[tuple[int, float]]:
    """Return (unit id, certainty) of units that a word of `LOOK_WORDS` describes, the surest first; none for others.

    "bw": black and white or toned. "bright", "dark", "sharp", "blurry", "colourful", "muted", "contrasty": a figure
    beyond a limit, from 0.5 at the limit to 1. "landscape", "portrait", "square": the asset's sides. "still", "pan",
    "shaky", "moving": a shot's camera. "loud" (from -16 LUFS), "quiet" (to -33 LUFS): sound.
    """
    asked = look_word(word)
    if asked is None:
        return []
    if asked == "bw":
        return [(pk, 1.0) for pk in UnitLook.objects.filter(monochrome=True).values_list("pk", flat=True)]
    if asked in _LOOKS:
        return _beyond(UnitLook.objects.all(), _LOOKS[asked])
    if asked in _LOUDNESS:
        return _beyond(UnitMeasure.objects.filter(loudness_lufs__isnull=False), _LOUDNESS[asked])
    if asked in _MOTIONS:
        return [(pk, 1.0) for pk in UnitMeasure.objects.filter(motion=asked).values_list("pk", flat=True)]
    return _of_shape(asked)


def look_counts() -> dict[str, int]:
    """Return how many units each word of `LOOK_WORDS` describes."""
    looks = {word: _side(asked) for word, asked in _LOOKS.items()} | {"bw": Q(monochrome=True)}
    measures = {word: _side(asked) for word, asked in _LOUDNESS.items()}
    measures |= {word: Q(motion=motion) for word, motion in _MOTIONS.items()}
    counts = UnitLook.objects.aggregate(**{word: Count("pk", filter=asked) for word, asked in looks.items()})
    counts |= UnitMeasure.objects.aggregate(**{word: Count("pk", filter=asked) for word, asked in measures.items()})
    counts |= _sided().aggregate(**{shape: Count("pk", filter=asked) for shape, asked in _SHAPES.items()})
    return {word: counts[word] for word in LOOK_WORDS}


def words_of(look: LookView) -> list[tuple[str, float]]:
    """Return the words of `LOOK_WORDS` that a unit's measures are described by, each with its certainty 0..1.

    Its shape is left out: that is the asset's.
    """
    found = [("bw", 1.0)] if look.monochrome else []
    for word, limits in (_LOOKS | _LOUDNESS).items():
        value = getattr(look, limits.figure)
        certainty = 0.0 if value is None else 0.5 + 0.5 * (value - limits.limit) / (limits.best - limits.limit)
        if certainty >= 0.5:
            found.append((word, min(1.0, certainty)))
    return [*found, *([(look.motion.value, 1.0)] if look.motion else [])]


def shape_of(width: int, height: int) -> str:
    """Return the word of `LOOK_WORDS` for sides in pixels, as `units_with_look` means it."""
    if width >= _OBLONG * height:
        return "landscape"
    return "portrait" if height >= _OBLONG * width else "square"


def is_colour(name_or_hex: str) -> bool:
    """Tell whether a text names a colour, by a word or as `#rrggbb`."""
    return known_name(name_or_hex) is not None or parse_hex(name_or_hex) is not None


def look_word(text: str) -> str | None:
    """Return the word of `LOOK_WORDS` that a text means ("B&W" is "bw"), or None."""
    asked = " ".join(text.lower().split())
    asked = _OTHER_WORDS.get(asked, asked)
    return asked if asked in LOOK_WORDS else None


def similar_hash(unit_id: int, bits: int = 6) -> list[tuple[int, int]]:
    """Return (unit id, bits that differ) of the units whose 64-bit hash is within `bits` of a unit's, nearest first.

    None for a unit without a look, or a plain picture (whose hash says nothing).
    """
    own = UnitLook.objects.filter(pk=unit_id, contrast__gte=_PLAIN).values_list("phash", flat=True).first()
    if own is None:
        return []
    rows = list(
        UnitLook.objects.filter(contrast__gte=_PLAIN).exclude(pk=unit_id).order_by("pk").values_list("pk", "phash")
    )
    hashes = np.array([int(phash, 16) for _, phash in rows], dtype=np.uint64)
    apart = np.bitwise_count(hashes ^ np.uint64(int(own, 16)))
    near = np.flatnonzero(apart <= bits)
    order = near[np.argsort(apart[near], kind="stable")]
    return [(rows[int(place)][0], int(apart[place])) for place in order]


def _view(unit: Unit) -> LookView:
    look: UnitLook | None = getattr(unit, "look", None)
    measure: UnitMeasure | None = getattr(unit, "measure", None)
    colours = sorted(unit.colours.all(), key=lambda colour: -colour.share)
    return LookView(
        unit_id=unit.pk,
        brightness=look.brightness if look else None,
        contrast=look.contrast if look else None,
        saturation=look.saturation if look else None,
        sharpness=look.sharpness if look else None,
        monochrome=look.monochrome if look else None,
        phash=look.phash if look else "",
        colours=tuple(
            ColourView(name=colour.name, hex=as_hex((colour.lightness, colour.a, colour.b)), share=colour.share)
            for colour in colours
        ),
        motion=Motion(measure.motion) if measure and measure.motion else None,
        loudness_lufs=measure.loudness_lufs if measure else None,
        model=look.model if look else "",
    )


def _with_name(name: str) -> list[tuple[int, float]]:
    covered = [other for other in NAMES if other in names_under(name)]
    rows = UnitColour.objects.filter(name__in=covered, share__gte=LEAST_SHARE)
    found: dict[int, float] = {}
    for unit_id, own, share in rows.values_list("unit_id", "name", "share"):
        certainty = min(1.0, share / _FULL_SHARE) * (1.0 if own == name else _SHADE)
        found[unit_id] = max(found.get(unit_id, 0.0), certainty)
    return _surest_first(found)


def _with_colour_near(rgb: tuple[int, int, int]) -> list[tuple[int, float]]:
    asked = to_lab(rgb)
    rows = UnitColour.objects.filter(share__gte=LEAST_SHARE)
    for field, value in zip(("lightness", "a", "b"), asked.tolist(), strict=True):
        rows = rows.filter(**{f"{field}__gte": value - _BOX, f"{field}__lte": value + _BOX})
    near = list(rows.values_list("unit_id", "lightness", "a", "b", "share"))
    if not near:
        return []
    apart = distance(np.array([row[1:4] for row in near]), asked)
    found: dict[int, float] = {}
    for (unit_id, *_, share), away in zip(near, apart.tolist(), strict=True):
        if away <= _NEAR:
            certainty = (1.0 - 0.5 * away / _NEAR) * min(1.0, share / _FULL_SHARE)
            found[unit_id] = max(found.get(unit_id, 0.0), certainty)
    return _surest_first(found)


def _beyond(rows: "QuerySet[UnitLook] | QuerySet[UnitMeasure]", asked: _Range) -> list[tuple[int, float]]:
    found = rows.filter(_side(asked)).values_list("pk", asked.figure)
    reach = asked.best - asked.limit
    return _surest_first({pk: min(1.0, 0.5 + 0.5 * (value - asked.limit) / reach) for pk, value in found})


def _side(asked: _Range) -> Q:
    side = "gte" if asked.best > asked.limit else "lte"
    return Q(**{f"{asked.figure}__{side}": asked.limit})


def _of_shape(shape: str) -> list[tuple[int, float]]:
    return [(pk, 1.0) for pk in _sided().filter(_SHAPES[shape]).order_by("pk").values_list("pk", flat=True)]


def _sided() -> "QuerySet[Unit]":
    return Unit.objects.filter(kind__in=[UnitKind.PHOTO, UnitKind.SHOT], asset__width__gt=0, asset__height__gt=0)


def _surest_first(found: dict[int, float]) -> list[tuple[int, float]]:
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
