"""Which address the pages get, and which addresses are refused."""

import socket

import pytest

from dam.errors import ConfigError
from dam.supervisor.address import check_exposure, choose_port, is_loopback, url_of

ANYWHERE = "0.0.0.0"  # noqa: S104 - never bound here


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"])
def test_loopback_needs_no_password(host: str) -> None:
    assert is_loopback(host)
    check_exposure(host, "")


@pytest.mark.parametrize("host", [ANYWHERE, "::", "192.168.1.4", "photos.example", ""])
def test_any_other_address_is_refused_without_a_password(host: str) -> None:
    with pytest.raises(ConfigError, match="AFTERIMAGE_PASSWORD"):
        check_exposure(host, "")
    check_exposure(host, "correct horse")


def test_a_port_in_use_is_refused_when_it_was_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"{port}.*in use"):
            choose_port("127.0.0.1", port)


def test_a_port_in_use_is_passed_over_when_none_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr("dam.supervisor.address.DEFAULT_PORT", taken.getsockname()[1])
        chosen = choose_port("127.0.0.1", None)
        assert taken.getsockname()[1] < chosen < taken.getsockname()[1] + 20


def test_port_zero_takes_any_free_port() -> None:
    assert choose_port("127.0.0.1", 0) > 1023


def test_an_address_of_another_machine_is_refused_with_its_reason() -> None:
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        choose_port("192.0.2.1", 0)


def test_the_address_to_open_is_one_that_a_browser_can_open() -> None:
    assert url_of(ANYWHERE, 80) == "http://127.0.0.1:80/"
    assert url_of("::1", 8008) == "http://[::1]:8008/"
