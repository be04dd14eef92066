"""What people say about people: each change in one transaction, journalled so that it can be undone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Q

from dam.catalog import words
from dam.catalog.ids import chunks
from dam.catalog.models import Correction, Face, FaceRefusal, Person, Speaker
from dam.catalog.readers.people import person_called
from dam.catalog.writers.people_journal import SUBJECT, Inverse, Pairs, move_releases, put_back
from dam.errors import AlreadyNamed, PeopleError
from dam.types import FaceSource

_LONGEST_NAME = 200  # the column's


def name_person(person_id: int, name: str) -> int:
    """Give a person a name; returns the correction. Raises AlreadyNamed when somebody else has it, PeopleError."""
    wanted = tidy_name(name)
    with transaction.atomic():
        row = _person(person_id)
        other = person_called(wanted)
        if other is not None and other.pk != row.pk:
            raise AlreadyNamed(
                f"Somebody is called “{other.name}” already; they can be merged.", existing_id=other.pk
            )
        inverse = Inverse()
        inverse.keep_people([row])
        row.name = wanted
        row.save(update_fields=["name"])
        return inverse.journal(f"Named somebody “{wanted}”")


def merge(person_ids: Collection[int], into: int) -> int:
    """Make these people one; they take the name of `into`, or their only name. Raises PeopleError."""
    with transaction.atomic():
        heir = _person(into)
        others = [_person(pk) for pk in dict.fromkeys(person_ids) if pk != into]
        if not others:
            raise PeopleError("To merge, choose at least two people.")
        gone = [row.pk for row in others]
        inverse = Inverse()
        inverse.keep_people([heir, *others])
        moved = list(Face.objects.filter(person_id__in=gone).only("pk", "person_id", "source", "likeness"))
        _keep_moved(inverse, moved)
        _merge_refusals(inverse, gone, heir.pk, {row.pk for row in moved})
        inverse.releases = move_releases(gone, heir.pk)
        # Said by a person now, so that it outlasts the model; the file's word stays the file's.
        Face.objects.filter(person_id__in=gone, source=FaceSource.MODEL).update(source=FaceSource.PERSON)
        Face.objects.filter(person_id__in=gone).update(person=heir)
        spoken = Speaker.objects.filter(person_id__in=gone)
        inverse.speakers += [(pk, person) for pk, person in spoken.values_list("pk", "person_id") if person]
        spoken.update(person=heir)
        heir.name = heir.name or next((row.name for row in others if row.name), "")
        heir.hidden = heir.hidden and all(row.hidden for row in others)
        heir.cover_id = heir.cover_id or next((row.cover_id for row in others if row.cover_id), None)
        heir.save(update_fields=["name", "hidden", "cover"])
        Person.objects.filter(pk__in=gone).delete()
        whom = f"“{heir.name}”" if heir.name else "one person"
        return inverse.journal(f"Merged {len(others) + 1} people into {whom}")


def split(face_ids: Collection[int], name: str = "") -> tuple[int, int]:
    """Make a person of these faces; returns (person id, correction). Raises AlreadyNamed, PeopleError."""
    wanted = tidy_name(name) if name.strip() else ""
    with transaction.atomic():
        rows = _faces(face_ids)
        other = person_called(wanted) if wanted else None
        if other is not None:
            raise AlreadyNamed(f"Somebody is called “{other.name}” already.", existing_id=other.pk)
        made = Person.objects.create(name=wanted)
        inverse = Inverse(made=[made.pk])
        # Not the person that they were taken from, for good: else the two would be found alike and merged again.
        _refuse(inverse, [(row.pk, row.person_id) for row in rows if row.person_id is not None])
        _move(inverse, rows, made.pk)
        whom = f"“{wanted}”" if wanted else "a person of their own"
        return made.pk, inverse.journal(f"Said that {_faces_in_words(len(rows))} {whom}")


def assign(face_ids: Collection[int], person_id: int) -> int:
    """Say that these faces are that person; returns the correction. Raises PeopleError."""
    with transaction.atomic():
        row, rows = _person(person_id), _faces(face_ids)
        inverse = Inverse()
        _unrefuse(inverse, [face.pk for face in rows], person_id)
        _move(inverse, rows, person_id)
        whom = f"“{row.name}”" if row.name else "the same person"
        return inverse.journal(f"Said that {_faces_in_words(len(rows))} {whom}")


def refuse(face_ids: Collection[int], person_id: int) -> int:
    """Say that these faces are not that person, for good; returns the correction. Raises PeopleError."""
    with transaction.atomic():
        row, rows = _person(person_id), _faces(face_ids)
        inverse = Inverse()
        _refuse(inverse, [(face.pk, person_id) for face in rows])
        theirs = [face for face in rows if face.person_id == person_id]
        inverse.keep_faces(theirs)
        for some in chunks([face.pk for face in theirs]):
            Face.objects.filter(pk__in=some).update(person=None, source=FaceSource.MODEL, likeness=0.0)
        _drop_cover(inverse, row, {face.pk for face in theirs})
        _prune(inverse, {person_id})
        whom = f"not “{row.name}”" if row.name else "not that person"
        return inverse.journal(f"Said that {_faces_in_words(len(rows))} {whom}")


def hide(person_id: int, hidden: bool) -> int:
    """Leave a person out of the list, or list them again; returns the correction. Raises PeopleError."""
    with transaction.atomic():
        row = _person(person_id)
        inverse = Inverse()
        inverse.keep_people([row])
        row.hidden = hidden
        row.save(update_fields=["hidden"])
        return inverse.journal(f"{'Hid' if hidden else 'Showed'} {f'“{row.name}”' if row.name else 'a person'}")


def set_cover(person_id: int, face_id: int) -> int:
    """Choose the face that stands for a person; returns the correction. Raises PeopleError."""
    with transaction.atomic():
        row = _person(person_id)
        face = Face.objects.filter(pk=face_id, person=row).first()
        if face is None:
            raise PeopleError("That face is not this person's.")
        inverse = Inverse()
        inverse.keep_people([row])
        row.cover = face
        row.save(update_fields=["cover"])
        return inverse.journal(f"Chose another cover for {f'“{row.name}”' if row.name else 'a person'}")


def undo(correction_id: int) -> bool:
    """Put everything back as it was before a change; False where it is undone already, or not about people."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None:
            return False
        put_back(row.inverse)
        row.undone = True
        row.save(update_fields=["undone"])
    return True


