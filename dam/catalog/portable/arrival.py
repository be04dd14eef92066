"""What both directions share: how a unit is named, moments as text, and what is known of the catalogue arrived in."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model

from dam.catalog.ids import chunks
from dam.catalog.models import Asset, KnownFingerprint, Unit

Row = dict[str, Any]
BATCH = 500
UNIT_FIELDS = ("unit__asset__fingerprint", "unit__kind", "unit__start_ms", "unit__end_ms")


class Arrival:
    """The catalogue that rows arrive in: ids by what rows call things, and a count of what became of each table.

    "added" rows are new here, "there" were said here already, "left" could not be placed, and "skipped" are a model's
    belief that the models here don't share.
    """

    def __init__(self) -> None:
        self.assets: dict[str, int] = {}
        self.libraries: dict[str, int] = {}
        self.people: dict[str, int] = {}
        self.unnamed: dict[str, Row] = {}
        self.speakers: dict[str, int] = {}
        self.tags: dict[str, int] = {}
        self.collections: dict[str, int] = {}
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.problems: list[str] = []

    def count(self, table: str, outcome: str, number: int = 1) -> None:
        """Count rows of a table."""
        self.counts[table][outcome] += number

    def know(self, fingerprints: Iterable[str]) -> None:
        """Look up assets by their fingerprints, by those that they had before metadata was written into them, too."""
        wanted = [one for one in dict.fromkeys(fingerprints) if one not in self.assets]
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            former = KnownFingerprint.objects.filter(fingerprint__in=some)
            self.assets.update(former.values_list("fingerprint", "asset_id"))
            self.assets.update(Asset.objects.filter(fingerprint__in=some).values_list("fingerprint", "pk"))

    def units(self, refs: Iterable[Row]) -> "Units":
        """Return the units of the assets that these name, to find each in."""
        return Units(self, {self.assets[ref["asset"]] for ref in refs if ref["asset"] in self.assets})


class Units:
    """The units of some assets."""

    def __init__(self, arrival: Arrival, asset_ids: Iterable[int]) -> None:
        self._assets = arrival.assets
        self._of: dict[int, list[Unit]] = defaultdict(list)
        for some in chunks(asset_ids):
            for unit in Unit.objects.filter(asset_id__in=some).order_by("position", "pk"):
                self._of[unit.asset_id].append(unit)

    def find(self, ref: Row) -> Unit | None:
        """Return the unit of a reference: that very one, or where shots are cut otherwise here, the one that shares
        most of its time.
        """
        there = [unit for unit in self._of.get(self._assets.get(ref["asset"], 0), []) if unit.kind == ref["kind"]]
        start, end = ref["start_ms"], ref["end_ms"]
        exact = next((unit for unit in there if (unit.start_ms, unit.end_ms) == (start, end)), None)
        if exact is not None or start == end:
            return exact or next(iter(there), None)
        shared = [(min(unit.end_ms, end) - max(unit.start_ms, start), -unit.pk, unit) for unit in there]
        best = max(shared, key=lambda each: each[:2], default=None)
        return best[2] if best is not None and best[0] > 0 else None


def unit_ref(fingerprint: str, kind: str, start_ms: int, end_ms: int) -> Row:
    """Return how a unit is named elsewhere."""
    return {"asset": fingerprint, "kind": kind, "start_ms": start_ms, "end_ms": end_ms}


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows in batches."""
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some


def text_of(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601, or None."""
    return None if moment is None else moment.isoformat()


def moment_of(text: str | None) -> datetime | None:
    """Return the moment that a text is, or None."""
    return None if text is None else datetime.fromisoformat(text)


def create_dated(rows: Sequence[Model], dates: dict[str, Sequence[datetime | None]]) -> None:
    """Create rows whose columns of creation would say "now", with the moments that they were made at."""
    if not rows:
        return
    manager = type(rows[0])._default_manager  # noqa: SLF001 - Django's documented name
    manager.bulk_create(rows, batch_size=BATCH)
    for name, moments in dates.items():
        for row, moment in zip(rows, moments, strict=True):
            if moment is not None:
                setattr(row, name, moment)
    manager.bulk_update(rows, list(dates), batch_size=200)
