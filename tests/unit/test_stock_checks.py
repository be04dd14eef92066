"""The checks of what is sent to agencies, one by one."""

import pytest

from dam.stock.item import Alike, Quality, Rights, Spot, Surroundings
from dam.types import MediaKind, Severity
from tests.stock_desk import KEYWORDS, MODEL_RELEASE, at, found, item

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@pytest.mark.parametrize("agency", ["adobe-stock", "alamy", "envato", "getty", "picfair"])
def test_a_good_photo_has_nothing_in_its_way(agency: str) -> None:
    assert found(item(), agency) == []


def test_a_title_that_is_too_long_is_told_with_its_limit_and_never_cut() -> None:
    (said,) = at("title", item(title="x" * 71))
    assert (said.severity, said.limit, said.actual) == (ERROR, "70 characters", "71")
    assert said.fix is None
    assert at("title", item(title="x" * 70)) == []


def test_adobe_wants_no_commas_and_no_names_in_titles() -> None:
    (comma,) = at("title", item(title="Boats, sea"))
    assert comma.fix is not None
    assert comma.fix.value == "Boats sea"
    (name,) = at("title", item(title="Portrait of Ana Prieto at sea", rights=MODEL_RELEASE))
    assert (name.severity, name.actual) == (ERROR, "Ana Prieto")
    assert name.fix is not None
    assert name.fix.value == "Portrait of at sea"


def test_a_title_may_be_too_short_for_pond5() -> None:
    told = at("title", item(title="Boats", choices={"price": "25"}), "pond5")
    assert [(each.limit, each.actual) for each in told] == [("at least 40 characters", "5")]


def test_a_missing_title_may_be_taken_from_the_description() -> None:
    (said,) = at("title", item(title=""), "envato")
    assert said.severity is ERROR
    assert said.fix is not None
    assert said.fix.value == item().description


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_text_that_a_spreadsheet_would_run_is_refused_and_offered_without_its_sign(start: str) -> None:
    (said,) = at("title", item(title=f"{start}cmd|' /C calc'!A0"))
    assert said.severity is ERROR
    assert said.fix is not None
    assert not str(said.fix.value).startswith(start)


def test_line_breaks_and_signs_that_turn_a_text_round_are_refused() -> None:
    (said,) = at("title", item(title="Boats\nat\u202esea"))
    assert said.fix is not None
    assert said.fix.value == "Boats atsea"


def test_trademarks_are_errors_unless_it_is_editorial() -> None:
    assert [each.actual for each in at("title", item(title="A red Ferrari by the sea"))] == ["ferrari"]
    assert [each.actual for each in at("title", item(title="An iPhone on a Coca-Cola crate"))] == [
        "iphone, coca cola"
    ]
    assert at("title", item(title="A red Ferrari by the sea", said_editorial=True)) == []
    assert at("title", item(title="A ferrariesque boat")) == []


def test_worn_words_are_warned_of() -> None:
    (said,) = at("title", item(title="Amazing boats"))
    assert (said.severity, said.actual) == (WARNING, "amazing")


