"""Submissions: the list, a new one, one with all of its assets, its target, and the ledger."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.models import Correction
from dam.catalog.readers import submissions as reader
from dam.catalog.readers.browse import tiles_of_assets
from dam.catalog.readers.releases import release_names
from dam.catalog.readers.submissions import SubmissionView
from dam.catalog.writers import submissions as writer
from dam.errors import AfterimageError, StockError
from dam.stock import submissions
from dam.stock.noise import measure_noise
from dam.stock.profile import Profile
from dam.stock.profiles import profile, profiles
from search.pages.submission_rows import PAGE, counts, rows
from search.selection import selected_assets
from search.templatetags.notices import say_done
from search.views.ways import go_back, number, numbers

_COVERS = 4
_MEASURED = 100  # assets whose noise a page waits for: two seconds


@require_safe
def all_submissions(request: HttpRequest) -> HttpResponse:
    """Show every submission with its agency and when it was last sent."""
    try:
        known = profiles()
    except AfterimageError as error:
        return render(request, "submissions/submissions.html", {"error": str(error)})
    return render(
        request,
        "submissions/submissions.html",
        {"submissions": _cards(reader.submissions(), known), "agencies": list(known.values())},
    )


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make a submission of what is selected, or of a collection that was made by hand."""
    collection = number(request.POST.get("collection", ""))
    agency = str(request.POST.get("agency", "")) or next(iter(profiles()))
    try:
        if collection is not None:
            made = writer.submit_collection(collection, agency=profile(agency).key)
        else:
            assets = selected_assets(request)
            name = str(request.POST.get("name", "")).strip() or f"For {profile(agency).name}"
            made = submissions.create(name, agency=agency, asset_ids=assets)
        measure_noise(reader.assets_of(made), most=_MEASURED)
    except AfterimageError as error:
        say_done(request, str(error))
        return go_back(request)
    return HttpResponseRedirect(reverse("search:submission", args=[made]))


@require_safe
def submission(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Show the assets of a submission, each with what stands in its way."""
    found = _get(submission_id)
    try:
        known = profiles()
        agency = submissions.agency_of(found)
    except AfterimageError as error:
        return render(request, "submissions/submission.html", {"submission": found, "error": str(error)})
    measure_noise(reader.assets_of(submission_id), most=_MEASURED)
    every = submissions.check(submission_id)
    only = request.GET.get("show", "") == "problems"
    listed = [each for each in every if each.violations] if only else every
    start = min(number(request.GET.get("from", "")) or 0, max(0, len(listed) - 1))
    context = {
        "submission": found,
        "agency": agency,
        "agencies": list(known.values()),
        "rows": rows(listed[start : start + PAGE], agency),
        "counts": counts(every),
        "suggested": sum(not each.item.categories and bool(each.suggestions) for each in every),
        "only": only,
        "before": start - PAGE if start else None,
        "after": start + PAGE if len(listed) > start + PAGE else None,
        "start": start,
        "listed": len(listed),
        "here_only": bool(found.options.get("here_only")),
        "releases": release_names(),
        "general": [(option, found.options.get(option.key, "")) for option in agency.options],
    }
    return render(request, "submissions/submission.html", context)


@require_POST
def target(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Choose another agency, or say something of all assets at once."""
    found = _get(submission_id)
    try:
        wanted = str(request.POST.get("agency", found.agency))
        if wanted != found.agency:
            done = submissions.switch(submission_id, wanted)
            say_done(request, f"It goes to {profile(wanted).name}.", corrections=[done])
        else:
            agency = profile(wanted)
            told: dict[str, object] = {
                option.key: str(request.POST[option.key]).strip()
                for option in agency.options
                if option.key in request.POST
            }
            if "general_sent" in request.POST:
                told |= {"editorial": "editorial" in request.POST, "here_only": "here_only" in request.POST}
            done = submissions.set_options(submission_id, told)
            say_done(request, "It is said of all of them.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:submission", args=[submission_id]))


@require_POST
def remove(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Take assets out of a submission."""
    try:
        done = submissions.remove(submission_id, numbers(request, "asset"))
        if done:
            say_done(request, f"{_summary(done)}.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:submission", args=[submission_id]))


@require_POST
def delete(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Delete a submission; its collection and the ledger stay."""
    try:
        name = submissions.get(submission_id).name
        done = submissions.delete(submission_id)
        say_done(request, f"The submission “{name}” is deleted; its collection stays.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:submissions"))


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show what went where and when, the last first."""
    agency = str(request.GET.get("agency", ""))
    known = profiles()
    context = {
        "deliveries": [(each, _name(each.agency)) for each in reader.deliveries(agency=agency)],
        "agencies": list(known.values()),
        "chosen": agency,
    }
    return render(request, "submissions/ledger.html", context)


@require_safe
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show one delivery: every asset as it was sent."""
    found = reader.delivery(delivery_id)
    if found is None:
        raise Http404("There is no such delivery.")
    about, sent = found
    tiles = {tile.asset_id: tile for tile in tiles_of_assets([each.asset_id for each in sent if each.asset_id])}
    context = {
        "delivery": about,
        "agency": _name(about.agency),
        "sent": [(each, tiles.get(each.asset_id or 0)) for each in sent],
    }
    return render(request, "submissions/delivery.html", context)


def _get(submission_id: int) -> SubmissionView:
    try:
        return submissions.get(submission_id)
    except StockError as error:
        raise Http404(str(error)) from error


def _cards(every: list[SubmissionView], known: Mapping[str, Profile]) -> list[dict[str, object]]:
    covers = {each.id: reader.assets_of(each.id)[:_COVERS] for each in every}
    tiles = {tile.asset_id: tile for tile in tiles_of_assets([pk for some in covers.values() for pk in some])}
    return [
        {
            "submission": each,
            "agency": known[each.agency].name if each.agency in known else each.agency,
            "covers": [tiles[pk] for pk in covers[each.id] if pk in tiles],
        }
        for each in every
    ]


def _name(agency: str) -> str:
    try:
        return profile(agency).name
    except AfterimageError:
        return agency


def _summary(correction_id: int) -> str:
    return Correction.objects.values_list("summary", flat=True).get(pk=correction_id)
