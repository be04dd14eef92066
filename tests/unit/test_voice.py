"""Probabilities of speech become stretches, stretches chunks, and times in a chunk times in the asset."""

import itertools

import numpy as np

from dam.engines.speech.chunks import Chunk, pack
from dam.engines.speech.vad import FRAME, PAD_MS, Stretch, VoiceDetector, find_stretches
from tests.sounds import chords, noise, silence

_PAD = PAD_MS * 16


def _stretches(*runs: tuple[int, float], longest_s: float = 30.0, **options: int) -> list[Stretch]:
    """From runs of (frames, probability)."""
    probabilities = np.concatenate([np.full(frames, value, dtype=np.float32) for frames, value in runs])
    total = len(probabilities) * FRAME
    return find_stretches(probabilities, total_samples=total, longest_s=longest_s, **options)


def test_speech_is_found_with_some_quiet_around_it() -> None:
    assert _stretches((50, 0.0), (40, 0.9), (50, 0.0)) == [Stretch(50 * FRAME - _PAD, 90 * FRAME + _PAD)]


def test_clicks_are_no_speech_and_short_silences_do_not_part_it() -> None:
    assert _stretches((50, 0.0), (4, 0.9), (50, 0.0)) == []
    assert len(_stretches((20, 0.9), (5, 0.0), (20, 0.9))) == 1
    assert len(_stretches((20, 0.9), (30, 0.0), (20, 0.9))) == 2
    assert len(_stretches((20, 0.9), (30, 0.0), (20, 0.9), shortest_silence_ms=1500)) == 1


def test_long_speech_is_cut_where_it_is_quietest_and_nothing_is_lost() -> None:
    parts = _stretches((400, 0.9), (1, 0.4), (400, 0.9), longest_s=20.0)
    assert all(part.stop - part.start <= 20 * 16_000 for part in parts)
    assert 400 * FRAME in [part.start for part in parts]
    assert all(before.stop == after.start for before, after in itertools.pairwise(parts))
    assert (parts[0].start, parts[-1].stop) == (0, 801 * FRAME)


def test_nobody_speaks_in_silence_noise_and_chords() -> None:
    detector = VoiceDetector()
    for samples in (silence(6.0), noise(6.0), chords(6.0), silence(0.0)):
        assert (detector.probabilities(samples) < 0.5).all()


def test_the_detector_reads_block_by_block_as_in_one_go() -> None:
    samples = np.concatenate([noise(10.0), chords(10.0), noise(1.01)])
    told: list[float] = []
    probabilities = VoiceDetector().probabilities(samples, on_progress=told.append)
    assert len(probabilities) == -(-len(samples) // FRAME)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == 2


def test_stretches_are_joined_up_to_the_longest() -> None:
    stretches = [Stretch(0, 16_000), Stretch(32_000, 48_000), Stretch(64_000, 80_000)]
    assert [len(chunk.stretches) for chunk in pack(stretches, longest_s=2.0, join=True)] == [2, 1]
    assert [len(chunk.stretches) for chunk in pack(stretches, longest_s=2.0, join=False)] == [1, 1, 1]


def test_times_in_a_chunk_are_times_in_the_asset() -> None:
    chunk = Chunk((Stretch(16_000, 32_000), Stretch(160_000, 192_000)))
    assert chunk.to_asset(0.25, 0.5) == (1250, 1500)
    assert chunk.to_asset(1.5, 2.0) == (10_500, 11_000)
    assert chunk.to_asset(0.7, 1.2) == (1700, 2000)  # over the seam: it stays where its middle is
    assert chunk.to_asset(2.5, 9.0) == (11_500, 12_000)
    samples = np.arange(200_000, dtype=np.int32).astype(np.int16)
    assert len(chunk.read(samples)) == chunk.length == 48_000
