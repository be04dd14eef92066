"""Cursors: where a page ended, as a signed text that only the same listing takes back."""

import hashlib
import json
from collections.abc import Mapping

from django.core import signing

from search.api.errors import Refused

Place = list[int | str | None]  # of a page's last row: whatever its listing goes on from

_signer = signing.Signer(salt="afterimage.api.cursor")


def write_cursor(listing: str, asked: Mapping[str, object], place: Place) -> str:
    """Return the cursor of a place in a listing; `asked` are the parameters that chose what is listed."""
    return _signer.sign_object([_fingerprint(listing, asked), place])


def read_cursor(text: str | None, listing: str, asked: Mapping[str, object]) -> Place | None:
    """Return the place of a cursor, None where there is none. Raises Refused for one of another listing."""
    if not text:
        return None
    try:
        fingerprint, place = _signer.unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise Refused(400, "bad_cursor", "This is no cursor; begin without one.") from error
    if fingerprint != _fingerprint(listing, asked):
        raise Refused(400, "bad_cursor", "This cursor belongs to other parameters; begin without one.")
    return list(place)


def _fingerprint(listing: str, asked: Mapping[str, object]) -> str:
    """Return what tells one listing from another; `limit` may change from page to page."""
    kept = {name: str(value) for name, value in asked.items() if value not in {None, ""} and name != "limit"}
    text = json.dumps([listing, sorted(kept.items())])
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
