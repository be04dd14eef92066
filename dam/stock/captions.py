"""Editorial captions: where and when, in the form that an agency asks for, before what is seen."""

from dam.stock.item import Item
from dam.stock.profile import EditorialRules


def editorial_caption(item: Item, rules: EditorialRules, text: str) -> str:
    """Return a text with place and date before it; the text alone where form, place or date is unknown."""
    parts = _parts(item, rules)
    return rules.caption.format(**parts, text=text.strip()) if parts else text


def caption_start(item: Item, rules: EditorialRules) -> str:
    """Return how an editorial caption of an item begins; "" where the form, the place or the date is unknown."""
    parts = _parts(item, rules)
    before, _, _ = rules.caption.partition("{text}")
    return before.format(**parts).rstrip() if parts else ""


def _parts(item: Item, rules: EditorialRules) -> dict[str, str]:
    spot = item.spot
    if not (rules.caption and spot.city and spot.country and item.taken_on):
        return {}
    return {
        "city": spot.city,
        "country": spot.country,
        "state": rules.state.format(state=spot.state) if spot.state else "",
        "date": item.taken_on.strftime(rules.date),
    }
