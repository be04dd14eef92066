"""The tags of assets and units: what models, people and the files themselves say, merged into one list each."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from dam.catalog.keywords import leaf, parts
from dam.catalog.lexicon import folded, load_lexicon
from dam.catalog.models import AssetMetadata, TagScore, TagVerdict, Unit
from dam.catalog.readers.tag_counts import TagChoice, TagCount, find_tags, tag_counts
from dam.catalog.readers.tagged import LINE, TAUGHT, models_shown, units_with_tag, units_with_tag_id
from dam.types import TagKind

__all__ = [
    "LINE",
    "TAUGHT",
    "TagChoice",
    "TagCount",
    "TagView",
    "find_tags",
    "models_shown",
    "tag_counts",
    "tags_of_asset",
    "tags_of_units",
    "units_with_tag",
    "units_with_tag_id",
]

_MOST_PICTURED = 12  # more would be a wall that nobody reads
_MOST_HEARD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TagView:
    """One tag of one unit. `source` is "person", "file", "taught" or "model"; `certainty` is 1.0 for the first two.

    `tag_id` is None and `key` "" for a file's keyword that no tag means. `accepted` is what a person said, or None.
    """

    tag_id: int | None
    key: str
    name: str
    kind: TagKind
    certainty: float
    source: str
    model: str
    accepted: bool | None
    unit_id: int
    at_ms: int
    parents: tuple[str, ...]


def tags_of_asset(asset_id: int, *, rejected: bool = False) -> list[TagView]:
    """Return the tags of an asset, each once with its best unit: people's word, the file's, then by certainty.

    What a person rejected is left out, or with `rejected` is there with `accepted` False.
    """
    units = dict(Unit.objects.filter(asset_id=asset_id).order_by("kind", "position").values_list("pk", "start_ms"))
    best: dict[tuple[str, object], TagView] = {}
    for views in _views_of(units, rejected=rejected).values():
        for view in views:
            key = (view.kind, view.tag_id) if view.tag_id is not None else ("word", folded(view.name) or view.name)
            if key not in best or _rank(view) < _rank(best[key]):
                best[key] = view
    return _not_a_wall(best.values())


def tags_of_units(unit_ids: Iterable[int]) -> dict[int, list[TagView]]:
    """Return the tags of each of these units, in the order of `tags_of_asset`; without what was rejected."""
    units = dict(Unit.objects.filter(pk__in=list(unit_ids)).values_list("pk", "start_ms"))
    found = _views_of(units, rejected=False)
    return {unit_id: _not_a_wall(found.get(unit_id, [])) for unit_id in units}


def _views_of(units: dict[int, int], *, rejected: bool) -> dict[int, list[TagView]]:
    """Return every tag of these units (id → start in ms); a file's keywords stand at its first unit."""
    lexicon = load_lexicon()
    verdicts = {
        (unit_id, tag_id): accepted
        for unit_id, tag_id, accepted in TagVerdict.objects.filter(unit_id__in=units).values_list(
            "unit_id", "tag_id", "accepted"
        )
    }
    found: dict[tuple[int, object], TagView] = {}

    def add(unit_id: int, tag_id: int, *, certainty: float, source: str, model: str, at_ms: int) -> None:
        accepted = verdicts.get((unit_id, tag_id))
        entry = lexicon.entries.get(tag_id)
        if entry is None or (accepted is False and not rejected):
            return
        view = TagView(
            tag_id=tag_id,
            key=entry.key,
            name=entry.name,
            kind=entry.kind,
            certainty=certainty if not accepted else 1.0,
            source="person" if accepted is not None else source,
            model=model,
            accepted=accepted,
            unit_id=unit_id,
            at_ms=at_ms,
            parents=lexicon.parents_of(tag_id),
        )
        before = found.get((unit_id, tag_id))
        if before is None or _rank(view) < _rank(before):
            found[unit_id, tag_id] = view

    scores = TagScore.objects.filter(unit_id__in=units, model__in=models_shown(), certainty__gte=LINE)
    for unit_id, tag_id, model, certainty, at_ms in scores.values_list(
        "unit_id", "tag_id", "model", "certainty", "at_ms"
    ):
        source = "taught" if model.startswith(TAUGHT) else "model"
        add(unit_id, tag_id, certainty=certainty, source=source, model=model, at_ms=at_ms)
    for (unit_id, tag_id), accepted in verdicts.items():
        if (unit_id, tag_id) not in found:
            add(
                unit_id,
                tag_id,
                certainty=float(accepted),
                source="person",
                model="",
                at_ms=units[unit_id],
            )
    for unit_id, word in _keywords(units):
        meant = [pk for pk in lexicon.meant_by(leaf(word)) if lexicon.entries[pk].kind is not TagKind.SOUND]
        if meant:
            add(unit_id, meant[0], certainty=1.0, source="file", model="", at_ms=units[unit_id])
        else:
            found[unit_id, word] = TagView(
                tag_id=None,
                key="",
                name=leaf(word),
                kind=TagKind.PICTURE,
                certainty=1.0,
                source="file",
                model="",
                accepted=None,
                unit_id=unit_id,
                at_ms=units[unit_id],
                parents=parts(word)[:-1],
            )
    by_unit: dict[int, list[TagView]] = defaultdict(list)
    for view in found.values():
        by_unit[view.unit_id].append(view)
    return by_unit


def _keywords(units: dict[int, int]) -> list[tuple[int, str]]:
    """Return (unit, keyword) for what the files of these units say, at each file's first unit of those given."""
    first: dict[int, int] = {}
    rows = Unit.objects.filter(Q(kind__in=["photo", "shot"]) | Q(position=0), pk__in=units)
    for pk, asset_id in rows.order_by("asset_id", "position", "pk").values_list("pk", "asset_id"):
        first.setdefault(asset_id, pk)
    said = AssetMetadata.objects.filter(asset_id__in=first).exclude(keywords=[]).values_list("asset_id", "keywords")
    return [
        (first[asset_id], word.strip())
        for asset_id, words in said
        for word in dict.fromkeys(map(str, words))
        if parts(word)
    ]


_ORDER = {"person": 0, "file": 1, "taught": 2, "model": 2}


def _rank(view: TagView) -> tuple[int, float, str]:
    """Order: what was said, then what is surest; what was rejected stands last."""
    if view.accepted is False:
        return 9, -view.certainty, view.name
    return _ORDER[view.source], -view.certainty, view.name


def _not_a_wall(views: Iterable[TagView]) -> list[TagView]:
    left = {TagKind.PICTURE: _MOST_PICTURED, TagKind.SOUND: _MOST_HEARD}
    kept = []
    for view in sorted(views, key=_rank):
        if view.source == "model":
            if not left.get(view.kind, 0):
                continue
            left[view.kind] -= 1
        kept.append(view)
    return kept
