"""docs/api.md: its tables say what the API is, and its commands work."""

import json
import re
import shlex
from argparse import ArgumentParser
from pathlib import Path
from string import Template
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client

from dam.catalog.models import Asset, Correction, Library, MediaFile, Rendition
from dam.catalog.writers.tags import ensure_tag
from dam.catalog.writers.tokens import create_token
from dam.config import config
from dam.types import RenditionRole, Scope, ShareTerms
from search import sharing
from search.api import api
from search.api.search_schemas import HitOut
from search.saved import collections, made
from search.selection import Picked
from tests.api_desk import appears, call, small_search

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if line.startswith("curl")]


def curl() -> ArgumentParser:
    """What the page uses of curl's options."""
    parser = ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-X", default="")
    parser.add_argument("-G", action="store_true")
    parser.add_argument("-o")
    parser.add_argument("-d", "--data-urlencode", action="append", default=[])
    parser.add_argument("--json")
    return parser


@pytest.fixture
def values(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """What stands for the shell's variables: something of everything that the commands name."""
    rows = small_search(monkeypatch)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "a.jpg").write_bytes(b"0123456789")
    unit = rows.photo("red car at sunset", described="harbour")
    Asset.objects.filter(pk=unit.asset_id).update(state="ready", mime="image/jpeg")
    for _ in range(120):
        Asset.objects.filter(pk=rows.photo("x").asset_id).update(state="ready")
    library = Library.objects.create(name="pictures", root=str(pictures))
    MediaFile.objects.create(library=library, asset=unit.asset, raw_path=b"a.jpg", path="a.jpg")
    key = "api-document/thumb.jpg"
    thumb = config().places.renditions / key
    thumb.parent.mkdir(parents=True, exist_ok=True)
    thumb.write_bytes(b"abcdef")
    rendition = Rendition.objects.create(
        asset=unit.asset, unit=unit, role=RenditionRole.THUMB, key=key, mime="image/jpeg"
    )
    person, tag = appears("", unit), ensure_tag("sunset")
    call(Client(), "PUT", f"units/{unit.pk}/tags/{tag.pk}", {"accepted": True})
    (line,) = rows.speech(["ask knot"])
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    correction = Correction.objects.get()
    deck = made.create("Deck", [Picked(asset_id=unit.asset_id, unit_id=unit.pk)]).collection_id
    return {
        "A": "http://127.0.0.1:8008/api",
        "TOKEN": create_token("documentation", list(Scope))[1],
        "NEXT": call(Client(), "GET", "assets?kind=photo&state=ready&limit=100")["next"],
        "ASSET": str(unit.asset_id),
        "UNIT": str(unit.pk),
        "RENDITION": str(rendition.pk),
        "PERSON": str(person.pk),
        "TAG": str(tag.pk),
        "CORRECTION": str(correction.pk),
        "COLLECTION": str(collections.create("Cars", {"q": "car"}).id),
        "MADE": str(deck),
        "SHARE": str(sharing.share(deck, ShareTerms(), living=True).id),
        "ITEM": str(made.items(deck)[0].id),
        "FOLDER": str(fresh),
        "TALK": str(line.asset_id),
        "LINE": str(line.pk),
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_works(command: str, values: dict[str, str]) -> None:
    asked = curl().parse_args(shlex.split(Template(command).substitute(values))[1:])
    headers = dict(line.split(": ", 1) for line in asked.H)
    sent = [f"{name}={quote(value)}" for name, _, value in (pair.partition("=") for pair in asked.data_urlencode)]
    address = urlsplit(asked.address)
    method = asked.X or ("POST" if asked.json else "GET")
    answer = Client(enforce_csrf_checks=True).generic(
        method,
        f"{address.path}?{'&'.join([*filter(None, [address.query]), *sent])}",
        data=asked.json or "",
        content_type="application/json",
        headers=headers,
    )
    body = answer.getvalue()
    assert 200 <= answer.status_code < 300, body
    assert "Range" not in headers or (answer.status_code, body) == (206, b"0123")
    answer.close()


def test_the_commands_are_those_that_are_shown() -> None:
    assert len(COMMANDS) > 20
    assert len(COMMANDS) == PAGE.count("\ncurl ")


def test_the_hit_that_is_shown_has_the_fields_of_hits() -> None:
    shown = json.loads(next(block for kind, block in BLOCKS if kind == "json"))
    assert list(shown) == list(HitOut.model_fields)
    assert HitOut.model_validate(shown).evidence


def test_every_operation_stands_in_the_table_with_its_scope() -> None:
    document = api.get_openapi_schema(path_prefix="/api/")
    operations = {
        (method.upper(), path, operation["security"][0]["token"][0], operation["summary"])
        for path, of_path in document["paths"].items()
        for method, operation in of_path.items()
    }
    assert set(re.findall(r"^\| ([A-Z]+) \| `(\S+)` \| (\w+) \| (.*?) \|$", PAGE, flags=re.MULTILINE)) == operations


@pytest.mark.parametrize("scope", list(Scope))
def test_every_scope_is_explained_as_on_the_page_of_tokens(scope: Scope) -> None:
    assert f"| `{scope.value}` | {scope.in_words} |" in PAGE


def test_every_code_of_an_error_is_named() -> None:
    folder = Path(api.get_openapi_operation_id.__code__.co_filename).parent
    source = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    codes = {
        *re.findall(r'(?:Refused|problem)\(\s*\d+, "(\w+)"', source),
        *re.findall(r'^    \d{3}: "(\w+)",$', source, flags=re.MULTILINE),
    }
    assert len(codes) > 15
    assert codes - {"unauthorized", "forbidden"} <= set(re.findall(r"`(\w+)`", PAGE.partition("## Errors")[2]))
