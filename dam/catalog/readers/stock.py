"""What is known of assets that are to be sent to agencies: all that the checks look at, in a few queries for many."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dam.catalog import current
from dam.catalog.ids import chunks
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    AssetNoise,
    AssetPlace,
    Face,
    MediaFile,
    Tag,
    TagScore,
    TagVerdict,
    TextLine,
    UnitLook,
)
from dam.catalog.readers.people import shown_faces
from dam.catalog.readers.tagged import LINE, models_shown
from dam.types import FileState, MediaKind, Stage

_READ = 0.8  # certainty from which on a line of writing is taken to be there, and not a texture
_LETTERS = 3  # shorter lines ("A7") name nobody
_PLAIN = 0.02  # contrast below which a hash says nothing (see `readers.measure`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Whom an asset shows: people by id with their names ("" for those without), and faces that are nobody's yet.

    `nameless` is the most of the latter in one unit: a shot's faces are not counted once for each shot.
    """

    people: dict[int, str] = field(default_factory=dict)
    nameless: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFacts:
    """One asset: its file, what is said of it, where it was taken, whom and what it shows, how it looks.

    `tags` are (key of the concept, name, certainty), the surest first. `noise_known`: it was measured, or can't be.
    """

    asset_id: int
    kind: MediaKind | None
    fingerprint: str
    name: str
    here: bool
    size_bytes: int
    width: int
    height: int
    taken_at: datetime | None
    title: str
    description: str
    keywords: tuple[str, ...]
    copyright: str
    location: str
    city: str
    state: str
    country: str
    near: tuple[str, ...]
    shown: Shown
    writing: tuple[str, ...]
    sharpness: float | None
    noise: float | None
    phashes: tuple[str, ...]
    tags: tuple[tuple[str, str, float], ...]


@dataclass(slots=True, kw_only=True)
class _Look:
    sharpness: float | None = None
    phashes: list[str] = field(default_factory=list)


def stock_facts(asset_ids: Iterable[int], *, tags: bool = True) -> dict[int, StockFacts]:
    """Return what is known of these assets, in their order; those that are gone are left out."""
    wanted = list(dict.fromkeys(asset_ids))
    found: dict[int, StockFacts] = {}
    for some in chunks(wanted):
        found |= _facts(some, tags=tags)
    return {pk: found[pk] for pk in wanted if pk in found}


def without_noise(asset_ids: Iterable[int], *, model: str) -> list[int]:
    """Return those of these assets whose noise was not measured by that model."""
    wanted = list(dict.fromkeys(asset_ids))
    known: set[int] = set()
    for some in chunks(wanted):
        rows = AssetNoise.objects.filter(asset_id__in=some, model=model)
        known.update(rows.values_list("asset_id", flat=True))
    return [pk for pk in wanted if pk not in known]


def _facts(ids: list[int], *, tags: bool) -> dict[int, StockFacts]:
    metadata = AssetMetadata.objects.in_bulk(ids)
    places = AssetPlace.objects.in_bulk(ids)
    names = _names(ids)
    shown, writing, looks = _shown(ids), _writing(ids), _looks(ids)
    noise = dict(AssetNoise.objects.filter(asset_id__in=ids).values_list("asset_id", "noise"))
    seen = _tags(ids) if tags else {}
    found = {}
    for asset in Asset.objects.filter(pk__in=ids):
        said, near, look = metadata.get(asset.pk), places.get(asset.pk), looks[asset.pk]
        name, here = names.get(asset.pk, (f"asset-{asset.pk}", False))
        found[asset.pk] = StockFacts(
            asset_id=asset.pk,
            kind=MediaKind(asset.kind) if asset.kind else None,
            fingerprint=asset.fingerprint,
            name=name,
            here=here,
            size_bytes=asset.size_bytes,
            width=asset.width,
            height=asset.height,
            taken_at=asset.taken_at,
            title=said.title if said else "",
            description=said.description if said else "",
            keywords=tuple(str(word) for word in said.keywords) if said else (),
            copyright=(said.copyright or said.creator) if said else "",
            location=said.location if said else "",
            # What somebody wrote counts before what the coordinate lies near.
            city=(said.city if said else "") or (near.city if near else ""),
            state=(said.state if said else "") or (near.region if near and not (said and said.city) else ""),
            country=(said.country if said else "") or (near.country if near else ""),
            near=_place_names(said, near),
            shown=shown[asset.pk],
            writing=tuple(writing[asset.pk]),
            sharpness=look.sharpness,
            noise=noise.get(asset.pk),
            phashes=tuple(look.phashes),
            tags=tuple(seen.get(asset.pk, ())),
        )
    return found


