"""Sound for tests: real speech as samples, and sounds in which nobody speaks."""

from pathlib import Path

import numpy as np

from dam.ports import SPEECH_RATE_HZ, Samples


def read_samples(path: Path) -> Samples:
    """A real file as 16 kHz mono int16, as the decoder children hand it on."""
    import av

    parts = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE_HZ)
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray().ravel() for part in resampler.resample(frame)]
        parts += [part.to_ndarray().ravel() for part in resampler.resample(None)]
    samples: Samples = np.concatenate(parts).astype(np.int16)
    return samples


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SPEECH_RATE_HZ), dtype=np.int16)


def noise(seconds: float) -> Samples:
    return np.random.default_rng(1).normal(0, 3000, int(seconds * SPEECH_RATE_HZ)).astype(np.int16)


def chords(seconds: float) -> Samples:
    """Struck chords that fade, two a second, each another one."""
    time = np.arange(int(seconds * SPEECH_RATE_HZ)) / SPEECH_RATE_HZ
    roots = 220.0 * 2.0 ** (np.array([0, 5, 7, 3])[(time * 2).astype(int) % 4] / 12)
    sound = sum(np.sin(2 * np.pi * np.cumsum(roots * ratio) / SPEECH_RATE_HZ) for ratio in (1.0, 1.26, 1.5))
    return np.asarray(sound * np.exp(-3 * (time % 0.5)) * 6000, dtype=np.int16)
