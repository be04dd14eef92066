"""A large library's vectors, made up: a mixture of clusters as pictures form them, a chunk at a time.

Clusters have parents (events of a kind look alike), sizes by a power law, and spreads of their own; all lie in a cone
around one direction, and along directions that fade as the numbers of an embedding do. Clusters of even size, or
noise without favoured directions, would flatter an index.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.ports import Vectors

_A_CLUSTER = 100  # vectors, on average
_CLUSTERS_A_PARENT = 50
_POWER = 0.8
_CONE = 0.6
_CHUNK = 20_000
_SHAPED = 0.8  # of the noise's length; the rest has no favoured direction
_NEAR = 0.4  # how far a query lies from the row that it is near to, of the row's length


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Where clusters lie (clusters, dimensions), how large their shares and how wide they are (clusters,)."""

    centres: Vectors
    shares: NDArray[np.float64]
    spreads: NDArray[np.float32]
    scales: NDArray[np.float32]  # (dimensions,): how much noise each direction has
    cone: Vectors

    @classmethod
    def of(cls, rows: int, dimensions: int) -> "Mixture":
        """Return the mixture of a library of so many rows; the same ones every time."""
        rng = np.random.default_rng(rows)
        clusters = max(64, rows // _A_CLUSTER)
        fading = np.arange(1, dimensions + 1, dtype=np.float32) ** -0.5
        fading /= np.linalg.norm(fading)
        cone = _unit(rng.standard_normal((1, dimensions), dtype=np.float32))
        parents = (
            rng.standard_normal((max(16, clusters // _CLUSTERS_A_PARENT), dimensions), dtype=np.float32) * fading
        )
        own = rng.standard_normal((clusters, dimensions), dtype=np.float32) * fading
        shares = np.arange(1, clusters + 1, dtype=np.float64) ** -_POWER
        near = np.float32(0.8) * parents[rng.integers(0, len(parents), clusters)]
        return cls(
            centres=_unit(np.float32(_CONE) * cone + near + np.float32(0.6) * own),
            shares=shares / shares.sum(),
            spreads=rng.uniform(0.3, 0.9, clusters).astype(np.float32),
            scales=np.sqrt((_SHAPED * fading) ** 2 + (1 - _SHAPED**2) / dimensions).astype(np.float32),
            cone=cone,
        )

    def rows(self, count: int) -> Iterator[Vectors]:
        """Yield `count` unit vectors, some thousands at a time."""
        rng = np.random.default_rng(1)
        for start in range(0, count, _CHUNK):
            of = rng.choice(len(self.centres), min(_CHUNK, count - start), p=self.shares)
            yield self.around(of, rng)

    def around(self, clusters: NDArray[np.int64], rng: np.random.Generator) -> Vectors:
        """Return a vector (n, dimensions) of each of these clusters (n,)."""
        noise = rng.standard_normal((len(clusters), self.centres.shape[1]), dtype=np.float32) * self.scales
        return _unit(self.centres[clusters] + self.spreads[clusters, None] * noise)

    def queries(self, count: int, rows: Vectors) -> Vectors:
        """Return queries: two thirds near the given rows (m, dimensions), a third in the cone, off every cluster."""
        rng = np.random.default_rng(2)
        dimensions = rows.shape[1]
        near = rows[rng.integers(0, len(rows), count - count // 3)]
        noise = rng.standard_normal(near.shape, dtype=np.float32) / np.float32(np.sqrt(dimensions))
        off = (
            np.float32(_CONE) * self.cone
            + rng.standard_normal((count // 3, dimensions), dtype=np.float32) * self.scales
        )
        made = np.concatenate([_unit(near + np.float32(_NEAR) * noise), _unit(off)])
        return _unit(rng.permutation(made))


def _unit(rows: NDArray[np.floating]) -> Vectors:
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit
