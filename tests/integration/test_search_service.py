"""From words to hits, over rows as the pipeline writes them."""

from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext
from django.db import connection

from dam.catalog.models import Library, MediaFile, Unit
from dam.errors import QueryError
from dam.types import EvidenceSource, FileState, MediaKind, Query, SearchResult, UnitKind
from search.follow import Follower
from search.service import more_like, parse_query, search
from tests.small_library import SmallLibrary, WordsEmbedder, embed, picture_vector

pytestmark = pytest.mark.django_db

_OTHERS = [
    "green tree forest day", "white boat sea noon", "brown dog beach morning", "yellow tent mountains fog",
    "purple balloon field dawn", "black bicycle city rain", "orange bus street evening", "pink umbrella park spring",
    "grey windmill hill storm", "old lighthouse cliff winter", "wooden house snow january", "silver airplane cloud high",
]  # fmt: skip


class Catalogue:
    """The library of these tests and a search over it."""

    def __init__(self) -> None:
        self.rows = SmallLibrary()
        self.follower = Follower(snapshots=None)

    def ask(self, text: str, **options: int) -> SearchResult:
        self.follower.catch_up()
        return search(parse_query(text), embedder=WordsEmbedder(), source=self.follower, **options)


@pytest.fixture
def catalogue() -> Catalogue:
    made = Catalogue()
    for caption in _OTHERS * 3:
        made.rows.photo(caption)
    return made


def _good(result: SearchResult) -> list[int]:
    return [hit.unit_id for hit in result.hits if hit.good]


def test_photo_shot_and_spoken_line_are_found_in_one_search(catalogue: Catalogue) -> None:
    photo = catalogue.rows.photo("red car sunset")
    shots = catalogue.rows.video(["green tree", "red car sunset", "white boat"])
    lines = catalogue.rows.speech(["we talked about the weather", "then a red car drove past at sunset"])

    result = catalogue.ask("red car at sunset")

    assert set(_good(result)) == {photo.pk, shots[1].pk, lines[1].pk}
    assert result.good_count == 3
    assert {hit.unit_id for hit in result.hits[:3]} == set(_good(result))
    by_kind = {hit.kind: hit for hit in result.hits[:3]}
    shot = by_kind[MediaKind.VIDEO]
    assert (shot.unit_kind, shot.start_ms, shot.end_ms, shot.best_ms) == (UnitKind.SHOT, 10_000, 20_000, 17_000)
    line = by_kind[MediaKind.AUDIO]
    assert (line.start_ms, line.best_ms) == (5_000, 6_500)  # "red" is the third word
    said = next(item for item in line.evidence if item.source is EvidenceSource.SPOKEN_WORDS)
    assert "\x02red\x03 \x02car\x03" in said.snippet
    still = by_kind[MediaKind.PHOTO]
    assert (still.start_ms, still.best_ms) == (None, None)
    assert still.path.startswith("/photos/red-car-sunset")
