"""What models and measures say of one asset, for its page: each with its certainty, its source and a search."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from dam.catalog.readers import measure, seen
from dam.catalog.readers.measure import LookView
from dam.catalog.readers.places import PlaceView, place_of
from dam.catalog.readers.seen import ObjectView, TextView
from search.query.tree import typed

_MOST_LINES = 12
_MOST_COLOURS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found: `certainty` 0..1 or None where it is measured, `source` which model or file says it.

    `at_ms` is the moment in a video, `swatch` a colour as `#rrggbb`.
    """

    words: str
    href: str
    source: str
    certainty: float | None = None
    note: str = ""
    at_ms: int | None = None
    swatch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one sort; `more` are left out of a long list."""

    title: str
    findings: Sequence[Finding] = field(default=())
    more: int = 0


def understood(asset_id: int, *, timed: bool) -> list[Group]:
    """Return the groups that have anything to say; `timed`: the asset has moments (a video)."""
    looks = measure.look_of(asset_id)
    writing = _writing(seen.writing_in(asset_id), timed=timed)
    groups = [
        Group(title="Written", findings=writing[:_MOST_LINES], more=max(0, len(writing) - _MOST_LINES)),
        Group(title="Things", findings=_things(seen.objects_in(asset_id), timed=timed)),
        Group(title="In a sentence", findings=_captions(seen.captions_in(asset_id))),
        Group(title="Colours", findings=_colours(looks)),
        Group(title="Look", findings=_looks(looks)),
        Group(title="Place", findings=_place(place_of(asset_id))),
    ]
    return [group for group in groups if group.findings]


def _writing(lines: Iterable[TextView], *, timed: bool) -> list[Finding]:
    """Return each text once, where it is surest; in the order in which it appears."""
    best: dict[str, TextView] = {}
    for line in lines:
        known = best.get(line.text.casefold())
        if known is None or line.certainty > known.certainty:
            best[line.text.casefold()] = line
    return [
        Finding(
            words=line.text,
            href=_search("text", line.text),
            source=line.model,
            certainty=line.certainty,
            at_ms=line.at_ms if timed else None,
        )
        for line in sorted(best.values(), key=lambda line: line.at_ms)
    ]


def _things(objects: Iterable[ObjectView], *, timed: bool) -> list[Finding]:
    """Return each sort of thing once, with how many of it are seen at one moment."""
    of_label: dict[str, dict[int, list[ObjectView]]] = defaultdict(lambda: defaultdict(list))
    for each in objects:
        of_label[each.label][each.at_ms].append(each)
    found = []
    for label, moments in of_label.items():
        most = max(moments.values(), key=lambda views: sum(view.certainty >= seen.COUNTED for view in views))
        count = max(1, sum(view.certainty >= seen.COUNTED for view in most))
        surest = max((view for views in moments.values() for view in views), key=lambda view: view.certainty)
        found.append(
            Finding(
                words=label,
                href=_search("objects", label),
                source=surest.model,
                certainty=surest.certainty,
                note=f"× {count}" if count > 1 else "",
                at_ms=surest.at_ms if timed else None,
            )
        )
    return sorted(found, key=lambda finding: -(finding.certainty or 0.0))


def _captions(sentences: Iterable[seen.CaptionView]) -> list[Finding]:
    unique = {caption.text: caption for caption in sentences}
    return [
        Finding(words=caption.text, href=_search("", caption.text), source=caption.model)
        for caption in list(unique.values())[:_MOST_LINES]
    ]


def _colours(looks: Sequence[LookView]) -> list[Finding]:
    """Return the colours of all units together, by their share of the picture."""
    shares: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for look in looks:
        for colour in look.colours:
            shares[colour.name].append((colour.share, colour.hex))
    units = max(1, sum(bool(look.colours) for look in looks))
    model = next((look.model for look in looks if look.model), "")
    found = [
        Finding(
            words=name,
            href=_search("color", name),
            source=model,
            note=f"{sum(share for share, _ in each) / units:.0%}",
            swatch=max(each)[1],
        )
        for name, each in shares.items()
    ]
    return sorted(found, key=lambda finding: -sum(share for share, _ in shares[finding.words]))[:_MOST_COLOURS]


def _looks(looks: Sequence[LookView]) -> list[Finding]:
    best: dict[str, tuple[float, int]] = {}
    for look in looks:
        for word, certainty in measure.words_of(look):
            known, count = best.get(word, (0.0, 0))
            best[word] = max(known, certainty), count + 1
    model = next((look.model for look in looks if look.model), "measured")
    several = len(looks) > 1
    found = [
        Finding(
            words=measure.LOOK_NAMES.get(word, word),
            href=_search("look", word),
            source=model,
            certainty=certainty,
            note=f"{count} of {len(looks)}" if several else "",
        )
        for word, (certainty, count) in best.items()
    ]
    return sorted(found, key=lambda finding: -(finding.certainty or 0.0))


def _place(place: PlaceView | None) -> list[Finding]:
    if place is None:
        return []
    away = f"{place.distance_km:.0f} km away" if place.distance_km >= 1 else ""
    names = [(place.city, away), (place.region, ""), (place.country, "")]
    wide = [name for name, _ in names if name]
    return [
        Finding(
            words=name,
            href=_search("place", ", ".join(wide[wide.index(name) :])),
            source=f"{place.model}, from the file's coordinates",
            note=note,
        )
        for name, note in dict(names).items()
        if name
    ]


def _search(name: str, value: str) -> str:
    text = typed(name, value) if name else value
    return f"{reverse('search:home')}?{urlencode({'q': text})}"
