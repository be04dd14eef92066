"""From words to hits, over rows as the pipeline writes them."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dam import wiring
from dam.catalog.models import Asset, Library, MediaFile
from dam.errors import QueryError
from dam.types import EvidenceSource, FileState, MediaKind, Query, SearchResult, UnitKind
from search.service import more_like, parse_query, search
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder, picture_vector

pytestmark = pytest.mark.django_db

_OTHERS = [
    "green tree forest day", "white boat sea noon", "brown dog beach morning", "yellow tent mountains fog",
    "purple balloon field dawn", "black bicycle city rain", "orange bus street evening", "pink umbrella park spring",
    "grey windmill hill storm", "old lighthouse cliff winter", "wooden house snow night", "silver airplane cloud sky",
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


def test_nothing_like_it_is_nothing_good_and_the_nearest_are_shown(catalogue: Catalogue) -> None:
    result = catalogue.ask("quantum chromodynamics lecture")
    assert result.good_count == 0
    assert len(result.hits) > 5
    assert not any(hit.good for hit in result.hits)


def test_the_wrong_colour_stands_below_the_right_one(catalogue: Catalogue) -> None:
    right = catalogue.rows.photo("red car sunset")
    blue, night = catalogue.rows.photo("blue car sunset"), catalogue.rows.photo("red car night")
    result = catalogue.ask("red car sunset")
    scores = {hit.unit_id: hit.score for hit in result.hits}
    assert result.hits[0].unit_id == right.pk
    assert max(scores[blue.pk], scores[night.pk]) < scores[right.pk]


def test_words_of_title_and_name_find_a_photo(catalogue: Catalogue) -> None:
    unit = catalogue.rows.photo("stone wall", described="Sagrada Família, Barcelona")
    hit = catalogue.ask("sagrada familia").hits[0]
    assert (hit.unit_id, hit.good) == (unit.pk, True)
    assert hit.evidence[0].source is EvidenceSource.TEXT
    assert hit.evidence[0].snippet == "\x02Sagrada\x03 \x02Família\x03, Barcelona"


def test_a_quoted_phrase_answers_only_with_lines_that_hold_it(catalogue: Catalogue) -> None:
    lines = catalogue.rows.speech(["ask not what your country can do", "what your neighbours ask"])
    result = catalogue.ask('"what your country"')
    assert [hit.unit_id for hit in result.hits] == [lines[0].pk]
    assert result.good_count == 1
    assert result.hits[0].best_ms == 1_500  # "what" is the third word


def test_a_kind_narrows_every_source(catalogue: Catalogue) -> None:
    catalogue.rows.photo("red car sunset")
    (shot,) = catalogue.rows.video(["red car sunset"])
    catalogue.rows.speech(["red car sunset"])
    result = catalogue.ask("red car sunset kind:video")
    assert {hit.kind for hit in result.hits} == {MediaKind.VIDEO}
    assert result.hits[0].unit_id == shot.pk


def test_pages_follow_each_other_without_gap_or_repetition(catalogue: Catalogue) -> None:
    whole = [hit.unit_id for hit in catalogue.ask("red boat sunset", limit=1000).hits]
    pages = [
        hit.unit_id
        for offset in range(0, 100, 7)
        for hit in catalogue.ask("red boat sunset", limit=7, offset=offset).hits
    ]
    assert pages == whole
    assert len(set(whole)) == len(whole) == 36


def test_lost_files_are_not_shown_and_files_of_an_unplugged_drive_are(catalogue: Catalogue) -> None:
    lost, moved = catalogue.rows.photo("red car sunset"), catalogue.rows.photo("red car sunset")
    away = SmallLibrary("/drive", online=False).photo("red car sunset", path="away.jpg")
    MediaFile.objects.filter(asset__in=[lost.asset_id, moved.asset_id]).update(state=FileState.MISSING)
    library = Library.objects.create(name="new", root="/new/")
    MediaFile.objects.create(library=library, asset_id=moved.asset_id, raw_path=b"sub/m.jpg", path="sub/m.jpg")
    found = {hit.unit_id: hit.path for hit in catalogue.ask("red car sunset").hits}
    assert lost.pk not in found
    assert found[moved.pk] == "/new/sub/m.jpg"
    assert found[away.pk] == "/drive/away.jpg"


def test_one_library_can_be_searched_alone(catalogue: Catalogue) -> None:
    catalogue.rows.photo("red car sunset")
    other = SmallLibrary("/other")
    unit = other.photo("red car sunset")
    catalogue.follower.catch_up()
    query = parse_query("red car sunset", library_id=other.library.pk)
    result = search(query, embedder=WordsEmbedder(), source=catalogue.follower)
    assert [hit.unit_id for hit in result.hits] == [unit.pk]


def test_a_new_photo_is_found_after_the_next_look_and_a_deleted_one_never(catalogue: Catalogue) -> None:
    assert catalogue.ask("red car sunset").good_count == 0
    unit = catalogue.rows.photo("red car sunset")
    assert _good(catalogue.ask("red car sunset")) == [unit.pk]
    Asset.objects.filter(units=unit).delete()
    # The follower has not looked again: the vector is still there, its unit is not.
    result = search(parse_query("red car sunset"), embedder=WordsEmbedder(), source=catalogue.follower)
    assert unit.pk not in [hit.unit_id for hit in result.hits]


def test_a_page_takes_the_same_number_of_queries_however_many_hits(catalogue: Catalogue) -> None:
    def queries(limit: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            search(parse_query("red boat sunset"), limit=limit, embedder=WordsEmbedder(), source=catalogue.follower)
        return len(asked)

    catalogue.ask("warm up")
    catalogue.rows.speech(["red boat", "sunset boat"])
    catalogue.follower.catch_up()
    assert queries(10) == queries(38) <= 12


def test_units_without_their_vectors_yet_are_counted_as_not_searched(catalogue: Catalogue) -> None:
    before = catalogue.ask("boat")
    assert (before.searched_units, before.total_units) == (36, 36)
    unit = catalogue.rows.photo("late")
    unit.embeddings.all().delete()
    after = catalogue.ask("boat")
    assert (after.searched_units, after.total_units) == (36, 37)


def test_more_like_this_finds_what_looks_alike_and_not_itself(catalogue: Catalogue) -> None:
    one, two = catalogue.rows.photo("red car sunset"), catalogue.rows.photo("red car sunset")
    shots = catalogue.rows.video(["red car sunset", "red car sunset"])
    catalogue.follower.catch_up()
    result = more_like(one.pk, embedder=WordsEmbedder(), source=catalogue.follower)
    assert set(_good(result)) == {two.pk, *(shot.pk for shot in shots)}
    assert one.pk not in [hit.unit_id for hit in result.hits]
    of_shot = more_like(shots[0].pk, embedder=WordsEmbedder(), source=catalogue.follower)
    assert not {shot.pk for shot in shots} & {hit.unit_id for hit in of_shot.hits}
    assert {one.pk, two.pk} <= set(_good(of_shot))


def test_more_like_something_without_a_picture_is_said(catalogue: Catalogue) -> None:
    (line,) = catalogue.rows.speech(["nothing to see"])
    catalogue.follower.catch_up()
    for unit in (line.pk, 999_999):
        with pytest.raises(QueryError, match=f"Of number {unit} no picture is known"):
            more_like(unit, embedder=WordsEmbedder(), source=catalogue.follower)


def test_a_burst_does_not_fill_the_page(catalogue: Catalogue) -> None:
    vector = picture_vector("red car sunset", noise=0.1)
    burst = [catalogue.rows.photo("red car sunset", vector=vector) for _ in range(12)]
    other = catalogue.rows.photo("red car sunset")
    order = [hit.unit_id for hit in catalogue.ask("red car sunset").hits]
    assert order.index(other.pk) < 6
    assert {unit.pk for unit in burst} <= set(order)


def test_a_search_without_words_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(QueryError, match="a few words"):
        search(Query(), embedder=WordsEmbedder(), source=catalogue.follower)


@pytest.fixture
def command(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    def model(_pack: str | None = None) -> WordsEmbedder:
        return WordsEmbedder()

    monkeypatch.setattr(wiring, "embedder", model)
    return catalogue


def _run(*words: str) -> str:
    out = io.StringIO()
    call_command("search", *words, stdout=out)
    return out.getvalue()


def test_the_command_prints_hits_as_json(command: Catalogue) -> None:
    unit = command.rows.photo("red car sunset", path="red.jpg")
    command.rows.speech(["the red car drove at sunset"])
    hits: list[dict[str, Any]] = json.loads(_run("red car sunset", "--json", "--limit", "5"))
    assert len(hits) == 5
    photo = next(hit for hit in hits if hit["unit_id"] == unit.pk)
    assert (photo["path"], photo["kind"], photo["unit"]) == ("/photos/red.jpg", "photo", "photo")
    assert (photo["start_ms"], photo["end_ms"], photo["best_ms"], photo["good"]) == (None, None, None, True)
    assert 0.5 <= photo["score"] <= 1
    assert photo["why"][0]["source"] == "picture"
    said = next(hit for hit in hits if hit["kind"] == "audio")
    assert said["why"][0] == {
        "source": "said",
        "score": said["why"][0]["score"],
        "text": "the red car drove at sunset",
    }
    assert [hit["kind"] for hit in json.loads(_run("red car sunset", "--json", "--kind", "audio"))] == ["audio"]


def test_the_command_shows_a_table_and_says_when_nothing_is_good(command: Catalogue) -> None:
    command.rows.photo("red car sunset", path="red.jpg")
    assert "/photos/red.jpg" in _run("red car sunset")
    with pytest.raises(SystemExit) as left:
        _run("quantum chromodynamics")
    assert left.value.code == 1
    assert json.loads(_run("quantum chromodynamics", "--json"))[0]["good"] is False


def test_the_command_says_what_is_wrong(command: Catalogue) -> None:
    with pytest.raises(CommandError, match="character 5") as wrong:
        _run('red "car')
    assert wrong.value.returncode == 2
    Asset.objects.all().delete()
    with pytest.raises(CommandError, match=r"manage\.py index"):
        _run("red car")
