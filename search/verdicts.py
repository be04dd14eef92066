"""What a person says of tags, and what follows from it: a tag that is taught learns from each verdict."""

from collections.abc import Collection

from dam.catalog.models import Tag
from dam.catalog.readers.taught import taught_tags
from dam.catalog.writers.tags import ensure_tag, say
from dam.tagging.teach_later import relearn


def judge(unit_ids: Collection[int], tag_id: int, accepted: bool | None, *, lesson: bool = False) -> int:
    """Write a verdict for these units (None takes back what was said); returns the correction. Raises TagError.

    A `lesson` is learned even where the tag is not one that is taught yet.
    """
    correction = say(unit_ids, tag_id, accepted)
    if lesson or tag_id in {tag.pk for tag in taught_tags()}:
        relearn(tag_id)
    return correction


def give(unit_id: int, word: str) -> tuple[Tag, int]:
    """Give a unit the tag that a word means, or a new one of the user's own; returns it and the correction.

    Raises TagError for what is no word.
    """
    tag = ensure_tag(word)
    return tag, judge([unit_id], tag.pk, True)
