"""Typed configuration: the places below the data folder and the limits, each with its reason."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dam.env import Environment, environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where everything lives below the one data folder."""

    data: Path

    @property
    def database(self) -> Path:
        """The catalogue, when it is SQLite."""
        return self.data / "catalogue.sqlite3"

    @property
    def renditions(self) -> Path:
        """Derived pictures, strips, proxies and waveforms; can be deleted and made again."""
        return self.data / "renditions"

    @property
    def models(self) -> Path:
        """Downloaded weights."""
        return self.data / "models"

    @property
    def snapshots(self) -> Path:
        """FAISS snapshots; can be deleted and are rebuilt from the catalogue."""
        return self.data / "snapshots"

    @property
    def queries(self) -> Path:
        """Pictures that were given as a search, for a month; can be deleted."""
        return self.data / "queries"

    @property
    def releases(self) -> Path:
        """Model and property releases, as they were uploaded; not to be deleted."""
        return self.data / "releases"

    @property
    def agencies(self) -> Path:
        """The user's own profiles of stock agencies."""
        return self.data / "agencies"

    @property
    def shadow(self) -> Path:
        """Sidecars of originals that can't be written to, until they can."""
        return self.data / "shadow"

    @property
    def guests(self) -> Path:
        """Clips cut for the guests of shared collections; can be deleted and are cut again."""
        return self.data / "guests"

    @property
    def scratch(self) -> Path:
        """Work in progress; emptied at start."""
        return self.data / "scratch"

    @property
    def run(self) -> Path:
        """The supervisor's lock, the secret key, the address."""
        return self.data / "run"

    @property
    def demo(self) -> Path:
        """The demo library, when no folder was given."""
        return self.data / "demo-library"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What bounds the work; times in seconds."""

    decoders: int
    decoder_memory_bytes: int
    max_pixels: int
    photo_time_s: int = 60  # the slowest real photo tried (100 MP RAW) takes under 10 s on two cores
    video_time_s: int = 4 * 3600  # a 24 h recording sampled by time, on a slow disk
    max_attempts: int = 3  # DESIGN: a file that kills its decoder three times is quarantined
    embed_batch: int = 32  # larger batches gain under 5 % on CPU and cost memory
    lease_s: int = 60
    settle_s: float = 1.0
    rescan_s: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration of a process."""

    env: Environment
    places: Places
    limits: Limits


@cache
def config() -> Config:
    """Return the process's configuration, from its environment."""
    env = environment()
    limits = Limits(
        decoders=env.decoders or max(1, os.cpu_count() or 1),
        decoder_memory_bytes=env.decoder_memory_mb * 1024 * 1024,
        max_pixels=env.max_megapixels * 1_000_000,
        lease_s=env.lease_s,
        settle_s=env.settle_s,
        rescan_s=env.rescan_s,
    )
    return Config(env=env, places=Places(data=env.data.expanduser().absolute()), limits=limits)
