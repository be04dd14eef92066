"""Who may see the pages, with and without a password."""

from collections.abc import Iterator

import pytest
from django.test import Client

from dam.config import Config, config
from dam.env import Environment
from search import access
from search.throttle import Throttle
from search.views import sign_in as view

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse — größer"


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    changed = Config(env=Environment(password=PASSWORD), places=config().places, limits=config().limits)
    monkeypatch.setattr(access, "config", lambda: changed)
    monkeypatch.setattr(view, "THROTTLE", Throttle())
    return iter([PASSWORD])


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1"])
def test_loopback_needs_no_sign_in_by_default(client: Client, peer: str) -> None:
    assert client.get("/activity", REMOTE_ADDR=peer).status_code == 200


@pytest.mark.parametrize("peer", ["192.168.1.4", "8.8.8.8", "::ffff:10.0.0.2", "", "rubbish"])
def test_anyone_else_is_refused_without_a_password(client: Client, peer: str) -> None:
    answer = client.get("/activity", REMOTE_ADDR=peer)
    assert answer.status_code == 403
    assert b"AFTERIMAGE_PASSWORD" in answer.content


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_proxy_on_this_machine_is_no_loopback(client: Client, name: str) -> None:
    assert client.get("/activity", headers={name: "127.0.0.1"}).status_code == 403


def test_another_host_name_is_refused(client: Client) -> None:
    assert client.get("/activity", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.usefixtures("password")
def test_with_a_password_pages_lead_to_the_sign_in(client: Client) -> None:
    answer = client.get("/library?kind=photo")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in?next=%2Flibrary%3Fkind%3Dphoto"
    assert client.get("/media/original/1").status_code == 401
    assert client.get("/activity.json").status_code == 401
    fragment = client.get("/activity/live", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == "/sign-in"


@pytest.mark.usefixtures("password")
def test_the_right_password_opens_and_signing_out_closes(client: Client) -> None:
    answer = client.post("/sign-in", {"password": PASSWORD, "next": "/library"})
    assert (answer.status_code, answer["Location"]) == (302, "/library")
    assert client.get("/library").status_code == 200
    assert client.post("/sign-out").status_code == 302
    assert client.get("/library").status_code == 302


@pytest.mark.usefixtures("password")
def test_a_wrong_password_says_so(client: Client) -> None:
    for wrong in ("wrong", PASSWORD.upper(), PASSWORD + " "):
        answer = client.post("/sign-in", {"password": wrong})
        assert answer.status_code == 403
        assert b"not the password" in answer.content
    assert client.get("/library").status_code == 302


@pytest.mark.usefixtures("password")
def test_guessing_is_stopped_even_with_the_right_password(client: Client) -> None:
    for _ in range(5):
        client.post("/sign-in", {"password": "guess"})
    assert client.post("/sign-in", {"password": PASSWORD}).status_code == 429
    assert client.post("/sign-in", {"password": PASSWORD}, REMOTE_ADDR="127.0.0.2").status_code == 302


@pytest.mark.usefixtures("password")
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/sign-out"])
def test_signing_in_never_leads_elsewhere(client: Client, target: str) -> None:
    assert client.post("/sign-in", {"password": PASSWORD, "next": target})["Location"] == "/"


def test_a_changed_password_signs_everybody_out(
    client: Client, password: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post("/sign-in", {"password": next(password)})
    assert client.get("/library").status_code == 200
    changed = Config(env=Environment(password="another"), places=config().places, limits=config().limits)
    monkeypatch.setattr(access, "config", lambda: changed)
    assert client.get("/library").status_code == 302


@pytest.mark.usefixtures("password")
def test_forms_need_their_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in", {"password": PASSWORD}).status_code == 403


def test_failures_are_forgotten_after_the_window() -> None:
    now = [0.0]
    throttle = Throttle(clock=lambda: now[0])
    for _ in range(5):
        throttle.note_failure("a")
    assert throttle.wait_s("a") == pytest.approx(300)
    assert throttle.wait_s("b") == 0
    now[0] = 301
    assert throttle.wait_s("a") == 0


def test_many_addresses_together_are_stopped_too() -> None:
    throttle = Throttle(clock=lambda: 0.0)
    for number in range(50):
        throttle.note_failure(f"10.0.0.{number}")
    assert throttle.wait_s("10.9.9.9") > 0
