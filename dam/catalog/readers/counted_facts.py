"""What files say of themselves, as names with counts: cameras, lenses, folders, stars, years and months."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.db.models import Count, TextField
from django.db.models.functions import Cast, Substr

from dam.catalog import words
from dam.catalog.models import AssetMetadata, MediaFile, Unit
from dam.catalog.readers.counted import Counted, Names, named
from dam.types import FileState, MediaKind

_STARS = ("one star or more", "two stars or more", "three stars or more", "four stars or more", "five stars")


def cameras() -> Names:
    """Return the models of cameras, with their makers."""
    rows = AssetMetadata.objects.exclude(camera_model="", camera_make="")
    counted = rows.values_list("camera_make", "camera_model").annotate(n=Count("asset__units")).order_by()
    return tuple(
        Counted(
            value=model or make,
            folded=words.folded(model if make.casefold() in model.casefold() else f"{model} {make}"),
            count=count,
            note="" if not model or make.casefold() in model.casefold() else make,
        )
        for make, model, count in counted
    )


def lenses() -> Names:
    """Return the lenses."""
    rows = AssetMetadata.objects.exclude(lens="").values_list("lens").annotate(n=Count("asset__units")).order_by()
    return tuple(named(lens, count) for lens, count in rows)


def labels() -> Names:
    """Return the labels."""
    return _field("label")


def creators() -> Names:
    """Return who made what."""
    return _field("creator")


def copyrights() -> Names:
    """Return the copyright notices."""
    return _field("copyright")


def _field(field: str) -> Names:
    rows = AssetMetadata.objects.exclude(**{field: ""}).values_list(field).annotate(n=Count("asset__units"))
    return tuple(named(" ".join(value.split()), count) for value, count in rows.order_by())


def folders() -> Names:
    """Return every folder with what lies in it and below, and the libraries by name."""
    files = MediaFile.objects.filter(state=FileState.PRESENT, asset__kind__in=list(MediaKind))
    rows = files.values_list("library__name", "folder").annotate(n=Count("asset__units", distinct=True)).order_by()
    folders: Counter[str] = Counter()
    libraries: Counter[str] = Counter()
    for library, folder, count in rows:
        libraries[library] += count
        parts = folder.split("/") if folder else []
        for depth in range(len(parts)):
            folders["/".join(parts[: depth + 1])] += count
    found = [named(f"{path}/", count, order=path.count("/")) for path, count in folders.items()]
    # A library's name may be its whole path: then it is found by its root.
    return (*found, *(named(name, count, note="library") for name, count in libraries.items()))


def ratings() -> Names:
    """Return so many stars or more."""
    rows = AssetMetadata.objects.filter(rating__gt=0).values_list("rating").annotate(n=Count("asset__units"))
    counts = {int(rating or 0): count for rating, count in rows.order_by()}
    return tuple(
        named(
            str(stars),
            sum(count for rating, count in counts.items() if rating >= stars),
            relation=">=",
            note=_STARS[stars - 1],
            order=-stars,
        )
        for stars in range(1, len(_STARS) + 1)
        if any(rating >= stars for rating in counts)
    )


def _months() -> list[tuple[str, int]]:
    month = Substr(Cast("asset__taken_at", TextField()), 1, 7)
    rows = Unit.objects.filter(asset__taken_at__isnull=False).annotate(month=month).values_list("month")
    return list(rows.annotate(n=Count("pk")).order_by("-month"))


def dates() -> Names:
    """Return the years and months in which anything was taken, the last first; a year before its months."""
    return tuple(_spans(_months()))


def since() -> Names:
    """Return the same years and months, each with what was taken from then on."""
    return tuple(_summed(_months(), since=True))


def until() -> Names:
    """Return the same years and months, each with what was taken before."""
    return tuple(_summed(_months(), since=False))


def _spans(months: list[tuple[str, int]]) -> Iterator[Counted]:
    """Yield the years, then their months, from (year-month, count)."""
    years: Counter[str] = Counter()
    for month, count in months:
        years[month[:4]] += count
    for year, count in years.items():
        yield named(year, count, order=-10_000.0 - int(year))  # years first, whatever their months
    for month, count in months:
        yield _month(month, count)


def _month(month: str, count: int) -> Counted:
    name = f"{date(int(month[:4]), int(month[5:7]), 1):%B %Y}"
    order = -(int(month[:4]) + int(month[5:7]) / 13)
    return Counted(
        value=month, folded=f"{words.folded(month)} {words.folded(name)}", count=count, note=name, order=order
    )


def _summed(months: list[tuple[str, int]], *, since: bool) -> Iterator[Counted]:
    for span in _spans(months):
        counts = (count for month, count in months if (month >= span.value) == since)
        yield Counted(value=span.value, folded=span.folded, count=sum(counts), note=span.note, order=span.order)
