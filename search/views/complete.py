"""Completion while typing: what may be taken where the cursor stands, as a part of the page or as JSON."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from search.parse import MAX_LENGTH
from search.query.operators import meant
from search.query.suggestions import Suggestions, suggestions, values_of


@require_safe
@vary_on_headers("Accept")
def complete(request: HttpRequest) -> HttpResponse:
    """Answer with the lines of the list for the text `q` and the cursor `at`; `of`: for the value of an operator."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return as_json(request)
    return render(request, "_completions.html", {"suggestions": _asked(request)})


@require_safe
def as_json(request: HttpRequest) -> JsonResponse:
    """Answer with the same as data: `completions`, each with its label, count, and the text when taken."""
    found = _asked(request)
    lines = [
        {name: value for name, value in asdict(each).items() if name not in {"picture", "operator", "exact"}}
        | {"kind": "operator" if each.operator else "value"}
        for each in found.found
    ]
    return JsonResponse({"completions": lines, "counts": "units of the whole library"})


def _asked(request: HttpRequest) -> Suggestions:
    text = request.GET.get("q", "")[:MAX_LENGTH]
    cursor = request.GET.get("at", "")
    at = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 5 else len(text)
    operator = meant(request.GET.get("of", ""))
    return values_of(operator.name, text[:at]) if operator else suggestions(text, at)
