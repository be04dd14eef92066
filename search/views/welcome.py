"""The first visit, and every folder added later."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from dam.catalog.writers.libraries import add_library
from dam.errors import ConfigError
from search.pages.forms import AddLibraryForm


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a folder as a library, or say why it can't be one."""
    form = AddLibraryForm(request.POST)
    if form.is_valid():
        try:
            library = add_library(form.cleaned_data["path"])
        except ConfigError as error:
            form.add_error("path", str(error))
        else:
            messages.success(request, f"{library.name} is added. Its files appear here as they are read.")
            return HttpResponseRedirect(reverse("search:activity"))
    return render(request, "welcome.html", {"form": form}, status=400)
