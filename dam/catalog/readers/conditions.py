"""What may be asked of units by what their files say and by what is known of them, each as a condition on Unit."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import F, FloatField, Q
from django.db.models.functions import Cast

from dam.catalog import current
from dam.catalog.models import Face, Unit
from dam.catalog.readers.people import shown_faces
from dam.catalog.readers.tagged import LINE, models_shown
from dam.types import FileState, MediaKind, Relation, Stage, UnitKind

_LOOKUPS = {
    Relation.IS: "",
    Relation.EQUAL: "",
    Relation.LEAST: "__gte",
    Relation.MOST: "__lte",
    Relation.MORE: "__gt",
    Relation.LESS: "__lt",
}
_NUMBERS = {
    "rating": "asset__metadata__rating",
    "iso": "asset__metadata__iso",
    "width": "asset__width",
}
_RATE = Cast("asset__metadata__frame_rate_numerator", FloatField()) / Cast(
    "asset__metadata__frame_rate_denominator", FloatField()
)
_FPS_AROUND = 0.1  # 29.97 is what people call 30
_DURATION_AROUND_MS = 500.0


def taken(*, since: datetime | None = None, until: datetime | None = None) -> Q:
    """Taken from `since` on and before `until` (wall time, as if UTC)."""
    found = Q(asset__taken_at__isnull=False)
    if since is not None:
        found &= Q(asset__taken_at__gte=since)
    return found & Q(asset__taken_at__lt=until) if until is not None else found


def below(folder: str) -> Q:
    """In a folder of that name or path, wherever it lies, or below it; a library counts by its name and its root."""
    path = folder.strip("/")
    begins = Q(asset__files__folder__iexact=path) | Q(asset__files__folder__istartswith=f"{path}/")
    within = Q(asset__files__folder__iendswith=f"/{path}") | Q(asset__files__folder__icontains=f"/{path}/")
    library = Q(asset__files__library__name__iexact=path) | Q(asset__files__library__root__iexact=f"/{path}")
    return _of_files(Q(asset__files__state=FileState.PRESENT) & (begins | within | library))


def camera(name: str) -> Q:
    """Taken by a camera in whose make and model all of these words are."""
    found = Q()
    for word in name.split():
        found &= Q(asset__metadata__camera_model__icontains=word) | Q(asset__metadata__camera_make__icontains=word)
    return found


def lens(name: str) -> Q:
    """Taken through a lens in whose name this is."""
    return Q(asset__metadata__lens__icontains=name)


def label(name: str) -> Q:
    """With this label, in any case."""
    return Q(asset__metadata__label__iexact=name.strip())


def words_in(field: str, text: str) -> Q:
    """With all of these words in a field of the metadata."""
    found = Q()
    for word in text.split():
        found &= Q(**{f"asset__metadata__{field}__icontains": word})
    return found


def figure(name: str, relation: Relation, value: float) -> Q:
    """With a rating, an ISO or a width in pixels that compares like this."""
    return Q(**{f"{_NUMBERS[name]}{_LOOKUPS[relation]}": value})


def duration(relation: Relation, length_ms: float) -> Q:
    """Shots and clips of that length; "equal" is within half a second."""
    timed = Unit.objects.exclude(kind=UnitKind.PHOTO).annotate(length=F("end_ms") - F("start_ms"))
    return Q(pk__in=timed.filter(_around("length", relation, length_ms, _DURATION_AROUND_MS)).values("pk"))


def frame_rate(relation: Relation, fps: float) -> Q:
    """In videos of that many frames a second; "equal" is within a tenth."""
    moving = Unit.objects.filter(asset__metadata__frame_rate_denominator__gt=0).annotate(rate=_RATE)
    return Q(pk__in=moving.filter(_around("rate", relation, fps, _FPS_AROUND)).values("pk"))


def has(what: str) -> Q:
    """With something of one of the words of `HAS`. Raises KeyError."""
    return _HAS[what]()


def rejected() -> Q:
    """Rejected: the stars are -1."""
    return Q(asset__metadata__rating=-1)


def reviewed() -> Q:
    """In an asset of which somebody has accepted or rejected a tag."""
    return Q(asset_id__in=Unit.objects.filter(tag_verdicts__isnull=False).values("asset_id"))


def online() -> Q:
    """With a file that can be opened now."""
    return _of_files(Q(asset__files__state=FileState.PRESENT, asset__files__library__online=True))


def _speech() -> Q:
    return Q(asset_id__in=Unit.objects.filter(speech__weak=False).values("asset_id"))


def _sound() -> Q:
    silent = Q(asset__kind=MediaKind.VIDEO) & ~Q(asset__metadata__audio_tracks=[])
    return Q(asset__kind=MediaKind.AUDIO) | silent & Q(asset__metadata__isnull=False)


def _people() -> Q:
    return Q(pk__in=Face.objects.filter(shown_faces(), person__isnull=False).values("unit_id"))


def _faces() -> Q:
    return Q(pk__in=Face.objects.filter(shown_faces()).values("unit_id"))


def _text() -> Q:
    return Q(pk__in=Unit.objects.filter(text_lines__model=current.model_of(Stage.TEXT)).values("pk"))


def _objects() -> Q:
    return Q(pk__in=Unit.objects.filter(objects_seen__model=current.model_of(Stage.OBJECTS)).values("pk"))


def _tags() -> Q:
    scored = Unit.objects.filter(tag_scores__model__in=models_shown(), tag_scores__certainty__gte=LINE)
    said = Unit.objects.filter(tag_verdicts__accepted=True)
    return Q(pk__in=scored.values("pk")) | Q(pk__in=said.values("pk")) | _keywords()


def _keywords() -> Q:
    return Q(asset__metadata__isnull=False) & ~Q(asset__metadata__keywords=[])


def _written(field: str) -> Q:
    return Q(asset__metadata__isnull=False) & ~Q(**{f"asset__metadata__{field}": ""})


_HAS: dict[str, Callable[[], Q]] = {
    "people": _people,
    "faces": _faces,
    "speech": _speech,
    "text": _text,
    "objects": _objects,
    "sound": _sound,
    "place": lambda: Q(asset__metadata__latitude__isnull=False),
    "tags": _tags,
    "keywords": _keywords,
    "rating": lambda: Q(asset__metadata__rating__gt=0),
    "title": lambda: _written("title"),
    "label": lambda: _written("label"),
}
HAS = tuple(_HAS)


def _of_files(files: Q) -> Q:
    """Ask through a subquery: a join over several files would give a unit several times, and its NOT would lie."""
    return Q(asset_id__in=Unit.objects.filter(files).values("asset_id"))


def _around(field: str, relation: Relation, value: float, around: float) -> Q:
    if relation in {Relation.IS, Relation.EQUAL}:
        return Q(**{f"{field}__gte": value - around, f"{field}__lte": value + around})
    return Q(**{f"{field}{_LOOKUPS[relation]}": value})
