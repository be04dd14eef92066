"""The panel that edits what is said of one asset, its history, and the keywords that may be meant."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.keywords import shown
from dam.catalog.models import Asset, Correction
from dam.catalog.readers import vocabulary
from dam.errors import MetadataError
from dam.metadata.edit import add_keywords, change
from dam.metadata.suggest import suggest_fields, suggest_keywords
from dam.types import Changes, SetTo
from search.pages.describing import ONE, SURE, asset_changes, asset_form, past
from search.templatetags.notices import say_done

_CHOICES = 12
COPIED = "copied"  # in the session: the asset whose metadata is to be pasted


@require_POST
def save(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Take what the panel sends: fields, stars, a label, keywords, suggestions that were taken."""
    if not Asset.objects.filter(pk=asset_id).exists():
        raise Http404
    try:
        made = _save(request, asset_id)
    except MetadataError as error:
        say_done(request, str(error))
    else:
        if made is None and request.headers.get("HX-Request"):
            return HttpResponse(status=204)  # nothing differs: what stands there stays, the notice before it, too
        if made is not None:
            say_done(request, said(made).removesuffix(ONE) + ".", corrections=[made])
    if request.headers.get("HX-Request"):
        return render(request, "asset/_describe_part.html", {"asset_id": asset_id, **asset_form(asset_id)})
    return HttpResponseRedirect(reverse("search:asset", args=[asset_id]))


@require_POST
def copy(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Remember an asset, so that what is said of it can be pasted onto a selection."""
    if not Asset.objects.filter(pk=asset_id).exists():
        raise Http404
    request.session[COPIED] = asset_id
    say_done(request, "Copied. Select others, and choose Edit: what is copied can be pasted there.")
    if request.headers.get("HX-Request"):
        return render(request, "asset/_describe_part.html", {"asset_id": asset_id, **asset_form(asset_id)})
    return HttpResponseRedirect(reverse("search:asset", args=[asset_id]))


@require_safe
def history(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Show what was changed of an asset, the last first, each with its undo."""
    if not Asset.objects.filter(pk=asset_id).exists():
        raise Http404
    return render(request, "metadata/history.html", {"asset_id": asset_id, "past": past(asset_id)})


@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    """Answer with the user's keywords that begin like the last one that is typed, for completion."""
    typed = str(request.GET.get("add", ""))[:200]
    before, comma, word = typed.rpartition(",")
    found = vocabulary.beginning(word.strip(), limit=_CHOICES)
    offers = [(f"{before}{comma} {path}".strip(), shown(path), count) for path, count in found]
    return render(request, "metadata/_choices.html", {"choices": offers})


def said(correction_id: int) -> str:
    """Return what an edit did, in a line."""
    return Correction.objects.values_list("summary", flat=True).get(pk=correction_id)


def _save(request: HttpRequest, asset_id: int) -> int | None:
    if "accept" in request.POST:
        sure = [one.word for one in suggest_keywords([asset_id]) if one.certainty >= SURE]
        return add_keywords({asset_id: sure})
    changes: Changes = asset_changes(request.POST)
    if "take" in request.POST:
        taken = set(request.POST.getlist("take"))
        offers = suggest_fields([asset_id])[asset_id]
        changes = {**changes, **{one.field: SetTo(one.value) for one in offers if one.field in taken}}
    return change([asset_id], changes) if changes else None
