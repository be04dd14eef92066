"""What is said of a selection before anything is done with it: how much "all of these" is."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dam.errors import AfterimageError
from search.selection import everything


@require_safe
def count(request: HttpRequest) -> JsonResponse:
    """Answer with how many things are on all pages of a list; an error says why they can't be selected as one."""
    try:
        found = everything(request.GET.get("everything", ""), scope=request.GET.get("scope", ""))
    except AfterimageError as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"count": len(found)})
