"""Editing what is said of assets, one or thousands: changes in, a correction that undoes them out."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction

from dam.catalog.keywords import shown
from dam.catalog.readers.vocabulary import just_used
from dam.catalog.writers import metadata_edits, metadata_writes
from dam.metadata import values
from dam.types import Change, ChangeKeywords, Changes, EditCause, MetadataField, MetadataValue, MetadataValues, SetTo

SUBJECT = metadata_edits.SUBJECT
_QUOTED = 40  # characters of a value in a summary
_NAMED_FIELDS = 3


def change(asset_ids: Iterable[int], changes: Changes, *, cause: EditCause = EditCause.USER) -> int | None:
    """Change fields of all of these assets alike, all or nothing; returns the correction that undoes it, or None
    where nothing differs. Assets that are gone are left out. Raises MetadataError, naming the field.
    """
    clean = values.clean_changes(changes)
    return _edit(
        asset_ids,
        lambda _pk, now: values.of(now, clean),
        cause=cause,
        summarize=lambda counts: summary(clean, counts),
        used=_used(clean.get(MetadataField.KEYWORDS)),
    )


def put(given: Mapping[int, MetadataValues], *, cause: EditCause, why: str = "") -> int | None:
    """Give each asset values of its own; `why` begins the summary. Returns and raises as `change`."""
    clean = {
        pk: {field: values.cleaned(field, value) for field, value in fields.items()} for pk, fields in given.items()
    }

    def decide(pk: int, now: MetadataValues) -> dict[MetadataField, MetadataValue]:
        return {field: value for field, value in clean[pk].items() if not values.same(value, now[field])}

    def summarize(counts: Mapping[MetadataField, int]) -> str:
        return f"{why or 'Metadata'}: {_listed(counts)} for {_assets(max(counts.values()))}"

    return _edit(clean, decide, cause=cause, summarize=summarize)


def add_keywords(words: Mapping[int, Collection[str]], *, why: str = "") -> int | None:
    """Add keywords to each asset of its own, as suggestions are taken; returns and raises as `change`."""
    added = {pk: ChangeKeywords(add=tuple(values.clean_keywords(some))) for pk, some in words.items()}
    once = ChangeKeywords(add=tuple(dict.fromkeys(word for one in added.values() for word in one.add)))
    return _edit(
        added,
        lambda pk, now: values.of(now, {MetadataField.KEYWORDS: added[pk]}),
        cause=EditCause.USER,
        summarize=lambda counts: why or summary({MetadataField.KEYWORDS: once}, counts),
        used=once.add,
    )


def undo(correction_id: int) -> bool:
    """Put back what an edit changed and nobody changed since; False where there is nothing to undo."""
    with transaction.atomic():
        touched = metadata_edits.undo(correction_id)
        if touched:
            _follow(touched, cause=EditCause.USER)
    return touched is not None


def left(correction_id: int) -> str:
    """Return what is to be said of an undone edit that could not be put back whole; "" where it was."""
    kept = metadata_edits.kept_of(correction_id)
    return f"; {kept:,} {'value' if kept == 1 else 'values'} changed since then stayed" if kept else ""


def summary(changes: Changes, counts: Mapping[MetadataField, int]) -> str:
    """Say what was done in a line: `Title “Harbour” for 3 assets`."""
    telling = {field: count for field, count in counts.items() if field is not MetadataField.COUNTRY_CODE} or counts
    most = max(telling.values())
    if len(telling) > 1:
        return f"{_listed(telling)} for {_assets(most)}"
    (field,) = telling
    made = changes[field]
    return (
        f"{_keyword_words(made) if isinstance(made, ChangeKeywords) else _set_words(field, made)} for {_assets(most)}"
    )


def _edit(
    asset_ids: Iterable[int],
    decide: metadata_edits.Decide,
    *,
    cause: EditCause,
    summarize: metadata_edits.Summarize,
    used: Iterable[str] = (),
) -> int | None:
    with transaction.atomic():
        made = metadata_edits.edit(asset_ids, decide, cause=cause, summarize=summarize)
        if made is None:
            return None
        _follow(made.touched, cause=cause)
        transaction.on_commit(lambda: just_used(used))
        return made.correction_id


def _follow(asset_ids: Iterable[int], *, cause: EditCause) -> None:
    """Make the files' turn due, in the transaction of the change; what was read from a file is there already."""
    if cause is not EditCause.FILE:
        metadata_writes.enqueue(asset_ids)


def _used(made: Change | None) -> Sequence[str]:
    """Return the keywords that a change gives."""
    if isinstance(made, ChangeKeywords):
        return [*made.add, *(new for _, new in made.rename)]
    return made.value if made is not None and isinstance(made.value, list) else ()


def _set_words(field: MetadataField, made: SetTo) -> str:
    name, value = values.NAMES[field], made.value
    if field is MetadataField.RATING:
        return "Rating removed" if value is None else "Rejected" if value == -1 else f"{value} {_stars(value)}"
    if not value:
        return f"{name} removed"
    if not isinstance(value, str):
        return f"{name} set"
    return f"{name} “{_short(value)}”"


def _stars(value: object) -> str:
    return "star" if value == 1 else "stars"


def _keyword_words(made: ChangeKeywords) -> str:
    said = [
        *(f"+{shown(word)}" for word in made.add),
        *(f"−{shown(word)}" for word in made.remove),
        *(f"{shown(old)} → {shown(new)}" for old, new in made.rename),
    ]
    more = f" and {len(said) - _NAMED_FIELDS} more" if len(said) > _NAMED_FIELDS else ""
    return f"{'Keyword' if len(said) == 1 else 'Keywords'} {', '.join(said[:_NAMED_FIELDS])}{more}"


def _listed(fields: Iterable[MetadataField]) -> str:
    names = [values.NAMES[field] for field in MetadataField if field in set(fields)]
    more = len(names) - _NAMED_FIELDS
    said = [names[0], *(name.lower() for name in names[1:_NAMED_FIELDS])]
    return ", ".join(said) + (f" and {more} more fields" if more > 1 else " and one more field" if more == 1 else "")


def _assets(count: int) -> str:
    return "1 asset" if count == 1 else f"{count:,} assets"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED].rstrip()}…"
