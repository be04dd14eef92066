"""The rows of a submission: checked while somebody types, saved when they leave a field, fixed by a click."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from dam.catalog.readers.releases import release_names
from dam.catalog.readers.submissions import SubmissionView, assets_of
from dam.errors import AfterimageError, StockError
from dam.metadata.edit import change
from dam.stock import submissions
from dam.stock.gather import Gathered
from dam.stock.profile import Profile
from dam.types import Change, MetadataField, SetTo
from search.pages.submission_rows import as_paths, counts, is_text, read_keywords, row, rows, typed
from search.templatetags.notices import say_done
from search.views.ways import numbers

_NAMES = {"title": "Title", "description": "Description", "keywords": "Keywords", "file_name": "Name of the copy"}


@require_POST
def check(request: HttpRequest, submission_id: int, asset_id: int) -> HttpResponse:
    """Answer with what is wrong with what is being typed; nothing is stored."""
    submission, agency, each = _one(submission_id, asset_id)
    said = typed(request.POST, each, agency)
    (now,) = submissions.check(submission_id, only=asset_id, said=said)
    context = {"row": row(now, agency), "agency": agency, "submission": submission}
    return render(request, "submissions/_checked.html", context)


@require_POST
def save(request: HttpRequest, submission_id: int, asset_id: int) -> HttpResponse:
    """Store what a row says, where it differs, and answer with what is wrong with it now."""
    submission, agency, each = _one(submission_id, asset_id)
    try:
        _store(request, submission, each, typed(request.POST, each, agency))
    except AfterimageError as error:
        say_done(request, str(error))
    return _answer(request, submission_id, asset_id)


@require_POST
def fix(request: HttpRequest, submission_id: int, asset_id: int) -> HttpResponse:
    """Do what a violation's button offers, and answer with the whole row."""
    submission, agency, each = _one(submission_id, asset_id)
    if request.headers.get("HX-Request"):
        (each,) = submissions.check(submission_id, only=asset_id, said=typed(request.POST, each, agency))
    field, _, label = str(request.POST.get("fix", "")).partition(":")
    offered = (found for found in each.violations if found.field == field and found.fix and found.fix.label == label)
    found = next(offered, None)
    _was, _agency, before = _one(submission_id, asset_id)
    try:
        if found is None or found.fix is None:
            raise StockError("That is not needed any more.")
        _store(request, submission, before, {field: found.fix.value})
    except AfterimageError as error:
        say_done(request, str(error))
    return _whole(request, submission_id, asset_id)


