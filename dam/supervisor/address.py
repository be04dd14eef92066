"""Where the pages are served: which port, and whether that address may be served at all."""

import errno
import ipaddress
import socket

from dam.errors import ConfigError

DEFAULT_PORT = 8008
_PORTS_TRIED = 20


def check_exposure(host: str, password: str) -> None:
    """Raise ConfigError for an address that others can reach while there is no password."""
    if not is_loopback(host) and not password:
        raise ConfigError(f"Others can reach {host}: set AFTERIMAGE_PASSWORD first, or leave the host at 127.0.0.1.")


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def choose_port(host: str, port: int | None) -> int:
    """Return a free port: `port` itself where one was asked for (0: any), else the first free from 8008 up.

    Raises ConfigError when it is taken, or when `host` is not an address of this machine.
    """
    if port is not None:
        return _try_port(host, port)
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED):
        try:
            return _try_port(host, candidate)
        except _PortTaken:
            continue
    last = DEFAULT_PORT + _PORTS_TRIED - 1
    raise ConfigError(f"The ports {DEFAULT_PORT} to {last} are all in use: give another with --port.")


def url_of(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - shown, not bound
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}/"


class _PortTaken(ConfigError):
    pass


def _try_port(host: str, port: int) -> int:
    """Bind and let go: what the web server will do in a moment."""
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections of the last run that still linger do not take the port; a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bare, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise _PortTaken(
                    f"Port {port} on {host} is in use by another program: give another with --port."
                ) from error
            raise ConfigError(f"The address {host}:{port} can't be used: {error.strerror or error}.") from error
        chosen: int = probe.getsockname()[1]
    return chosen
