"""The tokens of the API: one by its secret, and all of them for whoever gave them out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from dam.catalog.models import ApiToken
from dam.types import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token without its secret; `expires_at` None: it does not run out."""

    id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None

    @property
    def expired(self) -> bool:
        """Tell whether it has run out."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def ordered(self) -> list[Scope]:
        """Return its scopes, in the order in which they are always named."""
        return [scope for scope in Scope if scope in self.scopes]


def hashed(secret: str) -> str:
    """Return what is stored of a secret. It has 256 random bits, so that a plain, quick hash can't be turned back."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def token_of_secret(secret: str) -> TokenView | None:
    """Return the token with that secret, run out or not; None where there is none.

    It is looked up by the hash: how long that takes tells nothing of the secret.
    """
    row = ApiToken.objects.filter(sha256=hashed(secret)).first()
    return as_view(row) if row else None


def list_tokens() -> list[TokenView]:
    """Return every token, the newest first."""
    return [as_view(row) for row in ApiToken.objects.order_by("-pk")]


def as_view(row: ApiToken) -> TokenView:
    """Return what is shown of a token's row."""
    return TokenView(
        id=row.pk,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes if scope in set(Scope)),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
    )
