"""Noise of assets that are to be sent, measured once in the preview and remembered."""

from collections.abc import Callable, Iterable

from dam.catalog.ids import chunks
from dam.catalog.readers.sources import clearest_looks_of
from dam.catalog.readers.stock import without_noise
from dam.catalog.writers.deliveries import record_noise
from dam.config import config
from dam.engines.look import load_looks, noise_of

MODEL = "noise-1"  # goes up whenever the figure would come out otherwise
_AT_ONCE = 50  # pictures in memory: about 3 MB each


def measure_noise(
    asset_ids: Iterable[int], *, most: int | None = None, on_progress: Callable[[int, int], None] | None = None
) -> None:
    """Measure the noise of those of these assets that have none yet, of `most` at once: some 20 ms each.

    Raises StoreError.
    """
    left = without_noise(asset_ids, model=MODEL)[:most]
    done = 0
    for some in chunks(left):
        for start in range(0, len(some), _AT_ONCE):
            _measure(some[start : start + _AT_ONCE])
            done += len(some[start : start + _AT_ONCE])
            if on_progress is not None:
                on_progress(done, len(left))


def _measure(asset_ids: list[int]) -> None:
    looks = clearest_looks_of(asset_ids)
    folder = config().places.renditions
    found: dict[int, float | None] = dict.fromkeys(asset_ids)
    for look, pixels in zip(looks, load_looks([folder / look.key for look in looks]), strict=True):
        noise = None if pixels is None else noise_of(pixels)
        known = found[look.asset_id]
        # Of a video the cleanest shot: the noisiest may be meant so.
        if noise is not None and (known is None or noise < known):
            found[look.asset_id] = noise
    record_noise(found, model=MODEL)
