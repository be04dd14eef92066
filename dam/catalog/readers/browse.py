"""Assets and units as tiles: everything a grid needs of each, in a number of queries that does not grow with it."""

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Substr

from dam.catalog.keywords import leaf
from dam.catalog.models import Asset, AssetMetadata, Embedding, Library, MediaFile, Rendition, Speech, Unit
from dam.types import AssetState, FileState, MediaKind, RenditionRole

_TILE_ROLES = [RenditionRole.THUMB, RenditionRole.KEYFRAME, RenditionRole.STRIP, RenditionRole.WAVEFORM]
_SHOWN = [AssetState.PENDING, AssetState.READY, AssetState.PARTIAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A rendition to show: its id and name make its address; sizes in pixels, `frames` side by side."""

    id: int
    name: str
    width: int
    height: int
    frames: int
    colour: str
    placeholder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an asset lies: the best of its files; `offline` when its library's root is not there."""

    name: str
    path: str
    library: str
    offline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What a grid shows of an asset or of one unit of it; sizes in pixels as displayed, times in ms."""

    asset_id: int
    unit_id: int | None
    kind: MediaKind
    name: str
    path: str
    library: str
    offline: bool
    taken_at: datetime | None
    width: int
    height: int
    duration_ms: int
    start_ms: int
    end_ms: int
    picture: Picture | None
    strip: Picture | None
    waveform_id: int | None
    partial: bool
    stars: int | None = None  # as `AssetMetadata.rating`
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a page of the library ends: the last asset's date (None: it has none) and id."""

    taken_at: datetime | None
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder inside a library: `path` from its root, and how many files lie in it and below."""

    name: str
    path: str
    count: int


def as_picture(row: Rendition) -> Picture:
    """Return what a page needs of a rendition's row."""
    return Picture(
        id=row.pk,
        name=posixpath.basename(row.key),
        width=row.width,
        height=row.height,
        frames=row.frames,
        colour=row.colour,
        placeholder=row.placeholder,
    )


def tiles_of_assets(asset_ids: Sequence[int]) -> list[Tile]:
    """Return the tiles of these assets, in the order given; those that are gone are left out."""
    assets = Asset.objects.in_bulk(asset_ids)
    places = places_of(asset_ids)
    marks = marks_of(asset_ids)
    looks: dict[tuple[int, str], Rendition] = {}
    rows = Rendition.objects.filter(asset_id__in=asset_ids, role__in=_TILE_ROLES).order_by("unit__position", "at_ms")
    for row in rows:
        looks.setdefault((row.asset_id, row.role), row)
    return [
        _tile(assets[pk], None, places.get(pk), {role: looks.get((pk, role)) for role in _TILE_ROLES}, marks.get(pk))
        for pk in asset_ids
        if pk in assets
    ]


def tiles_of_units(unit_ids: Sequence[int]) -> dict[int, Tile]:
    """Return the tiles of these units by id; those that are gone are left out."""
    units = Unit.objects.select_related("asset").in_bulk(unit_ids)
    assets = {unit.asset_id for unit in units.values()}
    places = places_of(assets)
    marks = marks_of(assets)
    looks: dict[tuple[int, int | None, str], Rendition] = {}
    rows = Rendition.objects.filter(
        Q(unit_id__in=unit_ids) | Q(asset_id__in=assets, role=RenditionRole.WAVEFORM), role__in=_TILE_ROLES
    )
    for row in rows.order_by("at_ms"):
        looks.setdefault((row.asset_id, row.unit_id, row.role), row)
    return {
        pk: _tile(
            unit.asset,
            unit,
            places.get(unit.asset_id),
            {
                role: looks.get((unit.asset_id, pk, role)) or looks.get((unit.asset_id, None, role))
                for role in _TILE_ROLES
            },
            marks.get(unit.asset_id),
        )
        for pk, unit in units.items()
    }


def marks_of(asset_ids: Iterable[int]) -> dict[int, tuple[int | None, str]]:
    """Return the stars and the label of those of these assets that have either."""
    rows = AssetMetadata.objects.filter(asset_id__in=asset_ids).exclude(rating=None, label="")
    return {pk: (stars, label) for pk, stars, label in rows.values_list("pk", "rating", "label")}


def places_of(asset_ids: Iterable[int]) -> dict[int, Place]:
    """Return one place per asset: a file that is there, in a library that is online, before any other."""
    rows = (
        MediaFile.objects.filter(asset_id__in=asset_ids)
        .order_by("id")
        .values_list("asset_id", "path", "state", "library__name", "library__online")
    )
    best: dict[int, tuple[int, Place]] = {}
    for asset_id, path, state, library, online in rows:
        rank = (0 if state == FileState.PRESENT else 2) + (0 if online else 1)
        if asset_id not in best or rank < best[asset_id][0]:
            place = Place(name=posixpath.basename(path), path=path, library=library, offline=not online)
            best[asset_id] = (rank, place)
    return {asset_id: place for asset_id, (_, place) in best.items()}


def shown_assets(
    *, kind: MediaKind | None = None, library_id: int | None = None, folder: str = ""
) -> QuerySet[Asset]:
    """Return the assets to look at: of a known kind, with a file that is there (or whose drive is away)."""
    files = MediaFile.objects.filter(asset=OuterRef("pk"), state=FileState.PRESENT)
    if library_id is not None:
        files = files.filter(library_id=library_id)
    if folder:
        files = files.filter(Q(folder=folder) | Q(folder__startswith=f"{folder}/"))
    kinds = [kind] if kind else list(MediaKind)
    return Asset.objects.filter(Exists(files), kind__in=kinds, state__in=_SHOWN)


def page_by_date(assets: QuerySet[Asset], *, after: Cursor | None, limit: int) -> list[Asset]:
    """Return the next `limit` assets, newest first; those without a date come last.

    Pages by key, not by offset: the thousandth page costs what the first did.
    """
    ordered = assets.order_by(F("taken_at").desc(nulls_last=True), "-id").only("id", "taken_at")
    if after is None:
        return list(ordered[:limit])
    undated = ordered.filter(taken_at__isnull=True)
    if after.taken_at is None:
        return list(undated.filter(id__lt=after.id)[:limit])
    dated = ordered.filter(taken_at__lte=after.taken_at).exclude(taken_at=after.taken_at, id__gte=after.id)
    found = list(dated[:limit])
    return found if len(found) == limit else found + list(undated[: limit - len(found)])


def ids_by_date(assets: QuerySet[Asset], *, limit: int) -> list[int]:
    """Return the ids of the first `limit` assets, in the order of `page_by_date`."""
    return list(assets.order_by(F("taken_at").desc(nulls_last=True), "-id").values_list("pk", flat=True)[:limit])


def neighbours_by_date(assets: QuerySet[Asset], asset: Asset) -> tuple[int | None, int | None]:
    """Return the ids of the assets before (newer) and after (older) this one."""
    older = page_by_date(assets, after=Cursor(taken_at=asset.taken_at, id=asset.pk), limit=1)
    if asset.taken_at is None:
        newer = assets.filter(Q(taken_at__isnull=True, id__gt=asset.pk) | Q(taken_at__isnull=False))
        newer = newer.order_by(F("taken_at").asc(nulls_first=True), "id")
    else:
        newer = assets.filter(taken_at__gte=asset.taken_at).exclude(taken_at=asset.taken_at, id__lte=asset.pk)
        newer = newer.order_by("taken_at", "id")
    return newer.values_list("pk", flat=True).first(), older[0].pk if older else None


def months(assets: QuerySet[Asset]) -> list[tuple[str, int]]:
    """Return ("2024-05", count) for every month that has assets, newest first."""
    # The text's first seven characters, on both databases: Django's own truncation is Python code inside SQLite,
    # six times slower over 100,000 rows.
    month = Substr(Cast("taken_at", TextField()), 1, 7)
    rows = assets.filter(taken_at__isnull=False).annotate(month=month).values_list("month").annotate(n=Count("id"))
    return list(rows.order_by("-month"))


def recent_ids(*, limit: int) -> list[int]:
    """Return the assets added last."""
    return list(shown_assets().order_by("-id").values_list("pk", flat=True)[:limit])


def folders_in(library_id: int, folder: str) -> list[Folder]:
    """Return the folders directly inside `folder` ("" is the root), by name."""
    files = MediaFile.objects.filter(library_id=library_id, state=FileState.PRESENT, asset__kind__in=list(MediaKind))
    if folder:
        files = files.filter(folder__startswith=f"{folder}/")
    start = len(folder) + 1 if folder else 0
    counts: dict[str, int] = {}
    for path, number in files.exclude(folder="").values_list("folder").annotate(n=Count("id")).order_by("folder"):
        name = path[start:].partition("/")[0]
        counts[name] = counts.get(name, 0) + number
    inside = f"{folder}/" if folder else ""
    return [Folder(name=name, path=f"{inside}{name}", count=number) for name, number in sorted(counts.items())]


def libraries() -> list[Library]:
    """Return every library, by name."""
    return list(Library.objects.order_by("name", "id"))


def _tile(
    asset: Asset,
    unit: Unit | None,
    place: Place | None,
    looks: dict[RenditionRole, Rendition | None],
    marks: tuple[int | None, str] | None,
) -> Tile:
    look = looks[RenditionRole.THUMB] or looks[RenditionRole.KEYFRAME]
    strip, waveform = looks[RenditionRole.STRIP], looks[RenditionRole.WAVEFORM]
    return Tile(
        asset_id=asset.pk,
        unit_id=unit.pk if unit else None,
        kind=MediaKind(asset.kind or MediaKind.PHOTO),
        name=place.name if place else f"asset {asset.pk}",
        path=place.path if place else "",
        library=place.library if place else "",
        offline=place.offline if place else True,
        taken_at=asset.taken_at,
        width=asset.width or (look.width if look else 0),
        height=asset.height or (look.height if look else 0),
        duration_ms=asset.duration_ms,
        start_ms=unit.start_ms if unit else 0,
        end_ms=unit.end_ms if unit else asset.duration_ms,
        picture=as_picture(look) if look else None,
        strip=as_picture(strip) if strip else None,
        waveform_id=waveform.pk if waveform else None,
        partial=asset.state == AssetState.PARTIAL,
        stars=marks[0] if marks else None,
        label=marks[1] if marks else "",
    )


def vector_count() -> int:
    """Return how many vectors there are."""
    return Embedding.objects.count()


def example_words() -> list[str]:
    """Return things to search for that this library's own words name: keywords, titles, spoken phrases."""
    keywords: list[str] = []
    for words in AssetMetadata.objects.exclude(keywords=[]).values_list("keywords", flat=True)[:50]:
        keywords += [leaf(word) for word in words if isinstance(word, str)]
    titles = AssetMetadata.objects.exclude(title="").values_list("title", flat=True)[:3]
    lines = Speech.objects.filter(weak=False).values_list("text", flat=True)[:50]
    phrases = [" ".join(line.split()[:5]).strip(',.;:!?"“”') for line in lines if len(line.split()) >= 3][:3]
    common = sorted(set(keywords), key=lambda word: -keywords.count(word))[:3]
    return [*common, *(f'"{phrase}"' for phrase in phrases), *titles]
