"""Small ONNX files written by hand: a graph's nodes and random weights as protobuf bytes, no library needed.

Field numbers are those of onnx.proto3 (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7  # TensorProto.DataType
Weights = NDArray[np.float32] | NDArray[np.int64]
Shape = Sequence[int | str]


def write_model(
    path: Path,
    *,
    nodes: Sequence[bytes],
    weights: dict[str, Weights],
    inputs: dict[str, Shape],
    outputs: dict[str, Shape],
) -> Path:
    """Write an ONNX model of opset 13; shapes may hold names for sizes that are open."""
    graph = b"".join(
        [
            *(_bytes(1, node) for node in nodes),
            _bytes(2, b"tiny"),
            *(_bytes(5, _tensor(name, value)) for name, value in weights.items()),
            *(_bytes(11, _value_info(name, shape)) for name, shape in inputs.items()),
            *(_bytes(12, _value_info(name, shape)) for name, shape in outputs.items()),
        ]
    )
    opset = _number(2, 13)
    path.write_bytes(_number(1, 8) + _bytes(7, graph) + _bytes(8, opset))
    return path


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | Sequence[int]) -> bytes:
    """Return one operation; attributes are whole numbers or lists of them."""
    parts = [_bytes(1, name.encode()) for name in inputs] + [_bytes(2, name.encode()) for name in outputs]
    parts += [_bytes(3, outputs[0].encode()), _bytes(4, kind.encode())]
    for name, value in attributes.items():
        if isinstance(value, int):
            body = _number(3, value) + _number(20, 2)  # AttributeType.INT
        else:
            body = b"".join(_number(8, each) for each in value) + _number(20, 7)  # INTS
        parts.append(_bytes(5, _bytes(1, name.encode()) + body))
    return b"".join(parts)


def _tensor(name: str, value: Weights) -> bytes:
    kind = FLOAT if value.dtype == np.float32 else INT64
    dims = b"".join(_number(1, size) for size in value.shape)
    return dims + _number(2, kind) + _bytes(8, name.encode()) + _bytes(9, value.tobytes())


def _value_info(name: str, shape: Shape) -> bytes:
    dims = b"".join(
        _bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size.encode())) for size in shape
    )
    tensor = _number(1, FLOAT) + _bytes(2, dims)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value & (1 << 64) - 1)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
