"""What an answer can be narrowed by: for everything that can be filtered, its values with how many hits each leaves.

A count is what the search with that filter finds: the same rules are followed as by `search.filters`, over the good
hits of the answer and what lies over them in time. (A line that is spoken over a cut counts by either of its shots.)
"""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from dam.catalog.readers import facets as of_units
from dam.catalog.readers import file_facets as of_files
from dam.catalog.readers import narrow
from dam.catalog.readers.facets import Marks, Subject
from dam.catalog.readers.measure import LOOK_NAMES
from dam.types import MediaKind, UnitKind
from dam.types.colours import named_colours
from search.answer.answers import Answer
from search.filters import units as unit_filters
from search.parse import MAX_LENGTH, as_part, parts_of
from search.query.chips import Chip, chip_of
from search.query.known import known
from search.query.tree import typed

_SHOWN = 8  # values of one kind at first sight
_MOST = 40
_KINDS = {MediaKind.PHOTO: "Photos", MediaKind.VIDEO: "Videos", MediaKind.AUDIO: "Sound"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value: `text` is the search with it, `count` how many hits that has; `swatch` a colour, or ""."""

    name: str
    text: str
    count: int
    swatch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The values of one kind, those with the most hits first; `applied` are those that the search has already."""

    name: str
    title: str
    applied: tuple[Chip, ...] = ()
    values: tuple[Value, ...] = ()
    further: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """The hits to be narrowed; `near` is what lies over each unit in time, `joining` what would join them."""

    hits: frozenset[int]
    of_asset: Mapping[int, frozenset[int]]
    near: Mapping[int, AbstractSet[int]] = field(default_factory=dict)
    joining: frozenset[int] = frozenset()

    def by_unit(self, having: Collection[int]) -> int:
        """Return how many hits a filter on units leaves: by themselves, or by what lies over them."""
        left = self.hits.intersection(having)
        if self.near:
            left = left.union(*(self.near.get(unit, frozenset()) & self.hits for unit in having))
        return len(left) + len(self.joining.intersection(having))

    def by_asset(self, having: Iterable[int]) -> int:
        """Return how many hits a filter on files leaves."""
        return sum(len(self.of_asset.get(asset, ())) for asset in having)


def facets(found: Answer) -> list[Facet]:
    """Return what an answer can be narrowed by; values that all of its hits have, or none, are left out."""
    counting, subjects = _counting(found)
    own = [subject for subject in subjects if subject.unit_id in counting.hits]
    unit_marks: dict[str, Marks] = {
        "person": of_units.people(subjects),
        "tag": of_units.tags(subjects),
        "objects": of_units.things(subjects),
        "color": of_units.colours(subjects),
        "look": of_units.looks(subjects),
        "place": _of_assets(of_files.places({subject.asset_id for subject in subjects}), subjects),
    }
    counted = {name: {value: counting.by_unit(units) for value, units in m.items()} for name, m in unit_marks.items()}
    assets = list(counting.of_asset)
    counted["kind"] = {kind.value: sum(subject.kind is kind for subject in own) for kind in MediaKind}
    counted["date"] = {value: len(units) for value, units in _dates(own).items()}
    files = {"camera": of_files.cameras, "lens": of_files.lenses, "in": of_files.folders, "rating": of_files.stars}
    files |= {"label": of_files.labels, "creator": of_files.creators}
    for name, read in files.items():
        counted[name] = {value: counting.by_asset(those) for value, those in read(assets).items()}
    counted["has"] = {value: len(units) for value, units in of_units.having(own).items()}
    counted["is"] = {value: len(units) for value, units in of_units.being(own).items()}
    return _shown(found, counted, total=len(own))


_TITLES = {
    "kind": "Kind", "person": "People", "tag": "Tags", "objects": "Things", "place": "Places", "date": "Taken",
    "in": "Folders", "camera": "Camera", "lens": "Lens", "rating": "Stars", "label": "Label",
    "creator": "Creator", "color": "Colours", "look": "Look",
    "has": "Has", "is": "State",
}  # fmt: skip


def _counting(found: Answer) -> tuple[_Counting, list[Subject]]:
    """Return how filters count, and all units that they are to look at."""
    hits, query = frozenset(found.good_units), found.found.query
    each = query.alternatives or (query,)
    near = narrow.companions(hits)
    words = any(one.text or one.phrases or one.examples or one.weighted for one in each)
    by_units = any(asked.name in unit_filters.NAMES and not asked.negated for one in each for asked in one.filters)
    over = hits.union(*(near.get(unit, ()) for unit in hits))
    subjects = of_units.subjects(over if words or by_units else hits.union(near))
    of_asset: dict[int, set[int]] = {}
    joining = set()
    for subject in subjects:
        if subject.unit_id in hits:
            of_asset.setdefault(subject.asset_id, set()).add(subject.unit_id)
        elif not words and found.asked.kind in {None, subject.unit_kind} and (by_units or _is_line(subject)):
            joining.add(subject.unit_id)
    counting = _Counting(
        hits=hits,
        of_asset={asset: frozenset(units) for asset, units in of_asset.items()},
        near=near if words or by_units else {},
        joining=frozenset(joining),
    )
    return counting, subjects


def _is_line(subject: Subject) -> bool:
    """Tell whether a unit is none of those that filters on files alone list."""
    return subject.unit_kind is UnitKind.CLIP and not subject.whole


def _of_assets(marks: Marks, subjects: Iterable[Subject]) -> Marks:
    return {
        value: {subject.unit_id for subject in subjects if subject.asset_id in assets}
        for value, assets in marks.items()
    }


def _dates(subjects: Iterable[Subject]) -> Marks:
    """Return the hits by year, or by month where all are of one year."""
    dated = [(subject.unit_id, subject.taken_at) for subject in subjects if subject.taken_at is not None]
    pattern = "%Y" if len({taken.year for _, taken in dated}) > 1 else "%Y-%m"
    found: Marks = {}
    for unit, taken in dated:
        found.setdefault(taken.strftime(pattern), set()).add(unit)
    return found


def _shown(found: Answer, counted: Mapping[str, Mapping[str, int]], *, total: int) -> list[Facet]:
    text = found.asked.text
    base, parts = as_part(text), parts_of(text, known=known())
    swatches = {colour.name: colour.hex for colour in named_colours()}
    listed = []
    for name, title in _TITLES.items():
        telling = [(value, count) for value, count in counted[name].items() if 0 < count < total]
        telling.sort(key=lambda pair: _order(name, *pair))
        values = tuple(
            Value(name=_name(name, value), text=longer, count=count, swatch=swatches.get(value, ""))
            for value, count in telling[:_MOST]
            if len(longer := f"{base} {_typed(name, value)}") <= MAX_LENGTH
        )
        own = tuple(chip_of(part) for part in parts if part.name in _SAME.get(name, {name}))
        if values or own:
            shown, further = values[:_SHOWN], values[_SHOWN:]
            listed.append(Facet(name=name, title=title, applied=own, values=shown, further=further))
    return listed


_SAME = {"date": {"date", "after", "before"}, "person": {"person", "face"}}


def _typed(name: str, value: str) -> str:
    return f"rating>={value}" if name == "rating" else typed(name, value)


def _order(name: str, value: str, count: int) -> tuple[float, str]:
    if name == "date":
        return -float(value.replace("-", "")), value
    return (-float(value) if name == "rating" else -count), value


def _name(name: str, value: str) -> str:
    if name == "kind":
        return _KINDS[MediaKind(value)]
    if name == "rating":
        return f"{value} and more" if value != "5" else "5"
    if name == "look":
        return LOOK_NAMES.get(value, value)
    if name == "date" and "-" in value:
        return f"{date.fromisoformat(f'{value}-01'):%B %Y}"
    return value
