"""fp16 rows that FAISS searches exactly where they lie, in a mapped file: nothing is copied."""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

# FAISS's own threads wait by spinning and slow each other down beside busy workers; web requests are the threads.
_OPENMP_THREADS = 1
_COUNT_AT = 8  # of the header that FAISS writes: four letters, the dimensions (i32), the count (i64) …


def version() -> str:
    """Return the version of FAISS that reads and writes here."""
    import faiss

    return str(faiss.__version__)


def library() -> Any:
    """Return FAISS, with one thread for the thread that asks: OpenMP keeps this per calling thread."""
    import faiss

    faiss.omp_set_num_threads(_OPENMP_THREADS)
    return faiss


def empty(dimensions: int) -> Any:
    """Return an exact FAISS index of fp16 rows that are compared by their inner product."""
    import faiss

    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def envelope(count: int, dimensions: int) -> bytes:
    """Return what FAISS writes before `count` rows: with them after it, it is a file of an exact index."""
    import faiss

    header = bytearray(faiss.serialize_index(empty(dimensions)).tobytes())
    struct.pack_into("<q", header, _COUNT_AT, count)
    struct.pack_into("<Q", header, len(header) - 8, count * dimensions * 2)
    return bytes(header)


def mapped(content: NDArray[np.uint8]) -> Any:
    """Return the FAISS index that `content` holds; it reads it in place, so `content` must outlive it."""
    faiss = library()
    return faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(content), content.size))
