"""The links to a collection: made, copied, and taken back by its owner."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dam.catalog.models import Collection
from dam.catalog.readers.shares import ShareView, shares_of
from dam.catalog.writers.shares import revoke_share
from dam.errors import AfterimageError, ShareError
from dam.types import CollectionKind
from search import access, sharing
from search.pages.share_form import FIRST, ShareForm
from search.templatetags.notices import say_done
from search.views.ways import number


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shares(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Show a collection's links; a POST makes one."""
    if request.method != "POST":
        return _page(request, collection_id, ShareForm(initial=FIRST))
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _page(request, collection_id, form, status=400)
    try:
        made = sharing.share(collection_id, form.terms(), living=form.cleaned_data["living"])
    except AfterimageError as error:
        form.add_error(None, str(error))
        return _page(request, collection_id, form, status=400)
    say_done(request, "The link is made. Copy it, and send it to whom it is for.")
    return HttpResponseRedirect(f"{reverse('search:shares', args=[collection_id])}#share-{made.id}")


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Let a link work no more."""
    try:
        gone = revoke_share(number(request.POST.get("share", "")) or 0)
    except ShareError as error:
        say_done(request, str(error))
        return HttpResponseRedirect(reverse("search:collections"))
    say_done(request, "The link is taken back: whoever has it sees nothing any more.")
    return HttpResponseRedirect(reverse("search:shares", args=[gone.collection_id]))


def _page(request: HttpRequest, collection_id: int, form: ShareForm, *, status: int = 200) -> HttpResponse:
    row = Collection.objects.filter(pk=collection_id).only("name", "kind").first()
    if row is None:
        raise Http404
    made = shares_of(collection_id)
    context = {
        "collection": row,
        "searches": row.kind == CollectionKind.SEARCH,
        "form": form,
        "shares": [(each, _address(request, each)) for each in made if each.works],
        "over": [each for each in made if not each.works],
        "only_here": not access.password_needed(),
    }
    return render(request, "handoff/shares.html", context, status=status)


def _address(request: HttpRequest, made: ShareView) -> str:
    """Return the whole address of a link; "" where it can't be told any more."""
    return request.build_absolute_uri(reverse("search:guest", args=[made.token])) if made.token else ""
