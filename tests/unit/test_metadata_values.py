"""What a change makes of a field's value, and which values can't be."""

import pytest

from dam.errors import MetadataError
from dam.metadata import values
from dam.metadata.edit import summary
from dam.types import CLEAR, Change, ChangeKeywords, MetadataField, MetadataValue, SetTo

F = MetadataField
NOTHING: dict[MetadataField, MetadataValue] = {
    field: [] if field is F.KEYWORDS else None if field is F.RATING else "" for field in MetadataField
}


def after(before: list[str], change: Change) -> MetadataValue:
    """What keywords become."""
    clean = values.clean_changes({F.KEYWORDS: change})
    return values.of({**NOTHING, F.KEYWORDS: before}, clean).get(F.KEYWORDS, before)


def test_added_keywords_stand_at_the_end_each_once() -> None:
    assert after(["sea", "Boat"], ChangeKeywords(add=("boat", "Sky", " sky "))) == ["sea", "Boat", "Sky"]


def test_keywords_are_removed_in_any_case_and_the_rest_keeps_its_order() -> None:
    assert after(["c", "Animals|Dog", "a"], ChangeKeywords(remove=("animals|dog",))) == ["c", "a"]


def test_a_renamed_keyword_stays_where_it_stood() -> None:
    assert after(["a", "dog", "c"], ChangeKeywords(rename=(("Dog", "Animals|Dog"),))) == ["a", "Animals|Dog", "c"]


def test_a_keyword_renamed_to_one_that_is_there_is_there_once() -> None:
    assert after(["a", "dogs", "dog"], ChangeKeywords(rename=(("dogs", "dog"),))) == ["a", "dog"]


def test_keywords_are_set_in_their_order_without_control_characters() -> None:
    assert after(["x"], SetTo(["b", "a\x00\x07", "B"])) == ["b", "a"]


def test_a_path_has_no_empty_part() -> None:
    for path in ("Animals|", "|Dog", "Animals||Dog"):
        with pytest.raises(MetadataError, match="empty part"):
            after([], ChangeKeywords(add=(path,)))


def test_what_is_the_same_is_no_change() -> None:
    clean = values.clean_changes({F.TITLE: SetTo(" Harbour "), F.RATING: SetTo(0), F.KEYWORDS: ChangeKeywords()})
    assert values.of({**NOTHING, F.TITLE: "Harbour"}, clean) == {}


def test_titles_are_one_line_and_descriptions_keep_theirs() -> None:
    assert values.cleaned(F.TITLE, "  one\r\ntwo\x0b ") == "one two"
    assert values.cleaned(F.DESCRIPTION, "one\r\ntwo") == "one\ntwo"


@pytest.mark.parametrize(("given", "stored"), [(5, 5), (-1, -1), (0, None), (None, None), ("", None)])
def test_ratings_that_are_taken(given: int | None, stored: int | None) -> None:
    assert values.cleaned(F.RATING, given) == stored


@pytest.mark.parametrize("given", [6, -2, "5", True, ["5"]])
def test_ratings_that_are_none(given: object) -> None:
    with pytest.raises(MetadataError, match="Rating"):
        values.cleaned(F.RATING, given)  # type: ignore[arg-type]


def test_a_label_has_64_characters_at_most_and_keywords_are_warned_of() -> None:
    with pytest.raises(MetadataError, match="Label: 65 characters"):
        values.cleaned(F.LABEL, "x" * 65)
    assert values.cleaned(F.KEYWORDS, ["x" * 65]) == ["x" * 65]
    assert len(values.warnings(["x" * 65, "Trees|Oak"])) == 1


def test_a_country_brings_its_code() -> None:
    def code(name: str) -> object:
        changed = values.clean_changes({F.COUNTRY: SetTo(name)})[F.COUNTRY_CODE]
        return changed.value if isinstance(changed, SetTo) else None

    assert (code("Portugal"), code("usa"), code("Atlantis"), code("")) == ("PT", "US", "", "")
    own = values.clean_changes({F.COUNTRY: SetTo("Portugal"), F.COUNTRY_CODE: SetTo("prt")})
    assert own[F.COUNTRY_CODE] == SetTo("PRT")
    with pytest.raises(MetadataError, match="Country code"):
        values.clean_changes({F.COUNTRY_CODE: SetTo("Portugal")})


def test_only_keywords_are_added_to() -> None:
    with pytest.raises(MetadataError, match="Title"):
        values.clean_changes({F.TITLE: ChangeKeywords(add=("x",))})
    with pytest.raises(MetadataError, match="nothing"):
        values.clean_changes({})


def test_summaries_say_what_was_done() -> None:
    assert summary({F.TITLE: SetTo("Harbour")}, {F.TITLE: 1}) == "Title “Harbour” for 1 asset"
    assert summary({F.RATING: SetTo(5)}, {F.RATING: 1200}) == "5 stars for 1,200 assets"
    assert summary({F.CREATOR: CLEAR}, {F.CREATOR: 2}) == "Creator removed for 2 assets"
    words = ChangeKeywords(add=("Animals|Dog",), remove=("cat",))
    assert summary({F.KEYWORDS: words}, {F.KEYWORDS: 2}) == "Keywords +Animals › Dog, −cat for 2 assets"
    assert (
        summary({F.CITY: SetTo("Lisbon"), F.TITLE: SetTo("x")}, {F.CITY: 3, F.TITLE: 2}) == "Title, city for 3 assets"
    )
