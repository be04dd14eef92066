"""The regions that a photo's file names, given to the faces found there: the file's word, below a person's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dam.catalog.models import AssetMetadata, Face, FaceRefusal, IgnoredRegion, Person, Unit
from dam.catalog.readers.people import name_key
from dam.catalog.writers.people import steady_people, tidy_name
from dam.errors import PeopleError
from dam.types import Box, FaceSource, NamedRegion, RegionKind, UnitKind

_OVERLAP = 0.3  # regions are drawn by hand, or by programs that take the whole head
_SAME_REGION = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    unit_id: int
    name: str
    box: Box


def as_json(region: NamedRegion) -> dict[str, object]:
    """Return a region as it is stored in `AssetMetadata.regions`."""
    box = region.box
    return {"name": region.name, "kind": region.kind.value, "box": [box.x, box.y, box.width, box.height]}


def apply_regions(faces: Sequence[Face], units: Mapping[int, Unit]) -> None:
    """Give the faces of these units (of one model) the names that the files have for them.

    A region without a face becomes a row of its own, without model and vector. What a person said stays; what a file
    no longer says is taken back.
    """
    photos = {unit.asset_id: unit.pk for unit in units.values() if unit.kind == UnitKind.PHOTO}
    bare = list(Face.objects.filter(unit_id__in=photos.values(), model=""))
    regions = list(_regions(photos))
    of_file = [face for face in faces if face.source == FaceSource.FILE]
    if not (regions or bare or of_file):
        return
    people = _People()
    refused = set(FaceRefusal.objects.filter(face__unit_id__in=photos.values()).values_list("face_id", "person_id"))
    taken: dict[int, _Region] = {}
    unmet: list[_Region] = []
    for region in regions:
        face = _face_of(region, [face for face in faces if face.pk not in taken])
        if face is None:
            unmet.append(region)
        else:
            taken[face.pk] = region
    changed = []
    for face in faces:
        said = taken.get(face.pk)
        if said is not None and face.source != FaceSource.PERSON:
            person = people.called(said.name, face)
            if (face.pk, person) not in refused:
                face.person_id, face.source, face.likeness = person, FaceSource.FILE, 1.0
                changed.append(face)
        elif said is None and face.source == FaceSource.FILE and face.unit_id in photos.values():
            face.person_id, face.source, face.likeness = None, FaceSource.MODEL, 0.0
            changed.append(face)
    Face.objects.bulk_update(changed, ["person", "source", "likeness"], batch_size=200)
    _write_bare(unmet, bare, people)


def _regions(photos: Mapping[int, int]) -> Iterable[_Region]:
    """Yield the named faces of the files, but for those where somebody was forgotten."""
    ignored: dict[int, list[Box]] = {}
    for row in IgnoredRegion.objects.filter(unit_id__in=photos.values()):
        ignored.setdefault(row.unit_id, []).append(Box(x=row.x, y=row.y, width=row.width, height=row.height))
    rows = AssetMetadata.objects.filter(asset_id__in=photos).exclude(regions=[])
    for asset_id, regions in rows.values_list("asset_id", "regions"):
        unit_id = photos[asset_id]
        for region in regions:
            if region.get("kind") != RegionKind.FACE or not region.get("name"):
                continue
            x, y, width, height = region["box"]
            box = Box(x=x, y=y, width=width, height=height)
            if any(_meets(box, other) for other in ignored.get(unit_id, [])):
                continue
            try:
                yield _Region(unit_id=unit_id, name=tidy_name(region["name"][:200]), box=box)
            except PeopleError:
                continue  # a region named "?"


def _face_of(region: _Region, faces: Sequence[Face]) -> Face | None:
    met = []
    for face in faces:
        box = Box(x=face.x, y=face.y, width=face.width, height=face.height)
        if face.unit_id == region.unit_id and _meets(region.box, box):
            met.append((region.box.overlap(box), -face.pk, face))
    return max(met, key=lambda each: each[:2])[2] if met else None


def _meets(region: Box, face: Box) -> bool:
    return region.overlap(face) >= _OVERLAP or (region.holds(*face.centre) and face.area <= region.area)


def _write_bare(unmet: Sequence[_Region], bare: Sequence[Face], people: "_People") -> None:
    """Keep a row for each region in which no face was found, and none for others."""
    stale = {face.pk: face for face in bare}
    made = []
    for region in unmet:
        same = next((face for face in stale.values() if _is_of(face, region)), None)
        if same is not None:
            del stale[same.pk]
            continue
        box = region.box.clipped()
        made.append(
            Face(
                unit_id=region.unit_id, model="", x=box.x, y=box.y, width=box.width, height=box.height,
                person_id=people.called(region.name, None), source=FaceSource.FILE, likeness=1.0,
            )
        )  # fmt: skip
    Face.objects.bulk_create(made, batch_size=500)
    Face.objects.filter(pk__in=[pk for pk, face in stale.items() if face.source != FaceSource.PERSON]).delete()


def _is_of(face: Face, region: _Region) -> bool:
    box = Box(x=face.x, y=face.y, width=face.width, height=face.height)
    return face.unit_id == region.unit_id and box.overlap(region.box) > _SAME_REGION


class _People:
    """People by name; who is not known yet is made, or is the unnamed person whose face the file names."""

    def __init__(self) -> None:
        rows = Person.objects.exclude(name="").order_by("-id").values_list("name", "pk")
        self._by_name = {name_key(name): pk for name, pk in rows}
        self._steady = steady_people()

    def called(self, name: str, face: Face | None) -> int:
        found = self._by_name.get(name_key(name))
        if found is None:
            found = self._new(name, face.person_id if face is not None else None)
            self._by_name[name_key(name)] = found
        return found

    def _new(self, name: str, unnamed: int | None) -> int:
        if unnamed is not None and unnamed not in self._steady:
            Person.objects.filter(pk=unnamed).update(name=name)
            self._steady |= {unnamed}
            return unnamed
        return Person.objects.create(name=name).pk
