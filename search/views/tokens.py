"""The tokens of the API: made, seen and revoked by whoever may use the pages, and by no token."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dam.catalog.readers.tokens import list_tokens
from dam.catalog.writers.tokens import create_token, revoke_token
from dam.errors import TokenError
from dam.types import Scope
from search.pages.forms import TokenForm
from search.templatetags.notices import say_done
from search.views.ways import number


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the tokens; a POST makes one, and its answer shows the secret, which is kept nowhere."""
    if request.method != "POST":
        return _page(request, TokenForm(initial={"scopes": [Scope.READ], "days": "90"}))
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    days = form.cleaned_data["days"]
    try:
        made, secret = create_token(
            form.cleaned_data["name"],
            [Scope(scope) for scope in form.cleaned_data["scopes"]],
            expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
        )
    except TokenError as error:
        form.add_error(None, str(error))
        return _page(request, form, status=400)
    fresh = TokenForm(initial={"scopes": [Scope.READ], "days": "90"})
    return _page(request, fresh, made=made, secret=secret)


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Let a token work no more."""
    try:
        say_done(request, f"“{revoke_token(number(request.POST.get('token', '')) or 0)}” is revoked.")
    except TokenError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:tokens"))


def _page(request: HttpRequest, form: TokenForm, *, status: int = 200, **made: object) -> HttpResponse:
    context = {"form": form, "tokens": list_tokens(), "scopes": list(Scope), **made}
    return render(request, "tokens.html", context, status=status)
