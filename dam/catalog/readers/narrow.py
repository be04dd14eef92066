"""Units narrowed by what their files say: which ones, in which order, and which lie over each other in time."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from numpy.typing import NDArray

from dam.catalog.ids import chunks
from dam.catalog.models import MediaFile, Unit
from dam.types import FileState, MediaKind, UnitKind

IdArray = NDArray[np.int64]

_LISTED = {"sqlite": "group_concat(id)", "postgresql": "string_agg(id::text, ',')"}


def unit_ids(condition: Q) -> IdArray:
    """Return the ids (n,) of the units that a condition on Unit holds for, ascending."""
    # As one text: a year of a large library is a hundred thousand ids, and a row for each takes five times as long.
    try:
        chosen, values = Unit.objects.filter(condition).order_by().values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return np.empty(0, dtype=np.int64)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH chosen(id) AS ({chosen}) SELECT {_LISTED[connection.vendor]} FROM chosen", values)  # noqa: S608 - Django's
        (listed,) = cursor.fetchone()
    return np.unique(np.fromstring(listed, dtype=np.int64, sep=",")) if listed else np.empty(0, dtype=np.int64)


def of_kinds(unit_ids: Iterable[int], kinds: Collection[MediaKind]) -> set[int]:
    """Return those of these units whose asset is of one of these kinds; all of them where none is named."""
    asked = list(dict.fromkeys(unit_ids))
    if not kinds:
        return set(asked)
    rows = Unit.objects.filter(asset__kind__in=list(kinds))
    return {pk for some in chunks(asked) for pk in rows.filter(pk__in=some).values_list("pk", flat=True)}


def newest_units(condition: Q, *, kinds: Collection[MediaKind], but: Collection[int], limit: int) -> list[int]:
    """Return at most `limit` units that are shown, the latest taken first: photos, shots and whole recordings."""
    whole = Q(kind__in=[UnitKind.PHOTO, UnitKind.SHOT]) | Q(
        kind=UnitKind.CLIP, asset__kind=MediaKind.AUDIO, position=0
    )
    here = MediaFile.objects.filter(asset=OuterRef("asset"), state=FileState.PRESENT)
    rows = Unit.objects.filter(condition, whole, Exists(here))
    if kinds:
        rows = rows.filter(asset__kind__in=list(kinds))
    ordered = rows.order_by("-asset__taken_at", "-asset_id", "start_ms", "pk").values_list("pk", flat=True)
    # What is left out may be more than a statement takes; it is few beside what is asked for.
    refused = set(but)
    found = dict.fromkeys(pk for pk in ordered[: limit + len(refused)] if pk not in refused)
    return list(found)[:limit]


def companions(units: Iterable[int]) -> dict[int, set[int]]:
    """Return for each unit of these assets those that lie over it in time: lines spoken during a shot, and the shot.

    A whole recording and the lines spoken in it are companions, too. Units without any are left out.
    """
    found: dict[int, set[int]] = defaultdict(set)
    assets = {
        asset_id
        for some in chunks(sorted(set(units)))
        for asset_id in Unit.objects.filter(pk__in=some)
        .exclude(kind=UnitKind.PHOTO)
        .values_list("asset_id", flat=True)
        .distinct()
    }
    for some in chunks(sorted(assets)):
        stretches: dict[int, tuple[list[_Stretch], list[_Stretch]]] = defaultdict(lambda: ([], []))
        rows = Unit.objects.filter(asset_id__in=some).order_by("start_ms", "pk")
        for pk, asset_id, kind, position, start_ms, end_ms, asset_kind in rows.values_list(
            "pk", "asset_id", "kind", "position", "start_ms", "end_ms", "asset__kind"
        ):
            outer = kind == UnitKind.SHOT or (asset_kind == MediaKind.AUDIO and position == 0)
            stretches[asset_id][0 if outer else 1].append((start_ms, end_ms, pk))
        for shots, clips in stretches.values():
            for shot, clip in _overlaps(shots, clips):
                found[shot].add(clip)
                found[clip].add(shot)
    return dict(found)


_Stretch = tuple[int, int, int]  # start_ms, end_ms, unit id


def _overlaps(shots: list[_Stretch], clips: list[_Stretch]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that overlap; both lists by start, the shots without gaps or overlaps among themselves."""
    ends = [end for _, end, _ in shots]
    for start, end, clip in clips:
        for place in range(bisect_left(ends, start + 1), len(shots)):
            if shots[place][0] >= end:
                break
            yield shots[place][2], clip
