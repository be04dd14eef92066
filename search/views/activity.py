"""What is being indexed, what failed and why, and which folders are watched."""

from dataclasses import asdict, dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog import jobs, preferences
from dam.catalog.readers import activity as reader
from dam.catalog.readers.activity import FailureGroup
from dam.catalog.writers.stages import withdraw
from dam.types import AssetState, FileState, Stage
from search.pages.forms import AddLibraryForm
from search.pages.models_in_use import answers, captions_switch

STAGE_NAMES = {
    Stage.PREPARE: ("Reading files", "Decoding, finding shots, making previews"),
    Stage.EMBED: ("Understanding pictures", "What makes photos and shots findable"),
    Stage.TRANSCRIBE: ("Listening", "Writing down what is said"),
    Stage.EMBED_SPEECH: ("Understanding speech", "What makes spoken lines findable by meaning"),
    Stage.LOOK: ("Measuring pictures", "Colours, sharpness, light"),
    Stage.PLACE: ("Finding places", "Towns and countries from coordinates, offline"),
    Stage.FACES: ("Looking for faces", "Who is in it"),
    Stage.TEXT: ("Reading what is written", "Signs, titles, screens"),
    Stage.OBJECTS: ("Looking for things", "What is in it, and how many"),
    Stage.CAPTION: ("Describing pictures", "A sentence about each"),
    Stage.SOUND: ("Hearing sounds", "Applause, rain, music"),
    Stage.TAG: ("Tagging", "From the vectors, no picture is opened again"),
    Stage.SOUND_TAG: ("Tagging sounds", "From the vectors of sounds"),
    Stage.PROXY: ("Making playable copies", "For videos that browsers can't play as they are"),
}
_ADVICE = {
    AssetState.UNSUPPORTED.value: (
        "Left out",
        "Nothing is wrong with your library: these are not photos, videos or sound that Afterimage reads, or they "
        "are over its limits. Retry after an update, or after changing a limit.",
    ),
    AssetState.QUARANTINED.value: (
        "Could not be read",
        "Try to open the file in another program. If it is damaged there too, bring it back from a backup and retry.",
    ),
    AssetState.PARTIAL.value: (
        "Partly read",
        "What could be read is searchable. Retry if the file has been repaired.",
    ),
    FileState.SKIPPED.value: (
        "Skipped",
        "These were never opened. Move or rename them if they should be in the library; the next scan sees it.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A group of failures with a heading and what to do."""

    group: FailureGroup
    heading: str
    advice: str


@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """Show everything; the live part asks for itself again every second."""
    return render(
        request,
        "activity/activity.html",
        {
            **_live(),
            **_models(),
            "troubles": _troubles(),
            "libraries": reader.library_statuses(),
            "form": AddLibraryForm(),
        },
    )


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer with the part that changes every second."""
    return render(request, "activity/_live.html", _live())


@require_safe
def troubles(request: HttpRequest) -> HttpResponse:
    """Answer with the failures and the libraries, which change more slowly."""
    return render(
        request, "activity/_troubles.html", {"troubles": _troubles(), "libraries": reader.library_statuses()}
    )


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Answer with the models that answer, and how far those being built are."""
    return render(request, "activity/_models.html", _models())


@require_POST
def captions(request: HttpRequest) -> HttpResponse:
    """Have sentences written about pictures, or stop it: what is due is withdrawn, what was written stays."""
    switch, on = captions_switch(), request.POST.get("on") == "1"
    if switch is None:
        messages.error(
            request, "The model pack in use writes no sentences: choose another with `manage.py models use`."
        )
    elif on:
        preferences.switch(preferences.CAPTIONS, on=True)
        messages.success(request, "Pictures are described from now on, once everything else is done.")
    else:
        preferences.switch(preferences.CAPTIONS, on=False)
        withdraw(Stage.CAPTION)
        messages.success(request, "No more sentences are written; those that are there stay.")
    return HttpResponseRedirect(reverse("search:activity"))


@require_safe
def ring(request: HttpRequest) -> HttpResponse:
    """Answer with the ring of the top bar."""
    return render(request, "activity/_ring.html", {"ring": reader.ring()})


@require_safe
def as_json(_request: HttpRequest) -> JsonResponse:
    """Answer with the same for programs."""
    now = reader.activity()
    return JsonResponse(
        {
            **asdict(now),
            "busy": now.busy,
            "eta_s": now.eta_s,
            "failures": [asdict(group) for group in reader.failures()],
            "libraries": [asdict(library) for library in reader.library_statuses()],
            "models": [asdict(answer) for answer in answers()],
        }
    )


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Make failed work due again: of the assets named, or of all."""
    named = [int(text) for text in request.POST.getlist("asset") if text.isascii() and text.isdigit()]
    everything = request.POST.get("all") == "1"
    count = jobs.retry(asset_ids=None if everything else named) if everything or named else 0
    messages.success(request, f"{count} to be tried again." if count else "There was nothing left to try again.")
    return HttpResponseRedirect(reverse("search:activity"))


def _live() -> dict[str, object]:
    now = reader.activity()
    return {"now": now, "stages": [(stage, *STAGE_NAMES[stage.stage]) for stage in now.stages]}


def _models() -> dict[str, object]:
    return {"answers": answers(), "captions": captions_switch()}


def _troubles() -> list[Trouble]:
    return [
        Trouble(group=group, heading=_ADVICE[group.state][0], advice=_ADVICE[group.state][1])
        for group in reader.failures()
    ]
