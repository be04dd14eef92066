"""What every test shares: where the real media lies."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from dam.catalog import lexicon, remembered
from dam.catalog.readers import vocabulary
from search.answer import answers
from search.query import known
from tests.services import chromium_path, missing, postgres_database, postgres_url, rabbitmq_url, redis_url
from tests.small_library import noises

# Fixtures of every test; the services' stand in their own file.
__all__ = ["chromium_path", "postgres_database", "postgres_url", "rabbitmq_url", "real_media", "redis_url"]

# A busy machine is no error.
settings.register_profile("afterimage", deadline=None)
settings.load_profile("afterimage")

REAL_MEDIA = Path(os.environ.get("AFTERIMAGE_REAL_MEDIA", Path(__file__).resolve().parents[2] / "shared" / "media"))


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """No test searches by the words of another's catalogue, or goes on in its answers."""
    lexicon.forget()
    known.forget()
    remembered.forget()
    vocabulary.forget()
    answers.forget()


@pytest.fixture(autouse=True)
def _same_pictures() -> None:
    """Pictures of small libraries are the same in whatever order tests run."""
    noises.begin()


@pytest.fixture
def real_media() -> Path:
    """The folder of real photos, videos and speech; skips, saying so, where it is absent."""
    if not REAL_MEDIA.is_dir():
        missing(f"no real media at {REAL_MEDIA}: set AFTERIMAGE_REAL_MEDIA")
    return REAL_MEDIA
