"""Correctly shaped random weights for the face engines whose real ones must be fetched."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.tiny_onnx import Shape, Weights, node, write_model


def write_recogniser(path: Path, *, dimensions: int, seed: int = 1) -> Path:
    """Write a face recogniser: (n, 3, 112, 112) to (n, dimensions), a random projection of its means over 16 px."""
    rng = np.random.default_rng(seed)
    weights: dict[str, Weights] = {
        "kernel": rng.normal(size=(147, dimensions)).astype(np.float32),
        "bias": rng.normal(size=dimensions).astype(np.float32),
    }
    nodes = [
        node("AveragePool", ["data"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]),
        node("Flatten", ["pooled"], ["flat"], axis=1),
        node("Gemm", ["flat", "kernel", "bias"], ["fc1"]),
    ]
    return write_model(
        path, nodes=nodes, weights=weights, inputs={"data": (1, 3, 112, 112)}, outputs={"fc1": (1, dimensions)}
    )


# The detector below finds a cell of a plain colour as a face around it: colour, cell in px, distances in cells.
MARKS = (((255, 0, 0), 8, 5.0), ((0, 255, 0), 16, 4.0), ((0, 0, 255), 32, 3.0))
# Where it sees the landmarks, in shares of that distance: a frontal face.
LANDMARKS = ((-0.4, -0.3), (0.4, -0.3), (0.0, 0.1), (-0.3, 0.5), (0.3, 0.5))


def write_detector(path: Path) -> Path:
    """Write a detector with SCRFD's nine outputs for 640 px that knows the marks and nothing else."""
    weights: dict[str, Weights] = {}
    nodes = []
    outputs: dict[str, Shape] = {}
    for channel, (_colour, stride, distance) in enumerate(MARKS):
        against = np.full(3, -0.5, dtype=np.float32)
        against[channel] = 1.0  # a channel against the mean of the others: 2 for the colour, 0 for grey
        score = np.zeros((2, 3, stride, stride), dtype=np.float32)
        score[0] = 20.0 * against[:, None, None] / stride**2
        points = np.array(LANDMARKS, dtype=np.float32).reshape(-1) * distance
        biases = {
            "score": np.array([-30.0, -99.0], dtype=np.float32),
            "box": np.full(8, distance, dtype=np.float32),
            "points": np.tile(points, 2),
        }
        for kind, width in (("score", 1), ("box", 4), ("points", 10)):
            name = f"{kind}{stride}"
            shape = (2 * width, 3, stride, stride)
            weights[f"{name}_w"] = score if kind == "score" else np.zeros(shape, dtype=np.float32)
            weights[f"{name}_b"] = biases[kind]
            weights[f"{name}_s"] = np.array([-1, width], dtype=np.int64)
            convolved = [f"{name}_c"]
            nodes.append(
                node(
                    "Conv", ["input", f"{name}_w", f"{name}_b"], convolved,
                    kernel_shape=[stride, stride], strides=[stride, stride],
                )
            )  # fmt: skip
            if kind == "score":
                nodes.append(node("Sigmoid", convolved, [f"{name}_p"]))
                convolved = [f"{name}_p"]
            nodes.append(node("Transpose", convolved, [f"{name}_t"], perm=[0, 2, 3, 1]))
            nodes.append(node("Reshape", [f"{name}_t", f"{name}_s"], [name]))
            outputs[name] = (2 * (640 // stride) ** 2, width)
    return write_model(path, nodes=nodes, weights=weights, inputs={"input": (1, 3, 640, 640)}, outputs=outputs)


def marked(count: int) -> NDArray[np.uint8]:
    """Return a grey picture of 640 × 480 px with that many marks, the largest faces first."""
    picture = np.full((480, 640, 3), 120, dtype=np.uint8)
    places = [(2, 3, 4), (1, 26, 10), (0, 20, 50)]  # which mark, and in which row and column of its own cells
    for mark, row, column in places[:count]:
        colour, stride, _distance = MARKS[mark]
        picture[row * stride : (row + 1) * stride, column * stride : (column + 1) * stride] = colour
    return picture
