"""Send to edit: a selection or a collection as a timeline for editing programs."""

import os
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from dam.errors import AfterimageError, EngineError
from dam.handoff.edits import FORMATS, make_file, plan
from dam.handoff.edl import record_codes, source_codes
from dam.handoff.rates import rate_name, to_timecode
from dam.types import MediaKind
from dam.types.handoff import Piece, Timeline
from search.pages.timeline_form import REMEMBERED, TimelineForm, first_values
from search.timelines import ToEdit, asked_before, of_collection, of_form

_SESSION = "timeline"  # how the form was left last
_SHOWN = 100  # cuts in the preview; the file has all


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow:
    """A cut as the preview lists it."""

    number: int
    name: str
    source: str
    record: str
    sound_alone: bool


@require_POST
def chosen(request: HttpRequest) -> HttpResponse:
    """Show how a selection can be sent to an edit."""
    try:
        found = of_form(request.POST)
    except AfterimageError as error:
        return _refused(request, error)
    return _page(request, found, query=found.query or asked_before(request))


@require_safe
def collection(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Show how a collection can be sent to an edit."""
    try:
        found = of_collection(collection_id)
    except AfterimageError as error:
        return _refused(request, error)
    return _page(request, found, query=found.query)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Answer with the timeline as it would be now."""
    form = TimelineForm(request.POST)
    try:
        found = of_form(request.POST)
    except AfterimageError as error:
        return render(request, "timeline/_preview.html", {"error": str(error)})
    return render(request, "timeline/_preview.html", _planned(found, form))


@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """Answer with the file; what can't be made is said on the page."""
    form = TimelineForm(request.POST)
    try:
        found = of_form(request.POST)
    except AfterimageError as error:
        return _refused(request, error)
    if not form.is_valid():
        return _shown(request, found, form, status=400)
    try:
        made = make_file(found.pieces, form.wish(), form.format_chosen())
    except AfterimageError:
        return _shown(request, found, form, status=409)
    request.session[_SESSION] = {
        name: request.POST.getlist(name) if name == "marks" else request.POST.get(name, "") for name in REMEMBERED
    }
    return HttpResponse(
        made.body,
        content_type=f"{made.mime}; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=made.name) or "attachment",
            "Cache-Control": "no-store",
        },
    )


def _page(request: HttpRequest, found: ToEdit, *, query: str) -> HttpResponse:
    first = first_values(request.session.get(_SESSION, {}))
    first |= {"name": found.name, "query": query, "here": first["here"] or _folder_of(found.pieces)}
    if first["name"] == "Selection" and query:
        first["name"] = query
    return _shown(request, found, TimelineForm(first))


def _shown(request: HttpRequest, found: ToEdit, form: TimelineForm, *, status: int = 200) -> HttpResponse:
    context = {"found": found, "form": form, "formats": FORMATS, **_planned(found, form)}
    return render(request, "timeline/timeline.html", context, status=status)


def _planned(found: ToEdit, form: TimelineForm) -> dict[str, Any]:
    """Return the timeline as the preview shows it, or why there is none."""
    if not form.is_valid():
        return {"form": form, "error": " ".join(str(text) for texts in form.errors.values() for text in texts)}
    try:
        timeline = plan(found.pieces, form.wish(), form.format_chosen())
    except AfterimageError as error:
        return {"form": form, "error": str(error)}
    return {
        "form": form,
        "timeline": timeline,
        "rows": [_row(timeline, place) for place in range(min(_SHOWN, len(timeline.cuts)))],
        "more": max(0, len(timeline.cuts) - _SHOWN),
        "rate": f"{rate_name(timeline.rate)}{' drop-frame' if timeline.drop else ''}",
        "length": to_timecode(timeline.length, timeline.rate, drop=timeline.drop),
        "marks": sum(len(cut.markers) for cut in timeline.cuts),
    }


def _row(timeline: Timeline, place: int) -> CutRow:
    cut = timeline.cuts[place]
    return CutRow(
        number=cut.number,
        name=cut.name,
        source="–".join(source_codes(cut, timeline)),
        record=record_codes(cut, timeline)[0],
        sound_alone=not cut.has_video,
    )


def _folder_of(pieces: list[Piece]) -> str:
    """Return the folder that all files lie in, to be said of another machine; "" for one that is no text."""
    folders = [os.fspath(piece.path.parent) for piece in pieces if piece.kind != MediaKind.PHOTO]
    shared = os.path.commonpath(folders) if folders else ""
    return shared if shared.isprintable() and shared != "/" else ""


def _refused(request: HttpRequest, error: AfterimageError) -> HttpResponse:
    status = 503 if isinstance(error, EngineError) else 409
    return render(request, "timeline/timeline.html", {"error": str(error)}, status=status)
