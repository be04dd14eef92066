"""Links to collections: one by its token, and all of them for whoever gave them out."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from dam.catalog.models import ShareLink
from dam.types import CollectionKind, DownloadForm, Piece, ShareRight


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """A link as its owner sees it.

    `token` is "" where the secret key was changed since: the link works, but can't be shown.
    `frozen` None: it shows what is in the collection now. `longest_side` 0: renditions of any size.
    """

    id: int
    collection_id: int
    collection: str
    searches: bool  # the collection is a search: what is in it is what that finds
    note: str
    label: str
    token: str
    right: ShareRight
    forms: frozenset[DownloadForm]
    longest_side: int
    keep_location: bool
    frozen: tuple[Piece, ...] | None
    password: str  # its hash
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    uses: int

    @property
    def expired(self) -> bool:
        """Tell whether it has run out."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def works(self) -> bool:
        """Tell whether a guest may still use it."""
        return self.revoked_at is None and not self.expired

    @property
    def may_download(self) -> bool:
        """Tell whether a guest may download anything."""
        return self.right is ShareRight.DOWNLOAD and bool(self.forms)

    @property
    def ordered(self) -> list[DownloadForm]:
        """Return what may be downloaded, in the order in which it is always named."""
        return [form for form in DownloadForm if form in self.forms]


def hashed(token: str) -> str:
    """Return what is stored of a token. It has 256 bits nobody can guess, so a plain, quick hash is enough."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def token_from(nonce: str) -> str:
    """Return the token of a link: HMAC-SHA256 of its nonce under the secret key, 43 letters that fit an address."""
    key = hashlib.sha256(f"afterimage.share\0{settings.SECRET_KEY}".encode()).digest()
    return urlsafe_b64encode(hmac.digest(key, nonce.encode(), "sha256")).decode().rstrip("=")


def share_of_token(token: str) -> ShareView | None:
    """Return the link with that token, working or not; None where there is none.

    It is looked up by the hash: how long that takes tells nothing of the token.
    """
    row = ShareLink.objects.select_related("collection").filter(sha256=hashed(token)).first()
    return as_view(row) if row else None


def share(share_id: int) -> ShareView | None:
    """Return one link, or None."""
    row = ShareLink.objects.select_related("collection").filter(pk=share_id).first()
    return as_view(row) if row else None


def shares_of(collection_id: int) -> list[ShareView]:
    """Return the links of a collection, the newest first."""
    rows = ShareLink.objects.select_related("collection").filter(collection_id=collection_id)
    return [as_view(row) for row in rows.order_by("-created_at", "-pk")]


def all_shares() -> list[ShareView]:
    """Return every link, the newest first."""
    return [as_view(row) for row in ShareLink.objects.select_related("collection").order_by("-created_at", "-pk")]


def as_view(row: ShareLink) -> ShareView:
    """Return what is shown of a link's row."""
    token = token_from(row.nonce)
    known = set(DownloadForm)
    return ShareView(
        id=row.pk,
        collection_id=row.collection_id,
        collection=row.collection.name,
        searches=row.collection.kind == CollectionKind.SEARCH,
        note=row.collection.note,
        label=row.label,
        token=token if hmac.compare_digest(hashed(token), row.sha256) else "",
        right=ShareRight(row.right),
        forms=frozenset(DownloadForm(form) for form in row.forms if form in known),
        longest_side=row.longest_side,
        keep_location=row.keep_location,
        frozen=None if row.frozen is None else tuple(_frozen(entry) for entry in row.frozen),
        password=row.password,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        uses=row.uses,
    )


def _frozen(entry: list[int]) -> Piece:
    asset_id, start_ms, end_ms = entry
    return Piece(asset_id=asset_id, start_ms=start_ms, end_ms=end_ms)
