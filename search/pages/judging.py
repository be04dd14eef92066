"""Suggestions to tiles that can be judged: a card, how sure the model is, and what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dam.catalog.models import Tag, Unit
from dam.catalog.readers.review import Suggestion
from search.answer.cards import Card, unit_cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A unit beside a tag: `certainty` 0..1 or None where no model said anything, `said` what a person did."""

    card: Card
    unit_id: int
    tag_id: int
    tag_name: str
    certainty: float | None = None
    model: str = ""
    said: bool | None = None

    @property
    def mark(self) -> str:
        """What a form sends for it."""
        return f"{self.unit_id}:{self.tag_id}"


def judged(found: Sequence[Suggestion] | Mapping[int, int], *, tag: Tag, said: bool | None = None) -> list[Judged]:
    """Return the tiles of suggestions, or of units (id → moment in ms), in their order."""
    if isinstance(found, Mapping):
        starts = dict(Unit.objects.filter(pk__in=found).values_list("pk", "start_ms"))
        moments = {unit_id: at or starts.get(unit_id, 0) for unit_id, at in found.items()}
        sure: dict[int, Suggestion] = {}
    else:
        moments = {item.unit_id: item.at_ms for item in found}
        sure = {item.unit_id: item for item in found}
    cards = unit_cards(moments)
    return [
        Judged(
            card=cards[unit_id],
            unit_id=unit_id,
            tag_id=tag.pk,
            tag_name=tag.name,
            certainty=sure[unit_id].certainty if unit_id in sure else None,
            model=sure[unit_id].model if unit_id in sure else "",
            said=said,
        )
        for unit_id in moments
        if unit_id in cards
    ]
