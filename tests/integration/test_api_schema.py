"""The API against its own document: made-up requests, good and bad, to every operation; the same ones in each run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from dam.catalog.models import AssetMetadata, Rendition
from dam.catalog.writers.tags import ensure_tag
from dam.catalog.writers.tokens import create_token
from dam.config import Config, config
from dam.env import Environment
from dam.types import RenditionRole, Scope, ShareTerms
from search import access, sharing
from search.api import api, guard
from search.saved import collections, made
from search.selection import Picked
from search.throttle import Throttle
from tests.api_desk import appears, small_search

_REQUESTS = 12  # made up for each operation, beside those that go through the limits of its parameters
# A search, a folder or a name can be well formed and still not possible; 422 is for what is not even well formed.
_WELL_FORMED = ["2xx", "3xx", "400", "401", "403", "404", "409", "503"]

CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "generation": {"deterministic": True, "max-examples": _REQUESTS, "database": "none"},
        "phases": {"stateful": {"enabled": False}},
        "checks": {"positive_data_acceptance": {"expected-statuses": _WELL_FORMED}},
    }
)
schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/"), config=CONFIG)
_pages = get_wsgi_application()


def from_elsewhere(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer as to another machine, which needs the password or a token."""
    return _pages({**environ, "REMOTE_ADDR": "10.1.2.3"}, start_response)


schema.app = from_elsewhere


@dataclass
class Desk:
    """A library with one of everything, and who may do anything with it."""

    headers: dict[str, str]
    ids: dict[str, int]


_desk: Desk | None = None


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Let requests leave the test's connection open, as Django's own client does: all of it is one transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def desk(db: None, _one_connection: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    changed = Config(env=Environment(password="a password"), places=config().places, limits=config().limits)
    monkeypatch.setattr(access, "config", lambda: changed)
    # Wrong tokens are made up too; each is forgiven at once.
    monkeypatch.setattr(guard, "TOKEN_THROTTLE", Throttle(clock=count(0, 1000).__next__))
    monkeypatch.setattr(django_settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])
    rows = small_search(monkeypatch)
    unit = rows.photo("red car", described="A red car by the sea")
    rows.video(["harbour", "sunset"])
    rows.speech(["the red car came home"])
    AssetMetadata.objects.create(asset=unit.asset, title="Red car", keywords=["car"], iso=400)
    rendition = Rendition.objects.create(
        asset=unit.asset, unit=unit, role=RenditionRole.THUMB, key="none.jpg", mime="image/jpeg"
    )
    deck = made.create("Deck", [Picked(asset_id=unit.asset_id, unit_id=unit.pk)]).collection_id
    ids = {
        "asset_id": unit.asset_id,
        "unit_id": unit.pk,
        "rendition_id": rendition.pk,
        "library_id": rows.library.pk,
        "person_id": appears("Ana", unit).pk,
        "tag_id": ensure_tag("golden gate").pk,
        "collection_id": collections.create("Cars", {"q": "car"}).id,
        "made_id": deck,
        "share_id": sharing.share(deck, ShareTerms(), living=True).id,
        "item_id": made.items(deck)[0].id,
        "correction_id": 1,
    }
    _, secret = create_token("made-up requests", list(Scope))
    made_up = Desk(headers={"Authorization": f"Bearer {secret}"}, ids=ids)
    monkeypatch.setitem(globals(), "_desk", made_up)
    return made_up


@schema.hooks.hook("map_path_parameters")  # type: ignore[untyped-decorator]  # the library's own
def point_at_what_is_there(_context: object, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Let every other good id be that of something that is there."""
    if parameters is not None and _desk is not None:
        for name, value in parameters.items():
            if isinstance(value, int) and value > 0 and value % 2:
                parameters[name] = _desk.ids.get(name, value)
    return parameters


@schema.parametrize()
@settings(
    derandomize=True, database=None, deadline=None, max_examples=_REQUESTS, suppress_health_check=list(HealthCheck)
)
def test_the_api_keeps_to_its_document(case: "schemathesis.Case[Any]", desk: Desk) -> None:
    response = case.call_and_validate(headers=desk.headers)
    assert response.status_code not in {401, 403, 429}
