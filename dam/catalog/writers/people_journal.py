"""How things were before people's word about people, kept with each correction, and how they are put back.

A change's inverse holds ids and few fields:

    faces      [[person, source, likeness, [face ids]], …]  as they were; null: this field was not changed
    people     [[id, name, hidden, cover], …]               as they were; those that are gone are made again
    made       [person ids]                                 to be deleted, unless they have faces of their own by now
    refused    [[face, person], …]                          to be taken back
    unrefused  [[face, person], …]                          to be said again
    speakers   [[speaker, person], …]                       who spoke as whom
    releases   [[release, person, heir], …]                 moved from a person to their heir, to be moved back
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dam.catalog.ids import chunks
from dam.catalog.models import Correction, Face, FaceRefusal, Person, Release, Speaker

SUBJECT = "people"

Pairs = list[tuple[int, int]]


@dataclass(slots=True, kw_only=True)
class Inverse:
    """How things were before a change, gathered while it is made."""

    faces: list[tuple[int | None, str | None, float | None, list[int]]] = field(default_factory=list)
    people: list[tuple[int, str, bool, int | None]] = field(default_factory=list)
    made: list[int] = field(default_factory=list)
    refused: Pairs = field(default_factory=list)
    unrefused: Pairs = field(default_factory=list)
    speakers: Pairs = field(default_factory=list)
    releases: list[tuple[int, int, int]] = field(default_factory=list)

    def keep_faces(self, rows: Iterable[Face]) -> None:
        """Remember whose these faces are, who said so, and how like they are."""
        groups: dict[tuple[int | None, str, float], list[int]] = defaultdict(list)
        for row in rows:
            groups[row.person_id, row.source, row.likeness].append(row.pk)
        self.faces += [(person, source, likeness, ids) for (person, source, likeness), ids in groups.items()]

    def keep_people(self, rows: Iterable[Person]) -> None:
        """Remember these people as they are, each as it was first."""
        known = {person for person, *_ in self.people}
        self.people += [(row.pk, row.name, row.hidden, row.cover_id) for row in rows if row.pk not in known]

    def journal(self, summary: str) -> int:
        """Store the correction, and return its id."""
        said = {"faces": self.faces, "people": self.people, "made": self.made}
        inverse = said | {"refused": self.refused, "unrefused": self.unrefused}
        inverse |= {"speakers": self.speakers, "releases": self.releases}
        whole = {key: value for key, value in inverse.items() if value}
        return Correction.objects.create(subject=SUBJECT, summary=summary, inverse=whole).pk


def put_back(inverse: dict[str, Any]) -> None:
    """Make people, faces and refusals what a correction's `inverse` says that they were."""
    touched: set[int] = set(inverse.get("made", []))
    for pk, name, hidden, cover in inverse.get("people", []):
        cover_id = cover if cover and Face.objects.filter(pk=cover).exists() else None
        Person.objects.update_or_create(pk=pk, defaults={"name": name, "hidden": hidden, "cover_id": cover_id})
    for person, source, likeness, ids in inverse.get("faces", []):
        if person is not None:
            Person.objects.get_or_create(pk=person)
        changed: dict[str, Any] = {"person_id": person, "source": source, "likeness": likeness}
        for some in chunks(ids):
            rows = Face.objects.filter(pk__in=some)
            touched |= set(rows.exclude(person=None).values_list("person_id", flat=True))
            rows.update(**{key: value for key, value in changed.items() if key == "person_id" or value is not None})
    for face, person in inverse.get("refused", []):
        FaceRefusal.objects.filter(face_id=face, person_id=person).delete()
    _say_again(inverse.get("unrefused", []))
    for speaker, person in inverse.get("speakers", []):
        Speaker.objects.filter(pk=speaker, person__isnull=False).update(person=person)
    _give_releases_back(inverse.get("releases", []))
    Person.objects.filter(pk__in=inverse.get("made", []), faces__isnull=True).delete()
    prune_people(touched)


def prune_people(person_ids: Iterable[int]) -> None:
    """Delete those of these people who have no name and no face any more."""
    wanted = list(person_ids)
    Person.objects.filter(pk__in=wanted, name="", hidden=False, faces__isnull=True).delete()


def move_releases(person_ids: Iterable[int], heir: int) -> list[tuple[int, int, int]]:
    """Let releases of these people hold for their heir; returns what moved, as an inverse holds it."""
    links = Release.people.through.objects
    moved = list(links.filter(person_id__in=list(person_ids)).values_list("release_id", "person_id"))
    own = set(links.filter(person_id=heir).values_list("release_id", flat=True))
    for release in dict.fromkeys(release for release, _ in moved if release not in own):
        links.create(release_id=release, person_id=heir)
    return [(release, person, 0 if release in own else heir) for release, person in moved]


def _give_releases_back(moved: Iterable[Sequence[int]]) -> None:
    links = Release.people.through.objects
    for release, person, heir in moved:
        if not Release.objects.filter(pk=release).exists() or not Person.objects.filter(pk=person).exists():
            continue
        links.filter(release_id=release, person_id=heir).delete()
        links.get_or_create(release_id=release, person_id=person)


def _say_again(pairs: Sequence[Sequence[int]]) -> None:
    faces = set(Face.objects.filter(pk__in=[face for face, _ in pairs]).values_list("pk", flat=True))
    people = set(Person.objects.filter(pk__in=[person for _, person in pairs]).values_list("pk", flat=True))
    FaceRefusal.objects.bulk_create(
        [FaceRefusal(face_id=face, person_id=person) for face, person in pairs if face in faces and person in people],
        batch_size=500,
        ignore_conflicts=True,
    )