def tidy_name(name: str) -> str:
    """Return a name as it is stored. Raises PeopleError for one without a letter, or too long."""
    tidy = " ".join(words.clean(name).split())
    if not any(sign.isalnum() for sign in tidy):
        raise PeopleError("A name needs at least one letter.")
    if len(tidy) > _LONGEST_NAME:
        raise PeopleError(f"A name can have {_LONGEST_NAME} characters at most.")
    return tidy


def steady_people() -> frozenset[int]:
    """Return the people whom somebody has named, hidden, or said a face of: models never dissolve them."""
    said = Face.objects.exclude(source=FaceSource.MODEL).exclude(person=None).values("person_id")
    rows = Person.objects.filter(~Q(name="") | Q(hidden=True) | Q(pk__in=said))
    return frozenset(rows.values_list("pk", flat=True))


def _keep_moved(inverse: Inverse, rows: Iterable[Face]) -> None:
    """Remember whose faces these were and who said so; their likeness is not changed."""
    groups: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    for row in rows:
        groups[row.person_id, row.source].append(row.pk)
    inverse.faces += [(person, source, None, ids) for (person, source), ids in groups.items()]


def _merge_refusals(inverse: Inverse, gone: Sequence[int], into: int, moved: Collection[int]) -> None:
    """Let refusals of the merged ones hold for their heir; what the merge itself says otherwise is taken back."""
    before = list(FaceRefusal.objects.filter(person_id__in=gone).values_list("face_id", "person_id"))
    own = set(Face.objects.filter(person_id=into).values_list("pk", flat=True)) | set(moved)
    inverse.unrefused += before
    taken_back = FaceRefusal.objects.filter(person_id=into, face_id__in=moved)
    inverse.unrefused += list(taken_back.values_list("face_id", "person_id"))
    taken_back.delete()
    _refuse(inverse, [(face, into) for face, _ in before if face not in own])


def _refuse(inverse: Inverse, pairs: Pairs) -> None:
    there = set(
        FaceRefusal.objects.filter(face_id__in=[face for face, _ in pairs]).values_list("face_id", "person_id")
    )
    new = [pair for pair in dict.fromkeys(pairs) if pair not in there]
    FaceRefusal.objects.bulk_create(
        [FaceRefusal(face_id=face, person_id=person) for face, person in new], batch_size=500
    )
    inverse.refused += new


def _unrefuse(inverse: Inverse, face_ids: Sequence[int], person_id: int) -> None:
    said = FaceRefusal.objects.filter(face_id__in=face_ids, person_id=person_id)
    inverse.unrefused += list(said.values_list("face_id", "person_id"))
    said.delete()


def _move(inverse: Inverse, rows: Sequence[Face], person_id: int) -> None:
    inverse.keep_faces(rows)
    left = {row.person_id for row in rows if row.person_id is not None and row.person_id != person_id}
    for some in chunks([row.pk for row in rows]):
        Face.objects.filter(pk__in=some).update(person=person_id, source=FaceSource.PERSON, likeness=1.0)
    moved = {row.pk for row in rows}
    for person in Person.objects.filter(pk__in=left, cover_id__in=moved):
        _drop_cover(inverse, person, moved)
    _prune(inverse, left)


def _drop_cover(inverse: Inverse, row: Person, gone: Collection[int]) -> None:
    if row.cover_id in gone:
        inverse.keep_people([row])
        row.cover = None
        row.save(update_fields=["cover"])


def _prune(inverse: Inverse, person_ids: Collection[int]) -> None:
    """Delete unnamed people of whom no face is left, so that they can come back by an undo, refusals and all."""
    empty = list(Person.objects.filter(pk__in=person_ids, name="", hidden=False, faces__isnull=True))
    inverse.keep_people(empty)
    refusals = FaceRefusal.objects.filter(person__in=empty).values_list("face_id", "person_id")
    new = set(inverse.refused)
    inverse.unrefused += [pair for pair in refusals if pair not in new]
    Person.objects.filter(pk__in=[row.pk for row in empty]).delete()


def _person(person_id: int) -> Person:
    row = Person.objects.select_for_update().filter(pk=person_id).first()
    if row is None:
        raise PeopleError("That person is not known (any more).")
    return row


def _faces(face_ids: Collection[int]) -> list[Face]:
    rows: list[Face] = []
    for some in chunks(list(dict.fromkeys(face_ids))):
        rows += Face.objects.filter(pk__in=some).only("pk", "person_id", "source", "likeness").order_by("pk")
    if not rows:
        raise PeopleError("Those faces are not known (any more).")
    return rows


def _faces_in_words(count: int) -> str:
    return "a face is" if count == 1 else f"{count} faces are"
