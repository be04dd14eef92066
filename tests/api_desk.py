"""A small library behind the API, with a client that speaks JSON: for the tests of the API."""

import functools
import json
from typing import Any

import pytest
from django.test import Client

from dam.catalog.models import Face, Person, StageModel, Unit
from dam.types import Stage
from search import service
from search.answer import answers
from search.api import units as units_api
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder

MODEL = "a model"


def small_search(monkeypatch: pytest.MonkeyPatch) -> SmallLibrary:
    """Return a small library, searched by the small model wherever the API searches."""
    options: dict[str, Any] = {"embedder": WordsEmbedder(), "source": Follower(snapshots=None)}
    monkeypatch.setattr(answers, "find", functools.partial(service.find, **options))
    monkeypatch.setattr(units_api, "more_like", functools.partial(service.more_like, **options))
    return SmallLibrary()


def appears(name: str, unit: Unit) -> Person:
    """Let somebody be seen in a unit; returns who."""
    StageModel.objects.get_or_create(stage=Stage.FACES, defaults={"model": MODEL})
    person, _ = Person.objects.get_or_create(name=name) if name else (Person.objects.create(), True)
    Face.objects.create(
        unit=unit, model=MODEL, person=person, likeness=0.9, certainty=0.9, x=0.1, y=0.1, width=0.2, height=0.2
    )
    return person


def call(client: Client, method: str, address: str, body: object = None, *, status: int = 200) -> Any:
    """Call the API and return its JSON, None for an empty answer."""
    answer = client.generic(
        method, f"/api/{address}", data=json.dumps(body) if body is not None else "", content_type="application/json"
    )
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None
