"""Where edited metadata is written to, who is right where two changed it, and what waits or failed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.metadata_choices import choose_mode, choose_rule, merge_rule, write_mode
from dam.catalog.readers.metadata_writes import named_assets, unwritten_assets, write_counts, write_problems
from dam.catalog.writers import metadata_writes
from dam.engines import exiftool
from dam.types import MergeRule, WriteMode
from dam.types.metadata_write import WriteState
from search.templatetags.notices import say_done

_MODES = (
    (WriteMode.SIDECAR, "Sidecars", "An XMP file beside each file that you edit. Originals are not touched."),
    (
        WriteMode.EMBED,
        "The files themselves",
        "XMP and IPTC inside JPEG, TIFF, PNG, WebP, HEIC, AVIF, MP4 and MOV; sidecars for raw files and the rest. "
        "Your originals change; picture and sound are proven to stay as they are.",
    ),
    (WriteMode.NONE, "Nowhere", "Edits stay in Afterimage."),
)
_RULES = (
    (MergeRule.NEWEST, "The newest change"),
    (MergeRule.OURS, "What was said in Afterimage"),
    (MergeRule.THEIRS, "What the file says"),
)


@require_safe
def writing(request: HttpRequest) -> HttpResponse:
    """Show the choices, and how far the writing is."""
    return render(request, "metadata/writing.html", {**_progress(), "modes": _MODES, "rules": _RULES})


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Show how far the writing is; the page asks for it while something waits."""
    return render(request, "metadata/_writing_progress.html", _progress())


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Take the two choices; what is not to be written any more is no longer due."""
    mode, rule = request.POST.get("mode", ""), request.POST.get("rule", "")
    if rule in set(MergeRule):
        choose_rule(MergeRule(rule))
    if mode in set(WriteMode) and mode != write_mode():
        choose_mode(WriteMode(mode))
        if write_mode() is WriteMode.NONE:
            metadata_writes.forget_due()
    say_done(request, "From now on it is done like this.")
    return _back()


@require_POST
def write_unwritten(request: HttpRequest) -> HttpResponse:
    """Write what was edited while nothing was to be written."""
    files = metadata_writes.make_due(unwritten_assets())
    say_done(request, f"Writing to {files:,} file{'' if files == 1 else 's'}.")
    return _back()


@require_POST
def write_people(request: HttpRequest) -> HttpResponse:
    """Write the names of people into photos, as regions."""
    files = metadata_writes.make_due(named_assets())
    say_done(request, f"Writing the names of people to {files:,} file{'' if files == 1 else 's'}.")
    return _back()


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Try again what failed, could not be read, or waits in the shadow tree."""
    files = metadata_writes.retry()
    say_done(request, f"Trying {files:,} file{'' if files == 1 else 's'} again.")
    return _back()


def _progress() -> dict[str, object]:
    counts = write_counts()
    waiting = counts[WriteState.DUE] + counts[WriteState.RUNNING]
    return {
        "mode": write_mode(),
        "rule": merge_rule(),
        "tool_missing": "" if exiftool.is_installed() else exiftool.MISSING,
        "tool_hint": exiftool.HINT,
        "waiting": waiting,
        "written": counts[WriteState.DONE],
        "shadow": counts[WriteState.SHADOW],
        "failed": counts[WriteState.FAILED] + counts[WriteState.CONFLICT],
        "problems": write_problems(),
        "unwritten": 0 if waiting else len(unwritten_assets()),
        "named": len(named_assets()),
    }


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("search:metadata-writing"))
