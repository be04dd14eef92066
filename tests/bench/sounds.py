"""Sounds a second: the model of the pack in use, and the shape of the one of `standard`; in batches and singly."""

import time
from collections.abc import Sequence
from pathlib import Path

from dam import wiring
from dam.engines.sounds.clap import ClapSoundEmbedder
from dam.ports import SPEECH_RATE_HZ, Samples, SoundEmbedder
from tests.bench import media
from tests.bench.measure import OURS, Report, figures_of, interleaved
from tests.bench.task import Settings
from tests.sounds import read_samples
from tests.tiny_clap import make_clap

ALONE = "one window at a time"
_BATCH = 16  # windows, as the pipeline hands them over
_WINDOWS, _QUICK_WINDOWS = 32, 4
_CLAP = "CLAP (random weights)"


def measure(settings: Settings) -> Report:
    """Measure windows of real recordings, repeated; silence is in none of them."""
    sound = _recording()
    model = wiring.active_pack().sounds
    report = Report(remarks=("sounds: the pack in use has no model of them; CLAP's shape is measured instead.",))
    if model is not None:
        figures = _rates(wiring.sound_embedder(model.name), sound, settings, name=model.name)
        report = Report(about={"sounds by": model.name}).joined(figures)
    clap = ClapSoundEmbedder(make_full_clap(settings.scratch / "clap"), name=_CLAP)
    return report.joined(_rates(clap, sound, settings, name=f"{_CLAP}: the shape of `standard`'s"))


def windows_of(sound: Samples, *, count: int, window_ms: int) -> list[Samples]:
    """Return `count` whole windows of a recording, which begins anew when it ends."""
    length = window_ms * SPEECH_RATE_HZ // 1000
    starts = [number * length % max(1, len(sound) - length) for number in range(count)]
    return [sound[start : start + length] for start in starts]


def make_full_clap(folder: Path) -> Path:
    """Save a CLAP whose sound side has the published size, with random weights; its text side, not asked, is tiny."""
    import torch
    from transformers import ClapConfig, ClapModel

    make_clap(folder)  # its extractor is the published one, its tokenizer is asked for nothing
    torch.manual_seed(5)
    text = {"num_hidden_layers": 1, "vocab_size": 64, "hidden_size": 64, "num_attention_heads": 2}
    ClapModel(ClapConfig(text_config={**text, "intermediate_size": 64})).save_pretrained(folder)
    return folder


def _rates(embedder: SoundEmbedder, sound: Samples, settings: Settings, *, name: str) -> Report:
    count = _QUICK_WINDOWS if settings.quick else _WINDOWS
    windows = windows_of(sound, count=count, window_ms=embedder.window_ms)
    seconds = sum(len(window) for window in windows) / SPEECH_RATE_HZ
    embedder.embed_sounds(windows[:1])  # loads
    values = interleaved(
        {
            OURS: lambda: seconds / _timed(embedder, windows, batch=_BATCH),
            ALONE: lambda: seconds / _timed(embedder, windows, batch=1),
        },
        settings.rounds,
    )
    notes = {OURS: f"{count} windows of {embedder.window_ms / 1000:g} s, in batches of {_BATCH}"}
    return Report(figures=figures_of(f"sounds, {name}", "× real time", values, notes=notes))


def _recording() -> Samples:
    return read_samples(media.find(media.SOUNDS)[0])


def _timed(embedder: SoundEmbedder, windows: Sequence[Samples], *, batch: int) -> float:
    began = time.perf_counter()
    for start in range(0, len(windows), batch):
        embedder.embed_sounds(windows[start : start + batch])
    return time.perf_counter() - began
