"""What pages and commands do with people: one function per wish, each journalled where it can be undone.

name, merge, split, assign, refuse, hide, set_cover ──▶ a correction's id ──undo──▶ as it was
suggestions ──▶ "is this …?"     forget, switch_faces ──▶ nothing is left, and nothing can bring it back
"""

from collections import defaultdict
from collections.abc import Collection

from django.db import transaction

from dam.catalog.models import Face
from dam.catalog.writers import people as changes
from dam.catalog.writers.people import assign, hide, merge, name_person, set_cover, split, undo
from dam.people.forget import ForgetReport, forget, switch_faces
from dam.people.grouping import find_places
from dam.people.suggest import Suggestion, suggestions

__all__ = [
    "ForgetReport",
    "Suggestion",
    "assign",
    "forget",
    "hide",
    "merge",
    "name_person",
    "refuse",
    "set_cover",
    "split",
    "suggestions",
    "switch_faces",
    "undo",
]


def refuse(face_ids: Collection[int], person_id: int) -> int:
    """Say that these faces are not that person, for good: each joins somebody else, or founds a person.

    Returns the correction's id. Raises PeopleError.
    """
    with transaction.atomic():
        correction = changes.refuse(face_ids, person_id)
        looking: dict[str, list[int]] = defaultdict(list)
        waiting = Face.objects.filter(pk__in=list(face_ids), person=None).exclude(model="")
        for model, face in waiting.values_list("model", "pk"):
            looking[model].append(face)
        for model, faces in sorted(looking.items()):
            find_places(model, faces)
    return correction
