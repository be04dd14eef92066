"""The order of suggestions, and what they are called."""

from dam.catalog.readers.evidence import Clue
from dam.catalog.readers.vocabulary import Vocabulary
from dam.metadata.spoken import clock
from dam.metadata.suggest import looked_at, ranked

OWN = Vocabulary({"Animals|Dog": 7, "Dog": 2, "Harbour": 1})


def clue(word: str, certainty: float, why: str = "tag", *, asset: int = 1, others: tuple[str, ...] = ()) -> Clue:
    return Clue(asset_id=asset, word=word, certainty=certainty, why=f"{why} {certainty:.2f}", others=others)


def test_the_users_words_come_first_then_what_is_surest() -> None:
    found = ranked([clue("boat", 0.99), clue("sea", 0.7), clue("harbours", 0.6)], OWN, {})
    assert [(one.word, one.own) for one in found] == [("Harbour", True), ("boat", False), ("sea", False)]


def test_a_word_is_called_as_the_user_calls_it_most_also_by_a_synonym() -> None:
    (one,) = ranked([clue("puppy", 0.8, others=("dog",)), clue("dog", 0.9, "seen")], OWN, {})
    assert (one.word, one.certainty, one.why) == ("Animals|Dog", 0.9, ("seen 0.90", "tag 0.80"))


def test_what_an_asset_has_is_not_suggested_for_it() -> None:
    found = ranked([clue("dog", 0.9), clue("dog", 0.8, asset=2)], OWN, {1: {"animal", "dog"}})
    assert [(one.asset_ids, one.certainty) for one in found] == [((2,), 0.8)]


def test_a_word_of_many_assets_stands_before_a_surer_one_of_one() -> None:
    everywhere = [clue("beach", 0.7, asset=asset) for asset in range(3)]
    assert [one.word for one in ranked([clue("kite", 0.95), *everywhere], Vocabulary(), {})] == ["beach", "kite"]


def test_large_selections_are_looked_at_evenly() -> None:
    assert looked_at(range(10)) == list(range(10))
    seen = looked_at(range(5_000))
    assert (len(seen), seen[-1]) == (500, 4_990)


def test_moments_are_read_like_clocks() -> None:
    assert [clock(at) for at in (12_000, 3_723_000)] == ["00:12", "1:02:03"]
