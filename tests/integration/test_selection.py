"""What forms say is selected, as units and assets; and "all matches", which are more than a page shows."""

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory

from dam.catalog.models import Unit
from dam.errors import SelectionError
from dam.types import Query, UnitKind
from search import selection
from search.selection import everything, read_selection, selected_assets, selected_units
from search.service import Found, find
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> SmallLibrary:
    """A small library that is searched without the thread that follows it."""
    follower = Follower(snapshots=None)

    def searched(query: Query, **options: int) -> Found:
        follower.catch_up()
        return find(query, embedder=WordsEmbedder(), source=follower, **options)

    monkeypatch.setattr(selection, "find", searched)
    return SmallLibrary()


def test_units_and_assets_keep_the_order_of_the_page_each_once(rows: SmallLibrary) -> None:
    photo, shots = rows.photo("red car"), rows.video(["boat", "tree"])
    sent = {"chosen": f"u{shots[1].pk},a{photo.asset_id},u{shots[1].pk},u999999,a999999,x5,u-1"}
    request = RequestFactory().post("/", sent)
    assert selected_units(request) == [shots[1].pk, photo.pk]
    assert selected_assets(request) == [shots[1].asset_id, photo.asset_id]


def test_a_whole_asset_stands_for_what_shows_it(rows: SmallLibrary) -> None:
    shots, lines = rows.video(["boat", "tree"]), rows.speech(["one two", "three four"])
    whole = Unit.objects.create(asset=lines[0].asset, kind=UnitKind.CLIP, position=0, end_ms=10_000)
    request = RequestFactory().post("/", {"asset": [str(lines[0].asset_id), str(shots[0].asset_id)]})
    assert selected_units(request) == [whole.pk, *(shot.pk for shot in shots)]


def test_all_matches_are_searched_for_again_less_what_was_taken_out(rows: SmallLibrary) -> None:
    units = [rows.photo("red car") for _ in range(3)]
    rows.video(["boat"])
    assert {one.unit_id for one in everything("q=kind:photo")} == {unit.pk for unit in units}
    form = QueryDict(f"everything=q%3Dkind:photo&without=u{units[1].pk}")
    assert {one.unit_id for one in read_selection(form)} == {units[0].pk, units[2].pk}


def test_filters_alone_give_more_than_pages_go_through(rows: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        rows.photo("red car")
    monkeypatch.setattr("search.retrieve.LISTED", 2)
    assert len(everything("q=kind:photo")) == 4


def test_the_library_is_selected_as_its_page_shows_it(rows: SmallLibrary) -> None:
    photo, (shot,) = rows.photo("red car"), rows.video(["boat"])
    assert [one.asset_id for one in everything("", scope="library")] == [shot.asset_id, photo.asset_id]
    assert [one.asset_id for one in everything("kind=video", scope="library")] == [shot.asset_id]


def test_too_many_are_refused_in_words_and_never_cut(rows: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    units = [rows.photo("red car") for _ in range(3)]
    monkeypatch.setattr(selection, "MOST", 2)
    with pytest.raises(SelectionError, match="More than 2"):
        read_selection(QueryDict("chosen=" + ",".join(f"u{unit.pk}" for unit in units)))
    with pytest.raises(SelectionError, match="narrow the search"):
        everything("q=kind:photo")
    with pytest.raises(SelectionError, match="as a whole"):
        everything("", scope="people")


def test_the_bar_asks_how_many_all_are(rows: SmallLibrary, client: Client) -> None:
    for _ in range(3):
        rows.photo("red car")
    answer = client.get("/selection/count.json", {"everything": "q=kind:photo", "scope": "search"})
    assert answer.json() == {"count": 3}
    refused = client.get("/selection/count.json", {"everything": "q=(", "scope": "search"})
    assert refused.status_code == 400
    assert refused.json()["error"]


def test_without_a_script_tiles_have_boxes(rows: SmallLibrary, client: Client) -> None:
    photo = rows.photo("red car")
    html = client.get("/library?select=1").content.decode()
    assert f'name="chosen" value="a{photo.asset_id}" form="chosen"' in html
    assert 'id="chosen" method="post" aria-label' in html
    assert 'name="chosen" value="a' not in client.get("/library").content.decode()
