"""The form that edits what is said of many assets together: what they have in common, and what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from dam.catalog.readers.described import Together, described, together
from dam.metadata.suggest import MOST_ASSETS, suggest_fields, suggest_keywords
from dam.metadata.values import NAMES, country_code, typed_keywords
from dam.types import CLEAR, Change, ChangeKeywords, MetadataField, SetTo
from search.pages.describing import FIRST, LABELS, SURE, TEXTS, as_words, in_words, marks, offered

_MOST_WORDS = 80  # keywords as chips; more are counted
_EVERY = 10_000  # suggestions, where all of them are gone through
_MOST_VALUES = 40  # values of one field that are offered to choose from
PLACE = (MetadataField.CITY, MetadataField.STATE, MetadataField.COUNTRY)
ACTS = ("stars", "label", "remove", "add-all", "take", "accept", "places", "clear", "paste", "rename")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A field of text over many assets: its `value` where all have the same, else how many `several` there are.

    `values` are those that some have, the most frequent first, with their counts.
    """

    field: MetadataField
    name: str
    value: str
    several: int
    said: int
    lines: bool
    values: tuple[tuple[str, int], ...]


def many_form(asset_ids: Sequence[int]) -> dict[str, object]:
    """Return what the page needs to show."""
    found = together(asset_ids)
    words = list(found.keywords)
    suggested = suggest_keywords(asset_ids)
    return {
        "first": [_shared(field, found) for field in FIRST],
        "more": [_shared(field, found) for field in TEXTS if field not in FIRST],
        "words": as_words(words[:_MOST_WORDS], found.keywords),
        "words_more": max(0, len(words) - _MOST_WORDS),
        "stars": _common(MetadataField.RATING, found),
        "stars_several": len(found.values[MetadataField.RATING]) > 0 and _common(MetadataField.RATING, found) is None,
        "label_now": str(_common(MetadataField.LABEL, found) or ""),
        "label_several": len(found.values[MetadataField.LABEL]) > 0 and _common(MetadataField.LABEL, found) is None,
        "labels": LABELS,
        "total": found.assets,
        "sure": SURE,
        "looked_at": MOST_ASSETS if len(asset_ids) > MOST_ASSETS else 0,
        "placed": len(places_to_fill(asset_ids)),
        **offered(suggested),
    }


def many_changes(form: QueryDict) -> dict[MetadataField, Change]:
    """Return what the form changes of all its assets alike: texts that were typed into, or what one button does.

    Raises MetadataError.
    """
    if not any(act in form for act in ACTS):
        found: dict[MetadataField, Change] = {}
        for field in TEXTS:
            value, was = str(form.get(field, "")), str(form.get(f"was-{field}", ""))
            if field in form and value.replace("\r\n", "\n").strip() != was.replace("\r\n", "\n").strip():
                found[field] = SetTo(value)
        added = typed_keywords(str(form.get("add", "")))
        return found | ({MetadataField.KEYWORDS: ChangeKeywords(add=tuple(added))} if added else {})
    if "clear" in form:
        cleared = [field for field in MetadataField if field in form.getlist("clear")]
        return {field: SetTo([]) if field is MetadataField.KEYWORDS else CLEAR for field in cleared}
    if "rename" in form:
        new = typed_keywords(str(form.get("rename-to", "")))
        renamed = ((str(form.get("rename-from", "")), new[0]),) if new else ()
        return {MetadataField.KEYWORDS: ChangeKeywords(rename=renamed)}
    words = ChangeKeywords(add=tuple(form.getlist("add-all")), remove=tuple(form.getlist("remove")))
    return marks(form) | ({MetadataField.KEYWORDS: words} if words.add or words.remove else {})


def taken(form: QueryDict, asset_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the suggested keywords that a form takes, for the assets in which each was found."""
    wanted = set(form.getlist("take"))
    found: dict[int, list[str]] = {}
    for start in range(0, len(asset_ids), MOST_ASSETS):
        for one in suggest_keywords(asset_ids[start : start + MOST_ASSETS], limit=_EVERY):
            if one.word in wanted or ("accept" in form and one.certainty >= SURE):
                for pk in one.asset_ids:
                    found.setdefault(pk, []).append(one.word)
    return found


def places_to_fill(asset_ids: Sequence[int]) -> dict[int, dict[MetadataField, str]]:
    """Return the city, state and country of each asset that has a coordinate and says nothing of its place."""
    offers = suggest_fields(asset_ids)
    found = {pk: {one.field: one.value for one in some if one.field in PLACE} for pk, some in offers.items()}
    for values in found.values():
        if MetadataField.COUNTRY in values:
            values[MetadataField.COUNTRY_CODE] = country_code(values[MetadataField.COUNTRY])
    return {pk: values for pk, values in found.items() if values}


def copied_form(asset_id: int) -> list[tuple[MetadataField, str, str]]:
    """Return (field, name, value in words) of what can be pasted from an asset."""
    said = described([asset_id])[asset_id]
    return [
        (field, NAMES[field], in_words(said[field])) for field in MetadataField if said[field] not in ("", None, [])
    ]


def pasted(form: QueryDict, asset_id: int) -> dict[MetadataField, Change]:
    """Return the chosen fields of the asset that was copied; keywords are added to those that are there."""
    said = described([asset_id])[asset_id]
    found: dict[MetadataField, Change] = {}
    for field in MetadataField:
        value = said[field]
        if field not in form.getlist("field"):
            continue
        if isinstance(value, list):
            found[field] = ChangeKeywords(add=tuple(map(str, value)))
        else:
            found[field] = SetTo(value)
    return found


def _shared(field: MetadataField, found: Together) -> Shared:
    values = found.values[field]
    common = _common(field, found)
    several = len(values) + (1 if values.total() < found.assets else 0)
    return Shared(
        field=field,
        name=NAMES[field],
        value=str(common or ""),
        several=0 if common is not None or not values else several,
        said=values.total(),
        lines=field is MetadataField.DESCRIPTION,
        values=tuple((str(value), count) for value, count in values.most_common(_MOST_VALUES)),
    )


def _common(field: MetadataField, found: Together) -> str | int | None:
    """Return the value that all have; None where they differ or some have none."""
    values = found.values[field]
    ((value, count),) = values.most_common(1) or [(None, 0)]
    return value if count == found.assets and not isinstance(value, list) else None
