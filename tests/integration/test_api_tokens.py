"""Who may use the API: tokens and their scopes on every operation, the pages' sessions, and nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from dam.catalog.models import ApiToken
from dam.catalog.readers.tokens import hashed
from dam.catalog.writers.tokens import PREFIX, create_token
from dam.config import Config, config
from dam.env import Environment
from dam.errors import TokenError
from dam.types import Scope
from search import access
from search.api import api, guard
from search.throttle import Throttle

pytestmark = pytest.mark.django_db

PASSWORD = "a password"
DOCUMENT = api.get_openapi_schema(path_prefix="/api/")
OPERATIONS = [
    pytest.param(method.upper(), path, Scope(operation["security"][0]["token"][0]), id=operation["operationId"])
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


@pytest.fixture(autouse=True)
def _fresh_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "TOKEN_THROTTLE", Throttle())


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    changed = Config(env=Environment(password=PASSWORD), places=config().places, limits=config().limits)
    monkeypatch.setattr(access, "config", lambda: changed)
    return iter([PASSWORD])


def token(*scopes: Scope) -> str:
    return create_token("test", scopes)[1]


def ask(secret: str, *, method: str = "GET", path: str = "/api/", peer: str = "10.1.2.3") -> tuple[int, str]:
    """Return the status and the code of the error, "" where there is none."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    answer = Client(enforce_csrf_checks=True).generic(
        method, path.replace("{", "").replace("}", ""), headers=headers, REMOTE_ADDR=peer
    )
    refused = answer.status_code >= 400
    return answer.status_code, answer.json()["error"]["code"] if refused else ""


@pytest.mark.usefixtures("password")
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_every_operation_refuses_whoever_may_not(method: str, path: str, scope: Scope) -> None:
    others = [other for other in Scope if other is not scope]
    expired, revoked = token(*Scope), token(*Scope)
    ApiToken.objects.filter(sha256=hashed(expired)).update(expires_at=timezone.now())
    ApiToken.objects.filter(sha256=hashed(revoked)).delete()
    asked = [ask(secret, method=method, path=path) for secret in ("", "rubbish", expired, revoked, token(*others))]
    assert asked == [
        (401, "no_token"), (401, "bad_token"), (401, "token_expired"), (401, "bad_token"), (403, "scope"),
    ]  # fmt: skip
    # With its scope it comes as far as the parameters: there is nothing called "asset_id".
    assert ask(token(scope), method=method, path=path)[0] not in {401, 403}


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_without_a_password_only_this_machine_is_answered(method: str, path: str, scope: Scope) -> None:
    assert ask(token(*Scope), method=method, path=path) == (403, "no_password")
    assert ask("", method=method, path=path) == (403, "no_password")


@pytest.mark.usefixtures("password")
def test_the_document_is_for_whoever_may_read() -> None:
    assert ask("", path="/api/openapi.json") == (401, "no_token")
    assert ask(token(Scope.WRITE), path="/api/openapi.json") == (403, "scope")
    assert ask(token(Scope.READ), path="/api/openapi.json") == (200, "")


@pytest.mark.usefixtures("password")
def test_what_no_operation_answers_needs_no_token_and_tells_nothing() -> None:
    assert ask("", path="/api/nothing") == (404, "not_found")


def test_scopes_are_those_that_operations_ask_for() -> None:
    reads = {path for method, path, scope in (param.values for param in OPERATIONS) if scope is Scope.READ}
    changes = {operation.id: operation.values[2] for operation in OPERATIONS if operation.values[0] != "GET"}
    assert "/api/search" in reads
    assert set(changes.values()) <= {Scope.WRITE, Scope.ADMIN}


