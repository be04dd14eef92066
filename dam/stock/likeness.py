"""Which assets look the same, by the 64-bit hashes of their pictures: within a submission and in the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dam.catalog.readers.submissions import Sent

NEAR_BITS = 6  # of 64 that differ: the same picture saved again, cropped a little, or the next one of a burst
_BLOCK = 1024  # hashes compared at once: 1,024 × 100,000 are 100 MB of counts


def alike_within(hashes: Mapping[int, Sequence[str]]) -> dict[int, list[int]]:
    """Return, for assets that look like others of these, those others in the order given."""
    owners, values = _flat((pk, phash) for pk, theirs in hashes.items() for phash in theirs)
    found: dict[int, dict[int, None]] = defaultdict(dict)
    for at, other in _pairs(values, values):
        one, two = int(owners[at]), int(owners[other])
        if one != two:
            found[one][two] = None
    return {pk: list(others) for pk, others in found.items()}


def alike_sent(hashes: Mapping[int, Sequence[str]], ledger: Sequence[Sent]) -> dict[int, list[Sent]]:
    """Return, for assets that look like something that was sent, what that was: the first first."""
    owners, values = _flat((pk, phash) for pk, theirs in hashes.items() for phash in theirs)
    places, sent = _flat((at, row.phash) for at, row in enumerate(ledger) if row.phash)
    found: dict[int, dict[int, None]] = defaultdict(dict)
    for at, other in _pairs(values, sent):
        found[int(owners[at])][int(places[other])] = None
    return {pk: [ledger[at] for at in sorted(rows)] for pk, rows in found.items()}


def _flat(pairs: Iterable[tuple[int, str]]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    rows = list(pairs)
    owners = np.array([owner for owner, _ in rows], dtype=np.int64)
    return owners, np.array([int(phash, 16) for _, phash in rows], dtype=np.uint64)


def _pairs(ones: NDArray[np.uint64], others: NDArray[np.uint64]) -> Iterable[tuple[int, int]]:
    for start in range(0, len(ones), _BLOCK):
        apart = np.bitwise_count(ones[start : start + _BLOCK, np.newaxis] ^ others[np.newaxis, :])
        for at, other in np.argwhere(apart <= NEAR_BITS).tolist():
            yield start + at, other
