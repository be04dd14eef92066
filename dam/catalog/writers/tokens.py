"""Tokens of the API given out and taken back: by a command or the pages, never by a token."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from dam.catalog.models import ApiToken
from dam.catalog.readers.tokens import TokenView, as_view, hashed
from dam.errors import TokenError
from dam.types import Scope

PREFIX = "aft_"  # so that a leaked one is recognised, by people and by scanners
_SECRET_BYTES = 32
_LONGEST_NAME = 100  # the column's
_USED_EVERY = timedelta(minutes=1)  # reading must not cost a write each time


def create_token(
    name: str, scopes: Collection[Scope], *, expires_at: datetime | None = None
) -> tuple[TokenView, str]:
    """Make a token; returns it with its secret, which can't be seen again. Raises TokenError."""
    wanted = " ".join(name.split())
    if not wanted.isprintable() or not wanted:
        raise TokenError("Give the token a name, so that you know later what it is for.")
    if len(wanted) > _LONGEST_NAME:
        raise TokenError(f"A name can have {_LONGEST_NAME} characters at most.")
    if not scopes:
        raise TokenError(f"Choose at least one scope: {', '.join(Scope)}.")
    if expires_at is not None and expires_at <= timezone.now():
        raise TokenError("The token would have run out already: choose a later day.")
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    kept = [scope.value for scope in Scope if scope in scopes]
    row = ApiToken.objects.create(name=wanted, sha256=hashed(secret), scopes=kept, expires_at=expires_at)
    return as_view(row), secret


def revoke_token(token_id: int) -> str:
    """Delete a token, so that it works no more; returns its name. Raises TokenError where there is none."""
    row = ApiToken.objects.filter(pk=token_id).first()
    if row is None:
        raise TokenError(f"There is no token {token_id}.")
    row.delete()
    return row.name


def note_used(token: TokenView) -> None:
    """Note that a token was used just now; at most once a minute, so that a busy one writes little."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at < _USED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _USED_EVERY)
    ApiToken.objects.filter(stale, pk=token.id).update(last_used_at=now)