@require_POST
def own(request: HttpRequest, submission_id: int, asset_id: int) -> HttpResponse:
    """Forget what was said for this agency alone, so that a field is the asset's own again."""
    field = str(request.POST.get("field", ""))
    if not is_text(field) and field != "file_name":
        raise Http404
    try:
        nothing = "" if field == "file_name" else None
        done = submissions.say(
            submission_id, [asset_id], {field: nothing}, summary=f"{_NAMES[field]} is the asset's own again"
        )
        say_done(request, f"{_NAMES[field]} is the asset's own again.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return _whole(request, submission_id, asset_id)


@require_POST
def suggestions(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Take the surest category for each asset that has none."""
    try:
        done = submissions.accept_suggestions(submission_id)
        if done is None:
            say_done(request, "No suggestion is sure enough to be taken for all: choose them one by one.")
        else:
            say_done(request, "The surest suggestions were taken.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return _back(submission_id)


@require_POST
def apply(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Say the same of all assets, or of the chosen ones: keywords that are added, a category, editorial use."""
    try:
        submission = submissions.get(submission_id)
        agency = submissions.agency_of(submission)
        chosen = numbers(request, "asset")
        assets = [pk for pk in assets_of(submission_id) if not chosen or pk in set(chosen)]
        made = _apply(request, submission, agency, assets)
        if made:
            count = f"{len(assets):,} {'asset' if len(assets) == 1 else 'assets'}"
            say_done(request, f"Said of {count}.", corrections=made)
    except AfterimageError as error:
        say_done(request, str(error))
    return _back(submission_id)


def _apply(request: HttpRequest, submission: SubmissionView, agency: Profile, assets: Sequence[int]) -> list[int]:
    made: list[int] = []
    words = tuple(word for line in read_keywords(str(request.POST.get("keywords", ""))) for word in _parts(line))
    if words:
        made += submissions.add_keywords(submission.id, assets, words)
    said: dict[str, Any] = {}
    category = str(request.POST.get("category", ""))
    if category in {choice.key for choice in agency.category.choices}:
        said["categories"] = [category]
    if str(request.POST.get("editorial", "")) in {"yes", "no", "auto"}:
        said["editorial"] = {"yes": True, "no": False}.get(str(request.POST["editorial"]))
    if said:
        made.append(submissions.say(submission.id, assets, said, summary="The same said of many assets"))
    return made


def _parts(line: str) -> list[str]:
    return [word for word in (part.strip() for part in line.split(",")) if word]


def _store(request: HttpRequest, submission: SubmissionView, each: Gathered, said: Mapping[str, Any]) -> None:
    """Store what differs: texts in the asset's own metadata, or here alone; the rest is the agency's."""
    item, corrections, names = each.item, [], []
    here: dict[str, Any] = {}
    changes: dict[MetadataField, Change] = {}
    for name, value in said.items():
        if not is_text(name):
            before = getattr(each.said, name)
            if (dict(value) if name == "choices" else value) != (dict(before) if name == "choices" else before):
                here[name] = list(value) if name == "categories" else value
        elif value != getattr(item, name):
            names.append(_NAMES[name])
            if submission.options.get("here_only") or getattr(each.said, name) is not None:
                here[name] = list(value) if name == "keywords" else value
            else:
                changes[MetadataField(name)] = SetTo(_own(each, name, value))
    if changes:
        done = change([item.asset_id], changes)
        corrections += [] if done is None else [done]
    if here:
        names += [_NAMES.get(name, name.replace("_", " ").capitalize()) for name in here if not is_text(name)]
        summary = f"{', '.join(dict.fromkeys(names))} of {item.own_name} for one agency"
        corrections.append(submissions.say(submission.id, [item.asset_id], here, summary=summary))
    if corrections:
        say_done(request, f"{', '.join(dict.fromkeys(names))} of {item.own_name} changed.", corrections=corrections)


def _own(each: Gathered, name: str, value: Any) -> Any:
    return as_paths(value, each.facts.keywords) if name == "keywords" else value


def _one(submission_id: int, asset_id: int) -> tuple[SubmissionView, Profile, Gathered]:
    try:
        submission = submissions.get(submission_id)
        agency = submissions.agency_of(submission)
    except StockError as error:
        raise Http404(str(error)) from error
    found = submissions.check(submission_id, only=asset_id)
    if not found:
        raise Http404("This asset is not in the submission any more.")
    return submission, agency, found[0]


def _answer(request: HttpRequest, submission_id: int, asset_id: int) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return _back(submission_id)
    every = submissions.check(submission_id)
    agency = submissions.agency_of(submissions.get(submission_id))
    now = next((each for each in every if each.item.asset_id == asset_id), None)
    context = {
        "row": row(now, agency) if now else None,
        "agency": agency,
        "counts": counts(every),
        "submission": submissions.get(submission_id),
        "saved": True,
    }
    return render(request, "submissions/_checked.html", context)


def _whole(request: HttpRequest, submission_id: int, asset_id: int) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return _back(submission_id)
    submission, agency, _each = _one(submission_id, asset_id)
    every = submissions.check(submission_id)
    theirs = [each for each in every if each.item.asset_id == asset_id]
    context = {
        "row": rows(theirs, agency)[0],
        "agency": agency,
        "counts": counts(every),
        "submission": submission,
        "releases": release_names(),
    }
    return render(request, "submissions/_row_again.html", context)


def _back(submission_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("search:submission", args=[submission_id]))
