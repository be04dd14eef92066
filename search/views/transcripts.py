"""Transcripts on the pages: lines corrected where they stand, speakers named, files taken and given."""

import re
from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dam.catalog.readers import speakers as speaking
from dam.catalog.readers import transcripts as reader
from dam.errors import TranscriptError
from dam.transcripts import edit, formats, misheard, speakers, versions
from dam.transcripts.edit import Done
from dam.transcripts.formats import TranscriptFormat
from dam.transcripts.reading import MOST_BYTES
from dam.transcripts.speakers import SpeakerScope
from search.pages.spoken import sheet_of, spoken_lines, transcript_context
from search.templatetags.notices import say_done
from search.templatetags.pages import long_timecode

_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?|(\d{1,6})(?:[.,](\d{1,3}))?")
_SHOWN = 200  # lines of a preview


@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, asset_id: int, unit_id: int) -> HttpResponse:
    """Show the form of a line, as a page or in its place; or change the line as its buttons say."""
    lines = reader.lines_of(asset_id)
    at = next((number for number, each in enumerate(lines) if each.unit_id == unit_id), None)
    if request.method == "POST":
        return _change(request, asset_id, unit_id)
    if at is None:
        raise Http404
    here = lines[at]
    context = {
        "asset_id": asset_id,
        "line": here,
        "start": written_time(here.start_ms),
        "end": written_time(here.end_ms),
        "following": at + 1 < len(lines),
        "names": speaking.names(),
        "name": getattr(reader.head_of(asset_id), "name", ""),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "transcript/_line_form.html" if part else "transcript/line.html", context)


