"""Links to collections made, used and revoked."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from dam.catalog.models import Collection, ShareLink
from dam.catalog.readers.shares import ShareView, as_view, hashed, token_from
from dam.errors import ShareError
from dam.types import DownloadForm, Piece, ShareRight, ShareTerms

_NONCE_BYTES = 16
_LONGEST_LABEL = 100  # the column's
_SHORTEST_PASSWORD = 6  # guesses are counted and slowed down, see search.throttle
_USED_EVERY = timedelta(minutes=10)  # a visit, however many pictures it loads
LARGEST_SIDE = 20_000


def create_share(collection_id: int, terms: ShareTerms, *, frozen: Sequence[Piece] | None = None) -> ShareView:
    """Make a link to a collection; it shows `frozen` for good, or what is there then (None). Raises ShareError."""
    _check(terms)
    nonce = secrets.token_hex(_NONCE_BYTES)
    downloads = terms.right is ShareRight.DOWNLOAD
    try:
        row = ShareLink.objects.create(
            collection=_collection(collection_id),
            label=_tidy(terms.label),
            nonce=nonce,
            sha256=hashed(token_from(nonce)),
            right=terms.right,
            forms=[form.value for form in DownloadForm if form in terms.forms] if downloads else [],
            longest_side=terms.longest_side,
            keep_location=terms.keep_location,
            frozen=None if frozen is None else [[piece.asset_id, piece.start_ms, piece.end_ms] for piece in frozen],
            password=make_password(terms.password) if terms.password else "",
            expires_at=terms.expires_at,
        )
    except IntegrityError as error:  # the collection was deleted in this moment
        raise ShareError("This collection is not there any more.") from error
    return as_view(row)


def revoke_share(share_id: int) -> ShareView:
    """Let a link work no more, from this moment on; returns it. Raises ShareError where there is none."""
    row = ShareLink.objects.select_related("collection").filter(pk=share_id).first()
    if row is None:
        raise ShareError("This link is not there any more.")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
    return as_view(row)


def note_visit(share: ShareView) -> None:
    """Count that a guest opened a link; once in ten minutes, so that a busy page writes little."""
    now = timezone.now()
    if share.last_used_at is not None and now - share.last_used_at < _USED_EVERY:
        return
    ShareLink.objects.filter(pk=share.id, last_used_at=share.last_used_at).update(
        uses=F("uses") + 1, last_used_at=now
    )


def _check(terms: ShareTerms) -> None:
    if not 0 <= terms.longest_side <= LARGEST_SIDE:
        raise ShareError(f"The longest side lies between 1 and {LARGEST_SIDE:,} pixels, or is not bounded (0).")
    if terms.right is ShareRight.DOWNLOAD and not terms.forms:
        raise ShareError("Choose what may be downloaded, or let guests only look.")
    if terms.password and len(terms.password) < _SHORTEST_PASSWORD:
        raise ShareError(f"A password needs {_SHORTEST_PASSWORD} characters at least.")
    if terms.expires_at is not None and terms.expires_at <= timezone.now():
        raise ShareError("The link would have run out already: choose a later day.")


def _collection(collection_id: int) -> Collection:
    row = Collection.objects.filter(pk=collection_id).first()
    if row is None:
        raise ShareError("This collection is not there any more.")
    return row


def _tidy(label: str) -> str:
    tidy = " ".join(label.split())
    if len(tidy) > _LONGEST_LABEL or not tidy.isprintable():
        raise ShareError(f"Who it is for can have {_LONGEST_LABEL} characters at most.")
    return tidy
