"""From a file to its fingerprint: the identity of its content, whatever its name and place.

BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs) of the size as 8 bytes, little-endian, and then of the content;
for files over `WHOLE_BYTES` of sampled blocks instead: the first and the last `EDGE_BYTES`, and `BLOCKS` blocks of
`BLOCK_BYTES` at even distances between them. Two files of one size over 64 MiB that differ only between those blocks
would be taken for one; encoded video never does that, since a change of one frame shifts what follows.
"""

import os

from blake3 import blake3

from dam.errors import MediaVanished

WHOLE_BYTES = 64 * 1024 * 1024  # read in full in about 0.1 s from a local disk
EDGE_BYTES = 1024 * 1024  # holds the headers of MP4, MKV and RAW, and the index at the end
BLOCKS = 64
BLOCK_BYTES = 64 * 1024
_CHUNK_BYTES = 1024 * 1024


def fingerprint_descriptor(descriptor: int, *, size_bytes: int) -> str:
    """Return the fingerprint of an open file as 64 hexadecimal digits.

    Raises MediaVanished if fewer bytes than `size_bytes` are there.
    """
    digest = blake3(size_bytes.to_bytes(8, "little"))
    if size_bytes <= WHOLE_BYTES:
        _feed(digest, descriptor, start=0, length=size_bytes)
        return digest.hexdigest()
    _feed(digest, descriptor, start=0, length=EDGE_BYTES)
    for start in block_starts(size_bytes):
        _feed(digest, descriptor, start=start, length=BLOCK_BYTES)
    _feed(digest, descriptor, start=size_bytes - EDGE_BYTES, length=EDGE_BYTES)
    return digest.hexdigest()


def block_starts(size_bytes: int) -> list[int]:
    """Return where the sampled blocks of a large file begin: even distances between the two edges."""
    room = size_bytes - 2 * EDGE_BYTES - BLOCK_BYTES
    return [EDGE_BYTES + room * number // (BLOCKS - 1) for number in range(BLOCKS)]


def _feed(digest: blake3, descriptor: int, *, start: int, length: int) -> None:
    end = start + length
    while start < end:
        chunk = os.pread(descriptor, min(_CHUNK_BYTES, end - start), start)
        if not chunk:
            raise MediaVanished("The file became shorter while it was being read.")
        digest.update(chunk)
        start += len(chunk)