@require_POST
def add(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Write a line that no engine heard."""
    start, end = read_time(request.POST.get("start", "")), read_time(request.POST.get("end", ""))
    if start is None or end is None:
        messages.error(request, "Write times as 1:23 or 1:23.4.")
        return _back(request, asset_id)
    text, speaker = request.POST.get("text", ""), request.POST.get("speaker", "")
    return _do(
        request, asset_id, lambda: edit.add(asset_id, text, start_ms=start, end_ms=end, speaker=speaker), at_ms=start
    )


@require_POST
def heard(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Take what an engine heard anew, whole or beside what people corrected; or leave it."""
    act = request.POST.get("act", "")
    if act == "refuse":
        return _do(request, asset_id, lambda: versions.refuse_heard(asset_id))
    return _do(request, asset_id, lambda: versions.take_heard(asset_id, keep=act != "whole"))


@require_POST
def give(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Take a file as the transcript."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "Choose an SRT, WebVTT or JSON file first.")
        return _back(request, asset_id)
    data = file.read(MOST_BYTES + 1)
    return _do(request, asset_id, lambda: versions.give(asset_id, data))


@require_POST
def rename_speaker(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Give a speaker another name, here or everywhere."""
    before, wanted = request.POST.get("speaker", ""), request.POST.get("name", "")
    if request.POST.get("where") == "everywhere":
        return _do(request, asset_id, lambda: speakers.rename_everywhere(before, wanted))
    first = next((each for each in reader.lines_of(asset_id) if each.speaker == before), None)
    if first is None:
        messages.error(request, f"{before} speaks here no more.")
        return _back(request, asset_id)
    return _do(request, asset_id, lambda: speakers.say_speaker(first.unit_id, wanted, scope=SpeakerScope.ALL))


@require_safe
def download(request: HttpRequest, asset_id: int, form: str) -> HttpResponse:
    """Answer with the transcript as a file; `start` is a timecode to count from instead of the file's own."""
    head = reader.head_of(asset_id)
    if head is None or form not in set(TranscriptFormat):
        raise Http404
    wanted = TranscriptFormat(form)
    text = formats.write(sheet_of(head, start=request.GET.get("start", "")[:20]), wanted)
    response = HttpResponse(text, content_type=formats.MIMES[wanted])
    name = quote(f"{PurePath(head.name).stem}.{wanted.value}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest) -> HttpResponse:
    """Show where a misheard word stands, in one transcript or in all, and put it right there."""
    given = request.POST if request.method == "POST" else request.GET
    words, instead = given.get("words", ""), given.get("instead", "")
    text = given.get("asset", "")
    asset_id = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    everywhere = given.get("where") == "everywhere" or asset_id is None
    scope = None if everywhere else asset_id
    problem, found = "", []
    try:
        if request.method == "POST":
            done = misheard.replace_all(words, instead, asset_id=scope)
            if done is None:
                messages.error(request, f"“{words}” stands nowhere.")
            else:
                say_done(request, f"{done.summary}.", corrections=[done.correction])
            where = {"words": words, "instead": instead, "asset": text, "where": "everywhere" if everywhere else ""}
            address = reverse("search:transcript-replace")
            return HttpResponseRedirect(
                reverse("search:asset", args=[asset_id]) if asset_id else f"{address}?{urlencode(where)}"
            )
        if words.strip():
            found = misheard.find(words, instead, asset_id=scope)
    except TranscriptError as error:
        problem = str(error)
    files = reader.names_of_assets({one.asset_id for one in found})
    return render(
        request,
        "transcript/replace.html",
        {
            "words": words,
            "instead": instead,
            "asset": asset_id or "",
            "asset_name": getattr(reader.head_of(asset_id), "name", "") if asset_id else "",
            "everywhere": everywhere,
            "found": [(one, files.get(one.asset_id, "")) for one in found[:_SHOWN]],
            "more": max(0, len(found) - _SHOWN),
            "lines": len(found),
            "times": sum(one.count for one in found),
            "files": len(files),
            "problem": problem,
        },
        status=400 if problem else 200,
    )


def read_time(text: str) -> int | None:
    """Return the milliseconds of 1:02:03.4, 2:03 or 12.5; None for anything else."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, part, bare, bare_part = found.groups()
    whole = int(bare) if bare else (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((part or bare_part or "0").ljust(3, "0"))


def written_time(ms: int) -> str:
    """Return a time as `read_time` takes it, to the millisecond."""
    return f"{long_timecode(ms)}.{ms % 1000:03}"


def _change(request: HttpRequest, asset_id: int, unit_id: int) -> HttpResponse:
    """Do what the form of a line asks for; several things at once are undone together."""
    act = request.POST.get("act", "save")
    done: list[Done] = []
    try:
        if act == "delete":
            done.append(edit.delete(unit_id))
        else:
            done += _saved(request, unit_id)
            if act == "split":
                at = request.POST.get("at", "")
                done.append(edit.split(unit_id, int(at) if at.isascii() and at.isdigit() and len(at) < 6 else 0))
            elif act == "merge":
                done.append(edit.merge(unit_id))
    except TranscriptError as error:
        messages.error(request, str(error))
    if done:
        say_done(request, f"{done[-1].summary}.", corrections=[each.correction for each in done])
    after = next((each.unit_id for each in reversed(done) if each.unit_id), unit_id)
    spoke = "speaker" in request.POST and request.POST["speaker"].strip() != request.POST.get("spoke", "")
    if act == "save" and not spoke and request.headers.get("HX-Target") == f"line-{unit_id}":
        found = next((one for one in spoken_lines(reader.lines_of(asset_id)) if one.line.unit_id == unit_id), None)
        if found is not None:
            return render(request, "transcript/_line_part.html", {"one": found, "asset_id": asset_id})
    return _back(request, asset_id, unit_id=after)


def _saved(request: HttpRequest, unit_id: int) -> list[Done]:
    """Write what the form of a line holds: words, times, and who speaks."""
    done: list[Done | None] = []
    sent = request.POST
    if "text" in sent:
        done.append(edit.set_text(unit_id, sent["text"]))
        if not edit.tidy_text(sent["text"]):
            return [each for each in done if each]
    if "start" in sent and "end" in sent:
        start, end = read_time(sent["start"]), read_time(sent["end"])
        if start is None or end is None:
            raise TranscriptError("Write times as 1:23 or 1:23.4.")
        done.append(edit.set_times(unit_id, start_ms=start, end_ms=end))
    if "speaker" in sent and (sent["speaker"].strip() != sent.get("spoke", "") or sent.get("until", "").strip()):
        until = read_time(sent.get("until", ""))
        scope = sent.get("scope", "")
        done.append(
            speakers.say_speaker(
                unit_id,
                sent["speaker"],
                scope=SpeakerScope(scope) if scope in set(SpeakerScope) else SpeakerScope.LINE,
                until_ms=until,
            )
        )
    return [each for each in done if each]


def _do(
    request: HttpRequest, asset_id: int, change: Callable[[], Done | None], *, at_ms: int | None = None
) -> HttpResponse:
    try:
        done = change()
    except TranscriptError as error:
        messages.error(request, str(error))
    else:
        if done is None:
            messages.info(request, "Nothing has changed.")
        else:
            say_done(request, f"{done.summary}.", corrections=[done.correction])
    return _back(request, asset_id, at_ms=at_ms)


def _back(
    request: HttpRequest, asset_id: int, *, unit_id: int | None = None, at_ms: int | None = None
) -> HttpResponse:
    """Answer a script with the transcript as it is now; send others back to the page of the asset, to that line."""
    if request.headers.get("HX-Request") == "true":
        response = render(request, "transcript/_part.html", transcript_context(asset_id))
        # The form of one line asks for that line alone; what it did has changed others, too.
        response["HX-Retarget"] = response["HX-Reselect"] = "#transcript"
        return response
    address = reverse("search:asset", args=[asset_id])
    here = f"#line-{unit_id}" if unit_id else "#transcript"
    return HttpResponseRedirect(f"{address}?t={at_ms}{here}" if at_ms else f"{address}{here}")
