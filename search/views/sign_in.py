"""Signing in and out, where a password is set."""

import math

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from search import access
from search.pages.forms import SignInForm
from search.throttle import THROTTLE


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the password, and go where the person wanted to."""
    target = _target(request)
    if not access.password_needed() or access.is_signed_in(request):
        return HttpResponseRedirect(target)
    if request.method != "POST":
        return render(request, "sign_in.html", {"form": SignInForm(), "next": target})
    peer = access.peer_address(request)
    form, wait_s = SignInForm(request.POST), THROTTLE.wait_s(peer)
    if wait_s:
        form.add_error(None, f"Too many wrong passwords. Try again in {math.ceil(wait_s / 60)} min.")
        return render(request, "sign_in.html", {"form": form, "next": target}, status=429)
    if form.is_valid() and access.password_matches(form.cleaned_data["password"]):
        THROTTLE.forgive(peer)
        access.sign_in(request)
        return HttpResponseRedirect(target)
    THROTTLE.note_failure(peer)
    if form.is_valid():
        form.add_error("password", "That is not the password.")
    return render(request, "sign_in.html", {"form": form, "next": target}, status=403)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the session."""
    access.sign_out(request)
    return HttpResponseRedirect(reverse("search:sign-in"))


def _target(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and not wanted.startswith("/sign-"):
        return wanted
    return reverse("search:home")
