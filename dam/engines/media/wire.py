"""Messages between the reader and its decoder children: length-prefixed JSON; a file travels as an open descriptor.

JSON and not pickle: a child has parsed untrusted bytes, so what it says is data to be checked, never code.
"""

import json
import math
import socket
import struct
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from dam.types import SubtitleCue

_LENGTH = struct.Struct(">I")
# A day of video cut every four seconds with six keyframes each is about 40 MB of JSON.
MAX_MESSAGE_BYTES = 128 * 1024 * 1024

T = TypeVar("T")
Message = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundAnswer:
    """What the child answers to `sound`: the samples' file, or None where there is no sound."""

    pcm: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleAnswer:
    """What the child answers to `sidecar`."""

    cues: tuple[SubtitleCue, ...]


class WireError(Exception):
    """A message that is not what was agreed: too long, not JSON, or of another shape."""


class ChannelClosed(WireError):
    """The other side is gone."""


def send_message(channel: socket.socket, message: Mapping[str, Any], *, fd: int | None = None) -> None:
    """Send one message; `fd` is duplicated into the other process. Raises ChannelClosed."""
    body = json.dumps(message).encode("ascii")
    if len(body) > MAX_MESSAGE_BYTES:
        raise WireError(f"a message of {len(body)} bytes is too long")
    head = _LENGTH.pack(len(body))
    try:
        if fd is None:
            channel.sendall(head + body)
        else:
            sent = socket.send_fds(channel, [head], [fd])
            channel.sendall(head[sent:] + body)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise ChannelClosed("the other side is gone") from error


def receive_message(channel: socket.socket) -> tuple[Message, int | None]:
    """Return one message and the descriptor that came with it.

    The channel's own timeout applies to each read. Raises ChannelClosed, WireError, TimeoutError.
    """
    head, fd = _receive_head(channel)
    (length,) = _LENGTH.unpack(head)
    if length > MAX_MESSAGE_BYTES:
        raise WireError(f"a message of {length} bytes is too long")
    try:
        message = json.loads(_receive_exactly(channel, length))
    except ValueError as error:
        raise WireError("a message is not JSON") from error
    if not isinstance(message, dict):
        raise WireError("a message is not an object")
    return message, fd


def _receive_head(channel: socket.socket) -> tuple[bytes, int | None]:
    try:
        data, fds, _flags, _address = socket.recv_fds(channel, _LENGTH.size, 1)
    except ConnectionResetError as error:
        raise ChannelClosed("the other side is gone") from error
    if not data:
        raise ChannelClosed("the other side is gone")
    return data + _receive_exactly(channel, _LENGTH.size - len(data)), fds[0] if fds else None


def _receive_exactly(channel: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        try:
            part = channel.recv(min(count - len(parts), 1 << 20))
        except ConnectionResetError as error:
            raise ChannelClosed("the other side is gone") from error
        if not part:
            raise ChannelClosed("the other side is gone")
        parts += part
    return bytes(parts)


def to_wire(value: object) -> Any:
    """Return `value` (dataclasses of `dam.types`, tuples, enums, times, paths) as plain JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_wire(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [to_wire(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return value.name  # the reader knows the folder, and believes no other
    return value


def from_wire(kind: type[T], value: Any) -> T:
    """Return `value` as an instance of `kind`, every field checked. Raises WireError."""
    return cast(T, _read(kind, value))


def _read(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        return _read_dataclass(cast(type, kind), value)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = [item for item in get_args(kind) if item is not type(None)]
        return None if value is None else _read(inner[0], value)
    if origin is tuple:
        if not isinstance(value, list):
            raise WireError("expected a list")
        return tuple(_read(get_args(kind)[0], item) for item in value)
    return _read_scalar(kind, value)


def _read_scalar(kind: Any, value: Any) -> Any:
    if kind in (Path, datetime) or issubclass(kind, Enum):
        if not isinstance(value, str):
            raise WireError(f"expected text for a {kind.__name__}")
        try:
            return datetime.fromisoformat(value) if kind is datetime else kind(value)
        except ValueError as error:
            raise WireError(str(error)) from error
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:  # exactly: True is no width
        raise WireError(f"expected {kind.__name__}, got {type(value).__name__}")
    if kind is float and not math.isfinite(value):  # Python's JSON knows NaN and Infinity, databases don't
        raise WireError("expected a finite number")
    return value


def _read_dataclass(kind: type, value: Any) -> Any:
    hints = _hints(kind)
    if not isinstance(value, dict) or not value.keys() <= hints.keys():
        raise WireError(f"not a {kind.__name__}")
    try:
        return kind(**{name: _read(hints[name], item) for name, item in value.items()})
    except TypeError as error:
        raise WireError(f"not a {kind.__name__}: {error}") from error


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
