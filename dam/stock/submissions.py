"""Submissions as pages and commands use them: made, read with their violations, changed, exported.

check(submission_id)       # every asset with its violations
say(…) ──▶ a correction's id ──undo──▶ as it was
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dam.catalog.readers import submissions as rows
from dam.catalog.readers.submissions import SubmissionView
from dam.catalog.writers import submissions as writer
from dam.errors import StockError
from dam.metadata.edit import change
from dam.stock.gather import Gathered, gather
from dam.stock.profile import Profile
from dam.stock.profiles import profile
from dam.types import ChangeKeywords, MetadataField

SURE = 0.5  # from this certainty on a category is taken when all suggestions are


def create(name: str, *, agency: str, asset_ids: Sequence[int]) -> int:
    """Make a submission of these assets; returns its id. Raises StockError."""
    return writer.create_submission(name, agency=profile(agency).key, asset_ids=asset_ids)


def get(submission_id: int) -> SubmissionView:
    """Return a submission. Raises StockError where there is none."""
    found = rows.submission(submission_id)
    if found is None:
        raise StockError("This submission is not there any more.")
    return found


def agency_of(submission: SubmissionView) -> Profile:
    """Return the profile of a submission's agency. Raises StockError where its file is gone, ConfigError."""
    return profile(submission.agency)


def check(submission_id: int, *, only: int | None = None, said: Mapping[str, Any] | None = None) -> list[Gathered]:
    """Return the assets of a submission in their order with their violations; with `only` that one.

    `said` is of `only` and not stored (yet): what somebody is typing, by the names of `Said`. Raises StockError.
    """
    submission = get(submission_id)
    agency = agency_of(submission)
    told = rows.said_of(submission_id, agency.key)
    if only is not None and said:
        told[only] = _typed(told.get(only, rows.Said()), said)
    return gather(rows.assets_of(submission_id), agency, said=told, options=submission.options, only=only)


def switch(submission_id: int, agency: str) -> int:
    """Send it to another agency; what was said for the other stays. Returns the correction. Raises StockError."""
    return writer.set_target(submission_id, agency=profile(agency).key)


def set_options(submission_id: int, options: Mapping[str, Any]) -> int:
    """Say something of all assets at once; returns the correction. Raises StockError."""
    submission = get(submission_id)
    known = {option.key for option in agency_of(submission).options} | {"editorial", "here_only"}
    if set(options) - known:
        raise StockError(f"There is no option {', '.join(sorted(set(options) - known))} for this agency.")
    return writer.set_target(submission_id, options={**submission.options, **options})


def say(submission_id: int, asset_ids: Iterable[int], said: Mapping[str, Any], *, summary: str) -> int:
    """Say something of assets for the submission's agency; returns the correction. Raises StockError."""
    submission = get(submission_id)
    return writer.say(submission_id, asset_ids, agency=submission.agency, said=said, summary=summary)


def add_keywords(submission_id: int, asset_ids: Iterable[int], words: Sequence[str]) -> list[int]:
    """Put keywords behind those that assets have: their own, or this agency's where it has its own or is to have.

    Returns the corrections. Raises StockError, MetadataError.
    """
    submission, wanted = get(submission_id), set(asset_ids)
    here: dict[int, dict[str, Any]] = {}
    for each in check(submission_id):
        keywords = each.item.keywords
        if each.item.asset_id in wanted and (submission.options.get("here_only") or each.said.keywords is not None):
            known = {word.casefold() for word in keywords}
            added = [word for word in dict.fromkeys(words) if word.casefold() not in known]
            if added:
                here[each.item.asset_id] = {"keywords": [*keywords, *added]}
            wanted.discard(each.item.asset_id)
    own = change(wanted, {MetadataField.KEYWORDS: ChangeKeywords(add=tuple(words))}) if wanted else None
    made = [] if own is None else [own]
    if here:
        made.append(writer.say_each(submission_id, here, agency=submission.agency, summary="Keywords for one agency"))
    return made


def accept_suggestions(submission_id: int, *, least: float = SURE) -> int | None:
    """Take the surest category for each asset that has none; returns the correction, None where there is nothing.

    Raises StockError.
    """
    submission = get(submission_id)
    taken = {
        each.item.asset_id: {"categories": [each.suggestions[0].key]}
        for each in check(submission_id)
        if not each.item.categories and each.suggestions and each.suggestions[0].certainty >= least
    }
    if not taken:
        return None
    summary = f"The suggested category taken for {len(taken):,} {'asset' if len(taken) == 1 else 'assets'}"
    return writer.say_each(submission_id, taken, agency=submission.agency, summary=summary)


add = writer.add_assets
remove = writer.remove_assets
delete = writer.delete_submission


def _typed(said: rows.Said, values: Mapping[str, Any]) -> rows.Said:
    names = ("title", "description", "keywords", "file_name", "categories", "editorial", "choices")
    return rows.Said(**{name: values.get(name, getattr(said, name)) for name in names})
