"""Links with which guests see a collection: made, listed and taken back by whoever may administer."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema, Status
from pydantic import Field

from dam.catalog.models import Collection
from dam.catalog.readers.shares import ShareView, share, shares_of
from dam.catalog.writers.shares import LARGEST_SIDE, revoke_share
from dam.types import DownloadForm, ShareRight, ShareTerms
from search import sharing
from search.api.errors import answers, missing
from search.api.guard import MAY_ADMINISTER
from search.api.types import A_NUMBER, Body, BodyFlag, Id, Moment, Text

router = Router()


class ShareOut(Schema):
    """A link to a collection."""

    id: int
    collection_id: int
    label: str
    address: str = Field(
        description="The whole link; “” where the secret key was changed since: it works all the same."
    )
    right: ShareRight
    forms: list[DownloadForm] = Field(description="What guests may download.")
    longest_side: int = Field(description="Of smaller copies, in pixels; 0: any size.")
    keep_location: bool
    has_password: bool
    frozen: bool = Field(description="It shows what a search found when it was shared, for good.")
    works: bool = Field(description="Neither run out nor taken back.")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    uses: int


class ShareList(Schema):
    """The links of a collection, the newest first."""

    shares: list[ShareOut]


class NewShare(Body):
    """A link to be made."""

    label: Annotated[Text, Field(max_length=100)] = ""
    right: ShareRight = ShareRight.VIEW
    forms: Annotated[list[DownloadForm], Field(max_length=3)] = []
    longest_side: Annotated[int, Field(ge=0, le=LARGEST_SIDE), A_NUMBER] = 0
    keep_location: BodyFlag = False
    living: BodyFlag = Field(default=False, description="Follow a search; else the link shows what it finds now.")
    password: Annotated[Text, Field(max_length=1024)] = ""
    expires_at: Moment | None = None


@router.get(
    "/collections/{collection_id}/shares",
    response=answers(ShareList, 404),
    auth=MAY_ADMINISTER,
    summary="Links to a collection",
)
def list_shares(request: HttpRequest, collection_id: Id) -> Any:
    """Return the links to a collection, also those that work no more."""
    _known(collection_id)
    return ShareList(shares=[_out(request, each) for each in shares_of(collection_id)])


@router.post(
    "/collections/{collection_id}/shares",
    response=answers(ShareOut, 400, 404, 415, 503, success=201),
    auth=MAY_ADMINISTER,
    summary="Share a collection",
)
def share_collection(request: HttpRequest, collection_id: Id, body: NewShare) -> Any:
    """Make a link; whoever has it sees the collection, without an account."""
    _known(collection_id)
    terms = ShareTerms(
        label=body.label,
        right=body.right,
        forms=frozenset(body.forms),
        longest_side=body.longest_side,
        keep_location=body.keep_location,
        password=body.password,
        expires_at=body.expires_at,
    )
    return Status(201, _out(request, sharing.share(collection_id, terms, living=body.living)))


@router.delete(
    "/shares/{share_id}",
    response=answers(None, 404, 415, success=204),
    auth=MAY_ADMINISTER,
    summary="Take a link back",
)
def take_back_share(request: HttpRequest, share_id: Id) -> Any:
    """Let a link work no more, from this moment on."""
    if share(share_id) is None:
        raise missing("link", share_id)
    revoke_share(share_id)
    return Status(204, None)


def _known(collection_id: int) -> None:
    if not Collection.objects.filter(pk=collection_id).exists():
        raise missing("collection", collection_id)


def _out(request: HttpRequest, made: ShareView) -> ShareOut:
    address = request.build_absolute_uri(reverse("search:guest", args=[made.token])) if made.token else ""
    return ShareOut(
        id=made.id,
        collection_id=made.collection_id,
        label=made.label,
        address=address,
        right=made.right,
        forms=made.ordered,
        longest_side=made.longest_side,
        keep_location=made.keep_location,
        has_password=bool(made.password),
        frozen=made.frozen is not None,
        works=made.works,
        created_at=made.created_at,
        expires_at=made.expires_at,
        revoked_at=made.revoked_at,
        last_used_at=made.last_used_at,
        uses=made.uses,
    )
