"""People, whose faces are whose and whose not, regions left alone, and speakers: out of a catalogue and into one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Q

from dam.catalog.current import model_of
from dam.catalog.models import Face, FaceRefusal, IgnoredRegion, Person, Speaker, StageRun, Unit
from dam.catalog.portable.arrival import (
    BATCH,
    UNIT_FIELDS,
    Arrival,
    Row,
    batches,
    create_dated,
    moment_of,
    text_of,
    unit_ref,
)
from dam.catalog.readers.people import name_key
from dam.catalog.writers.people import steady_people
from dam.types import Box, FaceSource, Stage, StageState

_SAME_PLACE = 0.5  # as in writers.appearances: the same face found twice overlaps by more
_PLACE = ("at_ms", "x", "y", "width", "height")
_TIMES = ("start_ms", "end_ms", "certainty", "quality")


def people() -> Iterator[Row]:
    """Yield whoever somebody named, hid, or said a face of; groups that a model made alone are made again."""
    for row in Person.objects.filter(pk__in=steady_people()).order_by("pk"):
        yield {"key": _key(row.pk), "name": row.name, "hidden": row.hidden, "added_at": text_of(row.added_at)}


def faces() -> Iterator[Row]:
    """Yield the faces of these people, and those of which somebody said whose they are not."""
    steady = steady_people()
    refusals: dict[int, list[str]] = defaultdict(list)
    said = FaceRefusal.objects.filter(person_id__in=steady).order_by("pk")
    for face_id, person_id in said.values_list("face_id", "person_id"):
        refusals[face_id].append(_key(person_id))
    covers = set(Person.objects.exclude(cover=None).values_list("cover_id", flat=True))
    wanted = Face.objects.filter(Q(person_id__in=steady) | Q(pk__in=FaceRefusal.objects.values("face_id")))
    rows = wanted.select_related("unit__asset").order_by("unit__asset_id", "unit_id", "pk")
    for face in rows.iterator(chunk_size=BATCH):
        unit = face.unit
        yield {
            "unit": unit_ref(unit.asset.fingerprint, unit.kind, unit.start_ms, unit.end_ms),
            "model": face.model,
            **{name: getattr(face, name) for name in (*_TIMES, *_PLACE)},
            "person": _key(face.person_id) if face.person_id in steady else None,
            "source": face.source,
            "likeness": face.likeness,
            "not": refusals.get(face.pk, []),
            "cover": face.pk in covers,
        }


def ignored() -> Iterator[Row]:
    """Yield where somebody was forgotten."""
    for fingerprint, kind, start_ms, end_ms, *place in (
        IgnoredRegion.objects.order_by("pk").values_list(*UNIT_FIELDS, *_PLACE).iterator(chunk_size=BATCH)
    ):
        yield {"unit": unit_ref(fingerprint, kind, start_ms, end_ms)} | dict(zip(_PLACE, place, strict=True))


def speakers() -> Iterator[Row]:
    """Yield the speakers, and who they are as far as it is known."""
    steady = steady_people()
    for row in Speaker.objects.order_by("pk"):
        person = _key(row.person_id) if row.person_id in steady else None
        yield {"name": row.name, "person": person, "added_at": text_of(row.added_at)}


def take_people(rows: Iterable[Row], arrival: Arrival) -> None:
    """Find people by their names, or make them; those without a name are found by their faces (`take_faces`)."""
    here = {name_key(name): pk for pk, name in Person.objects.exclude(name="").values_list("pk", "name")}
    for row in rows:
        known = here.get(name_key(row["name"])) if row["name"] else None
        if known is not None:
            arrival.people[row["key"]] = known
            arrival.count("people", "there")
        elif row["name"]:
            arrival.people[row["key"]] = here[name_key(row["name"])] = _person(row)
            arrival.count("people", "added")
        else:
            arrival.unnamed[row["key"]] = row


def take_faces(rows: Iterable[Row], arrival: Arrival) -> None:
    """Give faces to people as they were; what a person said of a face here stays.

    A face that is not here becomes a row without a vector: the models find it there when they come to look, and whose
    it is stays. Where they have looked and found none, only what a person said of it does.
    """
    model = model_of(Stage.FACES)
    for some in batches(rows):
        arrival.know(row["unit"]["asset"] for row in some)
        units = arrival.units(row["unit"] for row in some)
        there: dict[int, list[Face]] = defaultdict(list)
        owners = {unit.pk: unit for unit in (units.find(row["unit"]) for row in some) if unit is not None}
        for face in Face.objects.filter(unit_id__in=owners).order_by("pk"):
            there[face.unit_id].append(face)
        looked = set(
            StageRun.objects.filter(
                stage=Stage.FACES, state=StageState.DONE, asset_id__in={unit.asset_id for unit in owners.values()}
            ).values_list("asset_id", flat=True)
        )
        for row in some:
            unit = units.find(row["unit"])
            if unit is None:
                arrival.count("faces", "left")
                continue
            _take_face(row, unit, there[unit.pk], arrival, model=model if unit.asset_id in looked else "")
    for key, row in arrival.unnamed.items():
        if key not in arrival.people and row["hidden"]:
            arrival.people[key] = _person(row)


def take_ignored(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add regions that are to be left alone."""
    for some in batches(rows):
        arrival.know(row["unit"]["asset"] for row in some)
        units = arrival.units(row["unit"] for row in some)
        made = []
        for row in some:
            unit = units.find(row["unit"])
            place = {name: row[name] for name in _PLACE}
            if unit is None:
                arrival.count("ignored", "left")
            elif IgnoredRegion.objects.filter(unit=unit, **place).exists():
                arrival.count("ignored", "there")
            else:
                made.append(IgnoredRegion(unit=unit, **place))
        IgnoredRegion.objects.bulk_create(made, batch_size=BATCH)
        arrival.count("ignored", "added", len(made))


