"""Collections made by hand: filled once, ordered with few writes, undone, searched in, and whole after a re-split."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dam.catalog.models import Asset, Collection, CollectionItem, Correction, Unit
from dam.catalog.readers.collection_items import Item, covers_of, items_of, units_in
from dam.catalog.writers.replace import replace_units
from dam.catalog.writers.units import forget_asset, forget_units
from dam.errors import CollectionError, QueryError
from dam.types import Query, UnitKind
from search import selection
from search.answer import answers
from search.corrections import take_back
from search.saved import collections, made
from search.saved.made import Order
from search.selection import Picked, everything
from search.service import Found, find, parse_query
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder

pytestmark = pytest.mark.django_db
Search = Callable[[str], Found]


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Search:
    """Search the small library without the thread that follows it."""
    follower = Follower(snapshots=None)

    def searched(query: Query, **options: int) -> Found:
        follower.catch_up()
        return find(query, embedder=WordsEmbedder(), source=follower, **options)

    monkeypatch.setattr(selection, "find", searched)
    monkeypatch.setattr(answers, "find", searched)
    return lambda text: searched(parse_query(text))


@pytest.fixture
def rows(search: Search) -> SmallLibrary:
    return SmallLibrary()


def of_units(*units: Unit) -> list[Picked]:
    return [Picked(asset_id=unit.asset_id, unit_id=unit.pk) for unit in units]


def order_of(collection_id: int) -> list[tuple[int, int]]:
    return [(item.asset_id, item.start_ms) for item in items_of(collection_id)]


def ids(collection_id: int) -> list[int]:
    return [item.id for item in items_of(collection_id)]


def test_nothing_is_in_it_twice_and_new_things_stand_at_the_end(rows: SmallLibrary) -> None:
    photo, shots = rows.photo("red car"), rows.video(["boat", "tree"])
    added = made.create("Deck", of_units(shots[1], photo))
    assert (added.new, added.known) == (2, 0)
    again = made.add(
        added.collection_id, [*of_units(photo, shots[0]), Picked(asset_id=photo.asset_id), Picked(asset_id=999)]
    )
    assert (again.new, again.known) == (1, 1), "a photo is the same by its unit and by its file"
    assert made.add(added.collection_id, of_units(photo)).correction is None
    video = shots[0].asset_id
    assert order_of(added.collection_id) == [(video, 10_000), (photo.asset_id, 0), (video, 0)]
    assert made.get(added.collection_id).count == 3


def test_a_whole_video_and_a_shot_of_it_are_two_things(rows: SmallLibrary) -> None:
    shots = rows.video(["boat", "tree"])
    added = made.create("Deck", [Picked(asset_id=shots[0].asset_id), *of_units(shots[0])])
    assert [(item.unit_id, item.end_ms) for item in items_of(added.collection_id)] == [
        (None, 0),
        (shots[0].pk, 10_000),
    ]
    assert units_in(added.collection_id) == [shots[0].pk, shots[1].pk]


def test_thousands_are_added_by_a_few_statements(rows: SmallLibrary) -> None:
    assets = Asset.objects.bulk_create(
        [Asset(fingerprint=f"many{number}", size_bytes=1, kind="photo") for number in range(3_000)]
    )
    picked = [Picked(asset_id=asset.pk) for asset in assets]
    with CaptureQueriesContext(connection) as asked:
        added = made.create("Many", picked)
    assert added.new == 3_000
    assert len(asked) < 60
    with CaptureQueriesContext(connection) as asked:
        made.move(added.collection_id, [ids(added.collection_id)[-1]], before_id=ids(added.collection_id)[0])
    assert sum("UPDATE" in one["sql"] and "collectionitem" in one["sql"] for one in asked) == 1
    assert order_of(added.collection_id)[0] == (assets[-1].pk, 0)


def test_things_are_moved_before_another_and_that_is_undone(rows: SmallLibrary) -> None:
    units = [rows.photo("car") for _ in range(4)]
    deck = made.create("Deck", of_units(*units)).collection_id
    a, b, c, d = ids(deck)
    correction = made.move(deck, [d, b], before_id=a)
    assert ids(deck) == [d, b, a, c]
    assert made.move(deck, [b, a], before_id=b) is None or ids(deck) == [d, b, a, c]
    made.move(deck, [d], before_id=None)
    assert ids(deck) == [b, a, c, d]
    assert correction is not None
    take_back([Correction.objects.latest("pk").pk])
    take_back([correction])
    assert ids(deck) == [a, b, c, d]
    with pytest.raises(CollectionError, match="not in this collection"):
        made.move(deck, [a], before_id=10**9)


def test_moving_into_the_same_gap_goes_on_for_ever(rows: SmallLibrary) -> None:
    units = [rows.photo("car") for _ in range(3)]
    deck = made.create("Deck", of_units(*units)).collection_id
    for _ in range(40):
        first, second, third = ids(deck)
        made.move(deck, [third], before_id=second)
        assert ids(deck) == [first, third, second]


def test_what_is_taken_out_comes_back_where_it_was_with_its_note(rows: SmallLibrary) -> None:
    units = [rows.photo("car") for _ in range(3)]
    deck = made.create("Deck", of_units(*units)).collection_id
    before = order_of(deck)
    made.note_item(deck, ids(deck)[1], "  crop the left\r\nside ")
    gone, correction = made.remove(deck, ids(deck)[1:])
    assert (gone, len(ids(deck))) == (2, 1)
    assert correction is not None
    assert take_back([correction])
    assert order_of(deck) == before
    assert [item.note for item in items_of(deck)] == ["", "crop the left\nside", ""]
    assert Asset.objects.count() == 3


def test_making_renaming_noting_copying_and_deleting_are_undone(rows: SmallLibrary) -> None:
    units = [rows.photo("car") for _ in range(2)]
    added = made.create("Deck", of_units(*units), note="for Monday")
    deck = added.collection_id
    copy = made.duplicate(deck)
    assert (made.get(copy.collection_id).name, made.get(copy.collection_id).note) == ("Deck 2", "for Monday")
    assert order_of(copy.collection_id) == order_of(deck)
    assert copy.correction is not None
    take_back([copy.correction])
    with pytest.raises(CollectionError, match="not there"):
        made.get(copy.collection_id)
    renamed, noted = made.rename(deck, "Pitch"), made.note(deck, "for Tuesday")
    assert noted is not None
    take_back([renamed, noted])
    assert (made.get(deck).name, made.get(deck).note) == ("Deck", "for Monday")
    deleted = made.delete(deck)
    assert not CollectionItem.objects.exists()
    take_back([deleted])
    assert order_of(deck) == [(unit.asset_id, 0) for unit in units]
    assert made.get(deck).note == "for Monday"


def test_undoing_the_making_keeps_what_was_added_since(rows: SmallLibrary) -> None:
    first, second = rows.photo("car"), rows.photo("boat")
    added = made.create("Deck", of_units(first))
    made.add(added.collection_id, of_units(second))
    assert added.correction is not None
    take_back([added.correction])
    assert order_of(added.collection_id) == [(second.asset_id, 0)]


def test_a_shot_that_is_cut_anew_stays_in_its_collections(rows: SmallLibrary) -> None:
    shots = rows.video(["boat", "tree"])
    deck = made.create("Deck", of_units(shots[1])).collection_id
    asset = shots[0].asset
    cut = [(0, 4_000), (4_000, 11_000), (11_000, 20_000)]
    new = replace_units(
        asset,
        [
            Unit(asset=asset, kind=UnitKind.SHOT, position=at, start_ms=start, end_ms=end)
            for at, (start, end) in enumerate(cut)
        ],
    )
    (item,) = items_of(deck)
    assert (item.start_ms, item.end_ms, item.unit_id) == (10_000, 20_000, new[2].pk)


def test_a_line_that_is_heard_anew_is_found_by_its_time(rows: SmallLibrary) -> None:
    lines = rows.speech(["one two", "three four"])
    deck = made.create("Deck", of_units(lines[1])).collection_id
    asset = lines[0].asset
    forget_units([line.pk for line in lines])
    new = Unit.objects.create(asset=asset, kind=UnitKind.CLIP, position=1, start_ms=5_400, end_ms=9_000)
    assert [item.unit_id for item in items_of(deck)] == [new.pk]
    forget_asset(asset.pk)
    assert items_of(deck) == []


def test_it_is_shown_by_date_name_and_when_it_was_added(rows: SmallLibrary) -> None:
    named = [rows.photo("car", path=f"{name}.jpg") for name in ("b", "C", "a")]
    deck = made.create("Deck", of_units(*named)).collection_id

    def shown(order: Order) -> list[int]:
        return [item.asset_id for item in made.items(deck, order=order)]

    b, c, a = (unit.asset_id for unit in named)
    assert shown(Order.NAME) == [a, b, c]
    assert shown(Order.DATE) == [b, c, a], "without dates the order stays"
    correction = made.keep_order(deck, Order.NAME)
    assert shown(Order.HAND) == [a, b, c]
    assert correction is not None
    take_back([correction])
    assert shown(Order.HAND) == [b, c, a]


def test_a_collection_is_searched_in_and_lists_itself_in_its_order(rows: SmallLibrary, search: Search) -> None:
    car, boat, tree = rows.photo("red car"), rows.photo("white boat"), rows.photo("green tree")
    made.create("Pitch deck", of_units(tree, car))
    listed = search('collection:"pitch Deck"')
    assert [hit.place.unit_id for hit in listed.ranked] == [tree.pk, car.pk]
    found = search('white boat collection:"Pitch deck"')
    assert boat.pk not in {hit.place.unit_id for hit in found.ranked}
    assert {hit.place.unit_id for hit in search('kind:photo -collection:"Pitch deck"').ranked} == {boat.pk}
    collections.create("Boats", {"q": "white boat"})
    for name in ("nothing", "boats"):
        with pytest.raises(QueryError, match="made by hand"):
            search(f"collection:{name}")


def test_a_saved_search_is_copied_as_it_is_now(rows: SmallLibrary) -> None:
    units = [rows.photo("red car") for _ in range(2)]
    saved = collections.create("Photos", {"q": "kind:photo"})
    added = made.fixed_copy(saved.id)
    rows.photo("red car")
    assert (made.get(added.collection_id).name, added.new) == ("Photos 2", 2)
    assert set(units_in(added.collection_id)) == {unit.pk for unit in units}
    with pytest.raises(CollectionError, match="fills itself"):
        made.add(saved.id, of_units(units[0]))


def test_the_whole_of_it_is_selected_in_its_order(rows: SmallLibrary) -> None:
    photo, shots = rows.photo("red car"), rows.video(["boat", "tree"])
    deck = made.create("Deck", [*of_units(shots[1]), Picked(asset_id=shots[0].asset_id), *of_units(photo)])
    assert everything(f"collection={deck.collection_id}", scope="collection") == [
        *of_units(shots[1]), Picked(asset_id=shots[0].asset_id), *of_units(photo)
    ]  # fmt: skip


def test_the_first_of_each_are_its_covers(rows: SmallLibrary) -> None:
    units = [rows.photo("car") for _ in range(6)]
    first, second = made.create("One", of_units(*units)), made.create("Two", of_units(units[5]))
    covers = covers_of([first.collection_id, second.collection_id])

    def assets(items: list[Item]) -> list[int]:
        return [item.asset_id for item in items]

    assert assets(covers[first.collection_id]) == [unit.asset_id for unit in units[:4]]
    assert assets(covers[second.collection_id]) == [units[5].asset_id]


def test_the_last_used_stand_first(rows: SmallLibrary) -> None:
    units = [rows.photo("car") for _ in range(2)]
    first, _ = made.create("One", of_units(units[0])), made.create("Two")
    assert [one.name for one in made.all_made()] == ["Two", "One"]
    made.add(first.collection_id, of_units(units[1]))
    assert [one.name for one in made.all_made()] == ["One", "Two"]
    with pytest.raises(CollectionError, match="already"):
        made.create("one")
    assert Collection.objects.count() == 2