def test_this_machine_reads_without_a_token_and_changes_nothing(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.get("/api/").status_code == 200
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = strict.post("/api/libraries", data='{"root": "/"}', content_type=kind)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    proxied = strict.get("/api/", headers={"X-Forwarded-For": "127.0.0.1"})
    assert proxied.json()["error"]["code"] == "no_password"


def test_another_host_name_is_refused_before_anything(client: Client) -> None:
    secret = token(*Scope)
    answer = client.get("/api/", headers={"Host": "evil.example", "Authorization": f"Bearer {secret}"})
    assert answer.status_code == 400


def test_a_token_on_this_machine_may_only_what_it_may() -> None:
    read = token(Scope.READ)
    assert ask(read, peer="127.0.0.1") == (200, "")
    assert ask(read, method="POST", path="/api/libraries", peer="127.0.0.1") == (403, "scope")
    assert ask("rubbish", peer="127.0.0.1") == (401, "bad_token")


@pytest.mark.usefixtures("password")
def test_a_signed_in_session_reads_and_changes_with_its_csrf_token() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in")
    sign_in = {"password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["afterimage_csrf"].value}
    assert browser.post("/sign-in", sign_in).status_code == 302
    assert browser.get("/api/").status_code == 200
    body, kind = '{"root": "/no/such/folder"}', "application/json"
    assert browser.post("/api/libraries", data=body, content_type=kind).status_code == 403
    sent = {"X-CSRFToken": browser.cookies["afterimage_csrf"].value}
    answer = browser.post("/api/libraries", data=body, content_type=kind, headers=sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_possible")


@pytest.mark.usefixtures("password")
def test_a_token_opens_no_page_and_makes_no_token() -> None:
    headers = {"Authorization": f"Bearer {token(*Scope)}"}
    client = Client()
    assert client.get("/tokens", headers=headers).status_code == 302
    client.post("/tokens", {"name": "more", "scopes": ["admin"]}, headers=headers)
    assert ApiToken.objects.count() == 1
    assert not [path for path in DOCUMENT["paths"] if "token" in path]


@pytest.mark.usefixtures("password")
def test_only_bearer_is_taken_and_only_whole() -> None:
    secret = token(Scope.READ)
    client = Client()
    for given in (f"Basic {secret}", secret, f"Bearer {secret}x", f"Bearer {secret[:-1]}", "Bearer", "Bearer  "):
        assert client.get("/api/", headers={"Authorization": given}, REMOTE_ADDR=given).status_code == 401
    assert client.get("/api/", headers={"Authorization": f"bearer {secret}"}).status_code == 200
    refused = client.get("/api/")
    assert refused["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.usefixtures("password")
def test_guessing_is_slowed_down_but_a_good_token_is_never_locked_out() -> None:
    secret = token(Scope.READ)
    asked = [ask(f"guess {number}")[0] for number in range(7)]
    assert asked == [401] * 5 + [429] * 2
    assert ask(secret) == (200, "")
    assert ask("guess", peer="10.9.9.9")[0] == 401


@pytest.mark.usefixtures("password")
def test_use_is_noted_at_most_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    made, secret = create_token("test", [Scope.READ])
    assert ask(secret)[0] == 200
    first = ApiToken.objects.get(pk=made.id).last_used_at
    assert ask(secret)[0] == 200
    assert ApiToken.objects.get(pk=made.id).last_used_at == first is not None
    earlier = timezone.now() - timedelta(minutes=2)
    ApiToken.objects.update(last_used_at=earlier)
    assert ask(secret)[0] == 200
    later = ApiToken.objects.get(pk=made.id).last_used_at
    assert later is not None
    assert later > earlier


def test_the_secret_is_kept_nowhere() -> None:
    made, secret = create_token("  my   backup ", [Scope.WRITE, Scope.READ])
    row = ApiToken.objects.get()
    assert secret.startswith(PREFIX)
    assert len(secret) > 40
    assert secret not in json.dumps({name: str(value) for name, value in vars(row).items()})
    assert (made.name, row.scopes) == ("my backup", ["read", "write"])


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [
        ("", [Scope.READ], 1),
        (" \t", [Scope.READ], 1),
        ("x" * 101, [Scope.READ], 1),
        ("x", [], 1),
        ("x", [Scope.READ], -1),
    ],
)
def test_what_is_no_token_is_refused(name: str, scopes: list[Scope], days: int) -> None:
    with pytest.raises(TokenError):
        create_token(name, scopes, expires_at=timezone.now() + timedelta(days=days))


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("tokens", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.usefixtures("password")
def test_the_command_makes_lists_and_revokes() -> None:
    secret = run("create", "--name", "backup", "--scope", "read", "--scope", "originals", "--days", "30").strip()
    assert ask(secret) == (200, "")
    listed = json.loads(run("list", "--json"))
    assert (listed[0]["name"], listed[0]["scopes"], listed[0]["expired"]) == ("backup", ["read", "originals"], False)
    assert secret not in run("list", "--json")
    assert "backup" in run("revoke", str(listed[0]["id"]))
    assert ask(secret) == (401, "bad_token")
    with pytest.raises(CommandError, match="There is no token"):
        run("revoke", str(listed[0]["id"]))


def test_the_page_shows_the_secret_once_and_revokes(client: Client) -> None:
    made = client.post("/tokens", {"name": "My <script>", "scopes": ["read", "write"], "days": "30"})
    secret = next(word for word in made.content.decode().replace("<", ">").split(">") if word.startswith(PREFIX))
    assert "no-store" in made["Cache-Control"]
    assert ApiToken.objects.get().sha256 == hashed(secret)
    again = client.get("/tokens").content.decode()
    assert secret not in again
    assert "My &lt;script&gt;" in again
    gone = client.post("/tokens/revoke", {"token": ApiToken.objects.get().pk}, follow=True)
    assert "is revoked." in gone.content.decode()
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "", "scopes": ["read"]}, "Say what the token is for."),
        ({"name": "x"}, "Choose at least one thing that it may do."),
        ({"name": "x", "scopes": ["root"]}, "root is not one of the available choices"),
    ],
)
def test_the_page_says_what_is_missing(client: Client, sent: dict[str, object], said: str) -> None:
    answer = client.post("/tokens", sent)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not ApiToken.objects.exists()