def take_speakers(rows: Iterable[Row], arrival: Arrival) -> None:
    """Find speakers by their names, or make them."""
    here = {name_key(row.name): row for row in Speaker.objects.all()}
    for row in rows:
        known = here.get(name_key(row["name"]))
        person = arrival.people.get(row["person"] or "")
        if known is None:
            known = Speaker(name=row["name"], person_id=person)
            create_dated([known], {"added_at": [moment_of(row["added_at"])]})
            here[name_key(row["name"])] = known
            arrival.count("speakers", "added")
        else:
            arrival.count("speakers", "there")
            if known.person_id is None and person is not None:
                known.person_id = person
                known.save(update_fields=["person"])
        arrival.speakers[row["name"]] = known.pk


def _take_face(row: Row, unit: Unit, there: list[Face], arrival: Arrival, *, model: str) -> None:
    face = _same(row, there)
    said = row["source"] == FaceSource.PERSON or bool(row["not"])
    if face is None and model and not said:
        arrival.count("faces", "skipped")
        return
    person = _owner(row, face, arrival)
    if face is None:
        face = Face(unit=unit, model=model or row["model"], **{name: row[name] for name in (*_TIMES, *_PLACE)})
        face.person_id, face.source, face.likeness = person, row["source"], row["likeness"]
        face.save()
        there.append(face)
        arrival.count("faces", "added")
    elif person is not None and face.source != FaceSource.PERSON and not _is(face, person, row):
        face.person_id, face.source, face.likeness = person, row["source"], row["likeness"]
        face.save(update_fields=["person", "source", "likeness"])
        arrival.count("faces", "added")
    else:
        arrival.count("faces", "there")
    for key in row["not"]:
        other = arrival.people.get(key)
        if other is not None and other != face.person_id:
            FaceRefusal.objects.get_or_create(face=face, person_id=other)
    if row["cover"] and person is not None and face.person_id == person:
        Person.objects.filter(pk=person, cover=None).update(cover=face)


def _is(face: Face, person: int, row: Row) -> bool:
    return (face.person_id, face.source, face.likeness) == (person, row["source"], row["likeness"])


def _owner(row: Row, face: Face | None, arrival: Arrival) -> int | None:
    """Return whose face it is; somebody without a name is whoever has that face here, or is made."""
    key = row["person"]
    if key is None or key in arrival.people:
        return arrival.people.get(key or "")
    if key not in arrival.unnamed:
        return None
    known = face.person if face is not None and face.source == FaceSource.PERSON else None
    if known is not None and not known.name:
        arrival.count("people", "there")
        arrival.people[key] = known.pk
    else:
        arrival.count("people", "added")
        arrival.people[key] = _person(arrival.unnamed[key])
    return arrival.people[key]


def _same(row: Row, there: Iterable[Face]) -> Face | None:
    """Return the face that lies in the same place at the same time; of the same model before any other."""
    box = _box(row)
    met = [
        (face.model == row["model"], overlap, -face.pk, face)
        for face in there
        if face.start_ms <= row["end_ms"]
        and row["start_ms"] <= face.end_ms
        and (overlap := box.overlap(Box(x=face.x, y=face.y, width=face.width, height=face.height))) > _SAME_PLACE
    ]
    return max(met, key=lambda each: each[:3])[3] if met else None


def _box(row: Row) -> Box:
    return Box(x=row["x"], y=row["y"], width=row["width"], height=row["height"])


def _person(row: Row) -> int:
    made = Person(name=row["name"], hidden=row["hidden"])
    create_dated([made], {"added_at": [moment_of(row["added_at"])]})
    return made.pk


def _key(person_id: int | None) -> str:
    return f"p{person_id}"