def test_too_few_and_too_many_keywords() -> None:
    (few,) = at("keywords", item(keywords=KEYWORDS[:6], categories=("Nature",)), "shutterstock")
    assert (few.limit, few.actual) == ("at least 7 keywords", "6")
    words = tuple(f"word{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(51))
    (many,) = at("keywords", item(keywords=words))
    assert (many.limit, many.actual) == ("at most 50 keywords", "51")
    assert many.fix is not None
    assert many.fix.value == words[:50]


def test_a_keyword_twice_is_an_error_and_a_plural_twin_a_warning() -> None:
    told = at("keywords", item(keywords=("boat", "Sea", "boats", "sea")))
    assert [(each.severity, each.actual) for each in told] == [(ERROR, "sea"), (WARNING, "boat/boats")]
    assert [each.fix.value for each in told if each.fix] == [("boat", "Sea")] * 2


def test_keywords_with_a_comma_fall_apart_only_when_somebody_says_so() -> None:
    (said,) = at("keywords", item(keywords=("sea, coast", "boat")))
    assert said.fix is not None
    assert said.fix.value == ("sea", "coast", "boat")


def test_envato_counts_the_letters_of_all_keywords() -> None:
    each = at("keywords", item(keywords=("x" * 101,)), "envato")
    assert [said.limit for said in each] == ["100 characters"]
    words = tuple(f"{chr(97 + at % 26)}{chr(97 + at // 26)}" * 25 for at in range(42))
    (whole,) = at("keywords", item(keywords=words), "envato")
    assert (whole.limit, whole.actual) == ("2,048 characters", "2,141")


def test_names_of_files_are_shortened_only_for_the_copy() -> None:
    long = item(
        own_name="a-very-long-name-of-a-photo-2026-0042.jpg", file_name="a-very-long-name-of-a-photo-2026-0042.jpg"
    )
    (said,) = at("file_name", long)
    assert (said.limit, said.actual) == ("30 characters", "41")
    assert said.fix is not None
    assert len(str(said.fix.value)) <= 30
    assert str(said.fix.value).endswith("0042.jpg")
    assert at("file_name", item(own_name=long.own_name, file_name=str(said.fix.value))) == []


def test_two_copies_never_have_one_name() -> None:
    (said,) = at("file_name", item(), around=Surroundings(same_name=("other/harbour-0042.jpg",)))
    assert said.severity is ERROR
    assert said.fix is not None
    assert said.fix.value == "harbour-0042_1.jpg"


def test_a_name_keeps_its_ending_and_holds_no_path() -> None:
    assert [each.severity for each in at("file_name", item(file_name="harbour.png"))] == [ERROR]
    (said,) = at("file_name", item(file_name="../harbour.jpg"))
    assert said.fix is not None
    assert said.fix.value == "_harbour.jpg"


def test_raw_files_and_sound_are_not_taken() -> None:
    (raw,) = at("file", item(own_name="a.cr3", file_name="a.cr3"), "alamy")
    assert (raw.severity, raw.limit, raw.actual) == (ERROR, "jpg, jpeg", "cr3")
    (sound,) = at("file", item(kind=MediaKind.AUDIO, own_name="a.wav", file_name="a.wav"))
    assert sound.actual == "audio"


def test_pictures_may_have_too_few_pixels() -> None:
    (said,) = at("file", item(width=2000, height=1500, categories=("Nature",)), "shutterstock")
    assert (said.limit, said.actual) == ("at least 4 MP", "3.0 MP (2,000 × 1,500)")
    (opened,) = at("file", item(width=2400, height=2400), "alamy")
    assert opened.actual.startswith("16.5 MB")


def test_blur_and_noise_are_warned_of_and_not_judged_where_nothing_was_measured() -> None:
    told = at("file", item(quality=Quality(sharpness=0.2, noise=9.0)))
    assert [each.severity for each in told] == [WARNING, WARNING]
    assert at("file", item(quality=Quality())) == []


def test_whom_a_picture_shows_makes_it_editorial_without_a_release() -> None:
    named = item(rights=Rights(named=("Ana",), unreleased=("Ana",), strangers=2))
    assert named.editorial
    (said,) = at("editorial", item(rights=named.rights, said_editorial=False))
    assert said.severity is ERROR
    assert said.message.startswith("Ana and 2 unnamed faces without a model release")
    assert not item(rights=MODEL_RELEASE).editorial


def test_writing_makes_it_editorial_and_a_person_who_looked_is_only_warned() -> None:
    sign = Rights(writing=("ACME BREWERY",))
    assert item(rights=sign).editorial
    (said,) = at("editorial", item(rights=sign, said_editorial=False))
    assert (said.severity, said.actual) == (WARNING, "“ACME BREWERY”")
    assert not item(rights=Rights(writing=("ACME",), property_released=True)).editorial


def test_adobe_is_not_told_by_its_csv_that_something_is_editorial() -> None:
    assert [each.severity for each in at("editorial", item(said_editorial=True))] == [WARNING]
    assert at("editorial", item(said_editorial=True), "shutterstock") == []


def test_pond5_wants_place_and_date_before_an_editorial_title() -> None:
    sent = item(said_editorial=True, choices={"price": "25"}, title="Fishing boats in the harbour")
    (said, short) = at("title", sent, "pond5")
    assert short.limit == "at least 40 characters" or said.limit == "at least 40 characters"
    fix = next(each.fix for each in (said, short) if each.fix)
    assert fix.value == "Ortigueira, Spain (Galicia) – 2026/05/03: Fishing boats in the harbour"
    assert at("title", item(said_editorial=True, choices={"price": "25"}, title=str(fix.value)), "pond5") == []


def test_an_editorial_caption_says_what_is_missing() -> None:
    nowhere = item(said_editorial=True, spot=Spot(country="Spain"), taken_on=None, choices={"price": "25"})
    (said,) = at("title", nowhere, "pond5")
    assert said.message.startswith("An editorial caption needs the city and the date")


def test_prices_are_required_and_read() -> None:
    assert [each.actual for each in at("price", item(), "pond5")] == ["none"]
    assert at("price", item(choices={"price": "24.99"}), "pond5") == []
    assert [each.actual for each in at("price", item(choices={"price": "cheap"}), "pond5")] == ["cheap"]


def test_categories_are_the_agencys_own() -> None:
    assert [each.severity for each in at("category", item(categories=()))] == [WARNING]
    assert [each.severity for each in at("category", item(categories=()), "shutterstock")] == [ERROR]
    assert [each.actual for each in at("category", item(categories=("Boats",)), "shutterstock")] == ["Boats"]
    many = item(categories=("Nature", "People", "Arts"))
    assert [each.limit for each in at("category", many, "shutterstock")] == ["at most 2"]


def test_what_is_unverified_only_warns_and_says_so() -> None:
    (said,) = at("description", item(description="x" * 201, categories=("Nature",)), "shutterstock")
    assert (said.severity, said.verified) == (WARNING, False)
    assert [(each.severity, each.verified) for each in at("title", item(title=""), "getty")] == [(WARNING, False)]


def test_near_duplicates_are_told_within_the_submission_and_of_the_ledger() -> None:
    beside = tuple(Alike(asset_id=pk, name=f"{pk}.jpg") for pk in (2, 3, 4))
    (said,) = at("file", item(), around=Surroundings(alike=beside))
    assert (said.severity, said.limit, said.actual) == (WARNING, "3 versions of one motif", "4 alike")
    (few,) = at("file", item(), around=Surroundings(alike=beside[:1]))
    assert "send both only if they differ" in few.message
    (before,) = at("file", item(), around=Surroundings(alike=(Alike(asset_id=9, name="a.jpg", sent="2026-01-02"),)))
    assert before.message.endswith("a.jpg (2026-01-02)")
    (again,) = at("file", item(), around=Surroundings(sent_before="2026-01-02"))
    assert again.message == "It went to Adobe Stock on 2026-01-02 already"