def taken_on(facts: StockFacts) -> date | None:
    """Return the day on which an asset was taken, by the camera's clock."""
    return facts.taken_at.date() if facts.taken_at else None


def _place_names(said: AssetMetadata | None, near: AssetPlace | None) -> tuple[str, ...]:
    names = [said.location, said.city] if said else []
    names += [near.city] if near else []
    return tuple(dict.fromkeys(name for name in names if name))


def _names(ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """Return the name of the best file of each asset, and whether it can be read now."""
    rows = MediaFile.objects.filter(asset_id__in=ids).order_by("id")
    found: dict[int, tuple[str, bool]] = {}
    for asset_id, path, state, online in rows.values_list("asset_id", "path", "state", "library__online"):
        here = state == FileState.PRESENT and bool(online)
        if asset_id not in found or (here and not found[asset_id][1]):
            found[asset_id] = path.rpartition("/")[2], here
    return found


def _shown(ids: Collection[int]) -> dict[int, Shown]:
    people: dict[int, dict[int, str]] = defaultdict(dict)
    nameless: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = Face.objects.filter(shown_faces(), unit__asset_id__in=ids)
    for asset_id, unit_id, person_id, name in rows.values_list(
        "unit__asset_id", "unit_id", "person_id", "person__name"
    ):
        if person_id is None:
            nameless[asset_id][unit_id] += 1
        else:
            people[asset_id][person_id] = name or ""
    return {
        pk: Shown(people=people.get(pk, {}), nameless=max(nameless[pk].values()) if pk in nameless else 0)
        for pk in ids
    }


def _writing(ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = TextLine.objects.filter(
        unit__asset_id__in=ids, model=current.model_of(Stage.TEXT), certainty__gte=_READ
    ).order_by("-certainty", "id")
    for asset_id, text in rows.values_list("unit__asset_id", "text"):
        if sum(sign.isalpha() for sign in text) >= _LETTERS and text not in found[asset_id]:
            found[asset_id].append(text)
    return found


def _looks(ids: Collection[int]) -> dict[int, _Look]:
    """Return of each asset the sharpness of its clearest unit, and the hashes that say something."""
    found: dict[int, _Look] = defaultdict(_Look)
    rows = UnitLook.objects.filter(unit__asset_id__in=ids).order_by("unit__start_ms", "unit_id")
    for asset_id, sharpness, contrast, phash in rows.values_list("unit__asset_id", "sharpness", "contrast", "phash"):
        look = found[asset_id]
        look.sharpness = max(sharpness, look.sharpness or 0.0)
        if contrast >= _PLAIN:
            look.phashes.append(phash)
    return found


def _tags(ids: Collection[int]) -> dict[int, list[tuple[str, str, float]]]:
    """Return each asset's concepts by (key, name, certainty): what people said, else the surest of its units."""
    best: dict[int, dict[int, float]] = defaultdict(dict)
    scores = TagScore.objects.filter(unit__asset_id__in=ids, model__in=models_shown(), certainty__gte=LINE)
    rows: Iterable[tuple[Any, ...]] = scores.values_list("unit__asset_id", "tag_id", "certainty")
    for asset_id, tag_id, certainty in rows:
        best[asset_id][tag_id] = max(certainty, best[asset_id].get(tag_id, 0.0))
    said = TagVerdict.objects.filter(unit__asset_id__in=ids).order_by("accepted")
    for asset_id, tag_id, accepted in said.values_list("unit__asset_id", "tag_id", "accepted"):
        if accepted:
            best[asset_id][tag_id] = 1.0
        else:
            best[asset_id].pop(tag_id, None)
    wanted = {tag_id for tags in best.values() for tag_id in tags}
    names: dict[int, tuple[str, str]] = {}
    for some in chunks(wanted):
        names |= {
            pk: (key, name) for pk, key, name in Tag.objects.filter(pk__in=some).values_list("pk", "key", "name")
        }
    return {
        asset_id: [
            (*names[tag_id], certainty)
            for tag_id, certainty in sorted(tags.items(), key=lambda pair: (-pair[1], pair[0]))
            if tag_id in names
        ]
        for asset_id, tags in best.items()
    }
