"""How times, sizes, pictures and marked words are written on the pages."""

import json
from datetime import datetime

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dam.catalog.readers import activity
from dam.catalog.readers.browse import Picture, Tile
from dam.types import Stage

register = template.Library()

_MARK_START, _MARK_END = "\x02", "\x03"  # see dam.types.Evidence
_RATIO_STEP = 0.05  # ratios.css has one class per step
_BARE_RATIO = 2.0  # sound: a wide tile for its waveform
_MIN_RATIO, _MAX_RATIO = 0.55, 2.4  # beyond these a tile is cropped, so that no row is taken by one panorama


@register.filter
def timecode(ms: int | None) -> str:
    """Write 134000 as 2:14, an hour as 1:00:00."""
    seconds = max(0, int(ms or 0)) // 1000
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def long_timecode(ms: int | None) -> str:
    """Write 134000 as 02:14, as on a shot."""
    text = timecode(ms)
    return text if len(text) > 4 else f"0{text}"


@register.filter
def seconds(ms: int | None) -> str:
    """Write milliseconds as the seconds of a media fragment: 2250 is 2.25."""
    return f"{int(ms or 0) / 1000:.3f}".rstrip("0").rstrip(".")


@register.filter
def as_json(value: object) -> str:
    """Write plain data as JSON, for an attribute that a script reads."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def thousands(number: int | None) -> str:
    """Write 4120 as 4,120."""
    return f"{int(number or 0):,}"


@register.filter
def file_size(size: int) -> str:
    """Write bytes as people do: 4.2 MB."""
    amount, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{amount:.0f} {units[0]}" if units[0] == "bytes" or amount >= 100 else f"{amount:.1f} {units[0]}"


@register.filter
def spell_duration(value: float | None) -> str:
    """Write seconds roughly: "about 3 min"."""
    if value is None:
        return ""
    if value < 45:
        return "under a minute"
    if value < 90 * 60:
        return f"about {max(1, round(value / 60))} min"
    return f"about {value / 3600:.1f} h"


@register.filter
def percent(share: float | None) -> int:
    """Write 0.873 as 87."""
    return round(100 * min(1.0, max(0.0, share or 0.0)))


@register.filter
def marked(snippet: str) -> SafeString:
    """Show the words between the marks as <mark>; all the rest is escaped."""
    text = escape(snippet).replace(_MARK_START, "<mark>").replace(_MARK_END, "</mark>")
    if text.count("<mark>") != text.count("</mark>"):
        text = escape(snippet.replace(_MARK_START, "").replace(_MARK_END, ""))
    return mark_safe(text)  # noqa: S308 - escaped above; only our own two tags are put in


@register.filter
def ratio_class(tile: Tile) -> str:
    """Return the class of ratios.css that fits the tile: `r150` is 3:2."""
    ratio = tile.width / tile.height if tile.width and tile.height else _BARE_RATIO
    stepped = round(min(_MAX_RATIO, max(_MIN_RATIO, ratio)) / _RATIO_STEP) * _RATIO_STEP
    return f"r{round(100 * stepped)}"


@register.filter
def rendition_url(picture: Picture | None) -> str:
    """Return the address of a picture; it never changes, so it is cached for ever."""
    return reverse("search:rendition", args=[picture.id, picture.name]) if picture else ""


@register.filter
def placeholder_url(picture: Picture | None) -> str:
    """Return the tiny blurred picture as an address of its own, or ""."""
    if picture is None or not picture.placeholder:
        return ""
    data = picture.placeholder
    return data if data.startswith("data:") else f"data:image/webp;base64,{data}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return one of the drawn icons; words beside it name it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("search/icons.svg"),
        name,
    )


@register.simple_tag
def day(moment: datetime | None) -> SafeString:
    """Write a date; a script rewrites it in the reader's own way, and hovering gives all of it."""
    if moment is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}" data-day>{} {}</time>',
        moment.strftime("%Y-%m-%dT%H:%M:%S"),
        moment.strftime("%Y-%m-%d %H:%M:%S"),
        moment.day,
        moment.strftime("%b %Y"),
    )


@register.inclusion_tag("activity/_ring.html")
def activity_ring() -> dict[str, object]:
    """Show how far indexing is, in the top bar of every page."""
    return {"ring": activity.ring()}


@register.filter
def took(ms: int) -> str:
    """Write the time of a search: 90 ms is 0.09 s."""
    return f"{max(0.01, ms / 1000):.2f} s"


@register.filter
def subtract(left: int, right: int) -> int:
    """Return the difference."""
    return left - right


@register.filter
def stage_verb(stage: Stage) -> str:
    """Say what a stage does to a file."""
    return {
        Stage.PREPARE: "being read",
        Stage.EMBED: "being looked at",
        Stage.TRANSCRIBE: "being listened to",
        Stage.EMBED_SPEECH: "its words being understood",
        Stage.LOOK: "being measured",
        Stage.PLACE: "its place being looked up",
        Stage.FACES: "its faces being looked for",
        Stage.TEXT: "being read for writing",
        Stage.OBJECTS: "its things being counted",
        Stage.CAPTION: "being described",
        Stage.SOUND: "its sounds being heard",
        Stage.TAG: "being tagged",
        Stage.SOUND_TAG: "its sounds being tagged",
        Stage.PROXY: "being made playable",
    }[stage]
