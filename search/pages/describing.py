"""The forms that edit what is said of assets: what they show, and what they send as changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from dam.catalog import keywords
from dam.catalog.readers.described import PastEdit, described, history_of
from dam.metadata.suggest import FieldSuggestion, Suggestion, suggest_fields, suggest_keywords
from dam.metadata.values import NAMES, typed_keywords, warnings
from dam.types import Change, ChangeKeywords, MetadataField, MetadataValue, SetTo
from search.query.tree import typed

TEXTS = (
    MetadataField.TITLE,
    MetadataField.DESCRIPTION,
    MetadataField.CREATOR,
    MetadataField.COPYRIGHT,
    MetadataField.LOCATION,
    MetadataField.CITY,
    MetadataField.STATE,
    MetadataField.COUNTRY,
)
FIRST = (MetadataField.TITLE, MetadataField.DESCRIPTION)  # always to be seen; the others open below
LABELS = (("Red", "6"), ("Yellow", "7"), ("Green", "8"), ("Blue", "9"), ("Purple", ""))  # Lightroom's names and keys
SURE = 0.8  # from here on a suggestion is taken by the button that takes all sure ones
ONE = " for 1 asset"  # said on the page of one asset, this says nothing
_FEW = 14  # suggestions that are shown at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A field of text in a form; `offer` is what could stand there."""

    field: MetadataField
    name: str
    value: str
    lines: bool
    note: str = ""
    offer: FieldSuggestion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A keyword as a chip: `path` is what forms send; `count` of the assets that have it."""

    path: str
    shown: str
    href: str
    warning: str = ""
    count: int = 0


def asset_form(asset_id: int) -> dict[str, object]:
    """Return what the panel of an asset's page needs."""
    said = described([asset_id])[asset_id]
    offers = {offer.field: offer for offer in suggest_fields([asset_id])[asset_id]}
    code = str(said[MetadataField.COUNTRY_CODE] or "")
    lines = [
        Line(
            field=field,
            name=NAMES[field],
            value=str(said[field] or ""),
            lines=field is MetadataField.DESCRIPTION,
            note=code if field is MetadataField.COUNTRY else "",
            offer=offers.get(field),
        )
        for field in TEXTS
    ]
    own = said[MetadataField.KEYWORDS]
    suggested = suggest_keywords([asset_id])
    return {
        "lines_first": [line for line in lines if line.field in FIRST],
        "lines_more": [line for line in lines if line.field not in FIRST],
        "more_said": sum(1 for line in lines if line.value and line.field not in FIRST),
        "more_offered": any(line.offer for line in lines if line.field not in FIRST),
        "words": as_words(own if isinstance(own, list) else []),
        "stars": said[MetadataField.RATING],
        "label_now": str(said[MetadataField.LABEL] or ""),
        "labels": LABELS,
        "label_names": [name for name, _ in LABELS],
        "sure": SURE,
        **offered(suggested),
    }


def offered(suggested: Sequence[Suggestion]) -> dict[str, object]:
    """Return suggestions as chips: a few to be seen, the rest to be opened, and how many are sure."""
    return {
        "suggested": suggested[:_FEW],
        "suggested_more": suggested[_FEW:],
        "sure_count": sum(1 for one in suggested if one.certainty >= SURE),
    }


def as_words(paths: Sequence[str], counts: Mapping[str, int] | None = None) -> list[Word]:
    """Return keywords as chips."""
    return [
        Word(
            path=path,
            shown=keywords.shown(path),
            href=f"{reverse('search:home')}?{urlencode({'q': typed('tag', path)})}",
            warning=next(iter(warnings([path])), ""),
            count=(counts or {}).get(path, 0),
        )
        for path in map(str, paths)
    ]


def past(asset_id: int) -> list[tuple[PastEdit, list[tuple[str, str, str]]]]:
    """Return the edits of an asset, each with (field, before, after) in words."""
    return [
        (
            replace(edit, summary=edit.summary.removesuffix(ONE)),
            [(NAMES[one.field], in_words(one.before), in_words(one.after)) for one in edit.changes],
        )
        for edit in history_of(asset_id)
    ]


def in_words(value: MetadataValue) -> str:
    """Return a value as people read it; "" for none."""
    if isinstance(value, list):
        return ", ".join(keywords.shown(str(word)) for word in value)
    if isinstance(value, int):
        return "rejected" if value < 0 else "★" * value
    return value or ""


def asset_changes(form: QueryDict) -> dict[MetadataField, Change]:
    """Return what the panel's form changes: texts that differ from what they were when it was shown, a star, a label,
    keywords that come and go. Raises MetadataError.
    """
    found: dict[MetadataField, Change] = {}
    for field in TEXTS:
        value, was = form.get(field), form.get(f"was-{field}", "")
        if value is not None and _plain(str(value)) != _plain(str(was)):
            found[field] = SetTo(str(value))
    found |= marks(form)
    added = [path for text in form.getlist("add") for path in typed_keywords(str(text))]
    removed = [str(path) for path in form.getlist("remove")]
    if added or removed:
        found[MetadataField.KEYWORDS] = ChangeKeywords(add=tuple(added), remove=tuple(removed))
    return found


def marks(form: QueryDict) -> dict[MetadataField, Change]:
    """Return the star and the label that a form sets."""
    found: dict[MetadataField, Change] = {}
    stars = str(form.get("stars", ""))
    if stars in {"-1", "0", "1", "2", "3", "4", "5"}:
        found[MetadataField.RATING] = SetTo(int(stars))
    if "label" in form:
        found[MetadataField.LABEL] = SetTo(str(form["label"]))
    return found


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
