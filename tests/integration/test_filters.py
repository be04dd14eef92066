"""Filters over rows as the models, people and files leave them: what each keeps, together and negated."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam import wiring
from dam.catalog import fulltext
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    AssetPlace,
    DetectedObject,
    Embedding,
    Face,
    MediaFile,
    Person,
    Speaker,
    Speech,
    StageModel,
    Tag,
    TagScore,
    TagVerdict,
    TranscriptRecord,
    Unit,
    UnitColour,
    UnitLook,
    UnitMeasure,
)
from dam.engines.faces.fake import FakeFaceEngine
from dam.errors import ModelUnavailable, QueryError
from dam.types import EvidenceSource, FaceSource, Motion, SearchResult, Stage, TagKind, TranscriptSource, UnitKind
from dam.types.colours import to_lab
from search import service
from search.query.chips import chips
from search.service import parse_query, search
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder, embed, picture_vector

pytestmark = pytest.mark.django_db

MODEL = "a model"


class Desk:
    """A small library with a search over it, and words for what was found in its units."""

    def __init__(self) -> None:
        self.rows = SmallLibrary()
        self.follower = Follower(snapshots=None)
        self.names: dict[int, str] = {}
        for stage in (Stage.FACES, Stage.OBJECTS, Stage.TAG, Stage.TEXT):
            StageModel.objects.create(stage=stage, model=MODEL)

    def photo(self, name: str, *, path: str = "") -> Unit:
        return self._named(name, self.rows.photo(name, path=path))

    def video(self, *names: str) -> list[Unit]:
        return [self._named(name, unit) for name, unit in zip(names, self.rows.video(names), strict=True)]

    def line(self, shot: Unit, text: str, *, start_ms: int, end_ms: int) -> Unit:
        """A line that is spoken in the video of a shot."""
        record, _ = TranscriptRecord.objects.get_or_create(
            asset=shot.asset, defaults={"source": TranscriptSource.MODEL, "model": "m", "language": "en"}
        )
        place = Unit.objects.filter(asset=shot.asset, kind=UnitKind.CLIP).count() + 1
        unit = Unit.objects.create(
            asset=shot.asset, kind=UnitKind.CLIP, position=place, start_ms=start_ms, end_ms=end_ms
        )
        Speech.objects.create(unit=unit, transcript=record, text=text, words=[])
        fulltext.index_units([fulltext.TextRow(unit_id=unit.pk, spoken=text)])
        embed(unit, WordsEmbedder().embed_texts([text])[0], at_ms=start_ms, space="speech:words")
        return self._named(text, unit)

    def ask(self, text: str) -> SearchResult:
        self.follower.catch_up()
        return search(parse_query(text), limit=1000, embedder=WordsEmbedder(), source=self.follower)

    def found(self, text: str) -> set[str]:
        """Return the names of the good hits."""
        return {self.names[hit.unit_id] for hit in self.ask(text).hits if hit.good}

    def _named(self, name: str, unit: Unit) -> Unit:
        self.names[unit.pk] = name
        return unit


@pytest.fixture
def desk() -> Desk:
    return Desk()


def seen(unit: Unit, person: Person | None, *, likeness: float = 0.9, source: str = "model", at_ms: int = 0) -> Face:
    return Face.objects.create(
        unit=unit,
        model=MODEL,
        person=person,
        likeness=likeness,
        source=source,
        at_ms=at_ms,
        x=0,
        y=0,
        width=1,
        height=1,
    )


def tagged(unit: Unit, tag: Tag, certainty: float = 0.8) -> None:
    TagScore.objects.create(unit=unit, tag=tag, model=MODEL, certainty=certainty, at_ms=unit.start_ms)


def objects(unit: Unit, label: str, certainties: Iterable[float], *, at_ms: int = 0) -> None:
    for certainty in certainties:
        DetectedObject.objects.create(
            unit=unit, model=MODEL, label=label, certainty=certainty, at_ms=at_ms, x=0, y=0, width=1, height=1
        )


def test_people_alone_together_and_without(desk: Desk) -> None:
    ana, bob = Person.objects.create(name="Ana Lima"), Person.objects.create(name="Bob")
    both, only_ana, only_bob, _ = (desk.photo(name) for name in ("both", "ana", "bob", "nobody"))
    for unit, person in ((both, ana), (both, bob), (only_ana, ana), (only_bob, bob)):
        seen(unit, person)

    assert desk.found("person:ana") == {"both", "ana"}
    assert desk.found('person:"ana lima" person:Bob') == {"both"}
    assert desk.found("person:Ana -person:Bob") == {"ana"}
    assert desk.found("person:Ana OR person:Bob") == {"both", "ana", "bob"}
    assert desk.found(f"person:#{bob.pk}") == {"both", "bob"}
    assert desk.found("-person:Ana -person:Bob") == {"nobody"}
    assert desk.found("person:Nobody") == set()


def test_two_people_must_be_in_the_same_shot_but_a_line_may_be_spoken_meanwhile(desk: Desk) -> None:
    ana, bob = Person.objects.create(name="Ana"), Person.objects.create(name="Bob")
    first, second, third = desk.video("with ana", "with bob", "with both")
    seen(first, ana, at_ms=2_000)
    seen(second, bob, at_ms=12_000)
    seen(third, ana, at_ms=22_000)
    seen(third, bob, at_ms=22_000)
    desk.line(first, "the wedding budget", start_ms=1_000, end_ms=4_000)
    desk.line(first, "good evening", start_ms=11_000, end_ms=14_000)

    assert desk.found("person:Ana person:Bob") == {"with both"}
    assert desk.found("person:Ana") == {"with ana", "with both"}
    assert desk.found('person:Ana "wedding budget"') == {"the wedding budget"}
    assert desk.found('person:Bob "wedding budget"') == set()
    assert desk.found('person:Ana said:"wedding budget"') == {"with ana", "the wedding budget"}
    assert desk.found('person:Bob said:"good evening"') == {"with bob", "good evening"}
    (hit,) = [hit for hit in desk.ask("person:Ana person:Bob").hits if hit.good]
    assert (hit.best_ms, {item.source for item in hit.evidence}) == (22_000, {EvidenceSource.PERSON})


def test_filters_narrow_inside_the_search_so_that_the_best_of_the_rest_is_found(desk: Desk) -> None:
    person = Person.objects.create(name="Ana")
    for number in range(700):  # more near ones than a space is asked for
        desk.photo(f"red car sunset {number}")
    wanted = desk.photo("red car sunset with ana")
    embedding = Embedding.objects.get(unit=wanted)
    embedding.vector = picture_vector("red car sunset", noise=0.9).astype("<f2").tobytes()
    embedding.save()
    seen(wanted, person)

    result = desk.ask("red car sunset person:Ana")

    assert [hit.unit_id for hit in result.hits] == [wanted.pk]
    sources = [item.source for item in result.hits[0].evidence]
    assert EvidenceSource.PICTURE in sources
    assert EvidenceSource.PERSON in sources


def test_words_after_a_minus_leave_out_what_is_clearly_meant(desk: Desk) -> None:
    for name in (
        "beach sand sea",
        "beach sand umbrella",
        "forest trees",
        "city street",
        "night stars",
        "snow hill",
    ) * 4:
        desk.photo(name)
    assert desk.found("beach sand") == {"beach sand sea", "beach sand umbrella"}
    assert desk.found("beach sand -umbrella") == {"beach sand sea"}
    shown = {desk.names[hit.unit_id] for hit in desk.ask("-umbrella").hits}
    assert "beach sand umbrella" not in shown
    assert len(shown) == 5


def test_tags_by_name_synonym_and_what_lies_below_and_the_word_of_people(desk: Desk) -> None:
    vehicle = Tag.objects.create(key="vehicle", name="vehicle", kind=TagKind.PICTURE)
    boat = Tag.objects.create(
        key="vehicle/boat", name="boat", parent=vehicle, kind=TagKind.PICTURE, synonyms=["ship"]
    )
    sure, unsure, said, refused = (desk.photo(name) for name in ("sure", "unsure", "said", "refused"))
    tagged(sure, boat)
    tagged(unsure, boat, 0.3)
    tagged(refused, boat)
    TagVerdict.objects.create(unit=said, tag=boat, accepted=True)
    TagVerdict.objects.create(unit=refused, tag=boat, accepted=False)

    assert desk.found("tag:boat") == desk.found("tag:ships") == desk.found("tag:vehicle") == {"sure", "said"}
    assert desk.found("-tag:boat") == {"unsure", "refused"}
    # In plain words, too: a tag's name finds what carries it.
    assert desk.found("boat") == {"sure", "said"}
    evidence = next(hit for hit in desk.ask("boat").hits if hit.unit_id == sure.pk).evidence
    assert [(item.source, item.score) for item in evidence if item.source is EvidenceSource.TAG] == [
        (EvidenceSource.TAG, 0.8)
    ]


def test_objects_are_counted(desk: Desk) -> None:
    one, three, doubtful, _ = (desk.photo(name) for name in ("one", "three", "doubtful", "none"))
    objects(one, "car", [0.9])
    objects(three, "car", [0.9, 0.8, 0.7])
    objects(doubtful, "car", [0.9, 0.4, 0.4])
    assert desk.found("objects:car") == desk.found("object:cars") == {"one", "three", "doubtful"}
    assert desk.found("objects:car>2") == desk.found("objects:car=3") == {"three"}
    assert desk.found("objects:car<=2") == {"one", "doubtful"}
    assert desk.found("-objects:car") == {"none"}
    with pytest.raises(QueryError, match="-objects:car"):
        desk.ask("objects:car=0")


def test_writing_speech_colour_look_and_place(desk: Desk) -> None:
    sign, sea, grey = (desk.photo(name) for name in ("sign", "sea", "grey"))
    fulltext.index_units([fulltext.TextRow(unit_id=sign.pk, written="EMERGENCY EXIT only")])
    (line,) = desk.rows.speech(["take the emergency exit"])
    desk.names[line.pk] = "line"
    lightness, a, b = to_lab((31, 107, 109)).tolist()
    UnitColour.objects.create(unit=sea, name="teal", lightness=lightness, a=a, b=b, share=0.5)
    for unit, monochrome in ((sea, False), (grey, True)):
        UnitLook.objects.create(
            unit=unit, model="look", brightness=0.5, contrast=0.5, saturation=0.1, sharpness=0.9,
            monochrome=monochrome, phash="0" * 16,
        )  # fmt: skip
    UnitMeasure.objects.create(unit=grey, motion=Motion.PAN)
    AssetPlace.objects.create(
        asset=sea.asset, model="places", city="Lisbon", region="Lisbon District", country="Portugal",
        country_code="PT", distance_km=1.0,
    )  # fmt: skip

    assert desk.found("text:EXIT") == desk.found('text:"emergency exit"') == {"sign"}
    assert desk.found('said:"emergency exit"') == {"line"}
    assert desk.found('"emergency exit"') == {"line"}
    assert desk.found('text:"exit emergency"') == set()
    assert desk.found("color:teal") == desk.found("colour:#1f6b6d") == {"sea"}
    assert desk.found("look:bw") == desk.found('look:"black and white"') == desk.found("look:pan") == {"grey"}
    assert desk.found("place:lisbon") == desk.found("country:PT") == desk.found('place:"Lisbon, Portugal"') == {"sea"}
    assert desk.found("look:sharp -look:bw") == {"sea"}
    with pytest.raises(QueryError, match="no colour that is known"):
        desk.ask("color:nice")
    with pytest.raises(QueryError, match=r"look:nice.*landscape"):
        desk.ask("look:nice")


def test_a_kind_narrows_what_names_and_filters_find(desk: Desk) -> None:
    photo = desk.photo("harbour")
    (shot,) = desk.video("harbour shot")
    ana = Person.objects.create(name="Ana")
    for unit in (photo, shot):
        seen(unit, ana)
    assert desk.found("ana") == desk.found("person:ana") == {"harbour", "harbour shot"}
    assert desk.found("ana kind:video") == desk.found("person:ana kind:video") == {"harbour shot"}
    assert desk.found("videos of ana") == {"harbour shot"}


def test_plain_words_name_people_places_and_dates(desk: Desk) -> None:
    boat, tram, other = (desk.photo(name) for name in ("white boat", "yellow tram", "yellow tram hill"))
    for unit, taken in ((boat, 2023), (tram, 2024), (other, 2024)):
        Asset.objects.filter(pk=unit.asset_id).update(taken_at=datetime(taken, 5, 1, 12, tzinfo=UTC))
    for unit in (boat, tram):
        AssetPlace.objects.create(
            asset=unit.asset, model="places", city="Lisbon", region="", country="Portugal", country_code="PT",
            distance_km=1.0,
        )  # fmt: skip
    seen(tram, Person.objects.create(name="Ana Lima"))
    (said,) = desk.rows.speech(["we never got to Lisbon"])
    desk.names[said.pk] = "said"
    assert desk.found("yellow tram in lisbon") == desk.found("lisbon yellow tram") == {"yellow tram"}
    assert desk.found("ana May 2024") == {"yellow tram"}
    assert desk.found("ana in 2023") == set()
    assert desk.found("photos in portugal") == {"white boat", "yellow tram"}
    assert desk.found("lisbon") == {"white boat", "yellow tram", "said"}  # a lone name: taken there, and spoken of


def test_what_files_say(desk: Desk) -> None:
    old = desk.photo("old", path="Clients/2019/Wedding/one.jpg")
    new = desk.photo("new", path="Holiday/two.jpg")
    (clip,) = desk.video("clip")
    when = {old: datetime(2019, 5, 17, 12, tzinfo=UTC), new: datetime(2024, 5, 2, tzinfo=UTC)}
    for unit, moment in when.items():
        Asset.objects.filter(pk=unit.asset_id).update(taken_at=moment, width=6000 if unit is old else 1200)
    AssetMetadata.objects.create(
        asset=old.asset, camera_make="FUJIFILM", camera_model="X-T5", lens="XF 35mm F1.4 R", rating=5, iso=3200,
        latitude=38.7, longitude=-9.1, keywords=["bride"],
    )  # fmt: skip
    AssetMetadata.objects.create(asset=new.asset, camera_make="Apple", camera_model="iPhone 15", rating=2)
    AssetMetadata.objects.create(
        asset=clip.asset, frame_rate_numerator=60_000, frame_rate_denominator=1_001, audio_tracks=[{"codec": "aac"}]
    )
    for unit in (old, new):
        file = MediaFile.objects.get(asset=unit.asset)
        file.folder = file.path.rpartition("/")[0]
        file.save()

    expected = {
        "after:2020": {"new"}, "before:2020": {"old"}, "date:2019": {"old"}, "date:2019-05": {"old"},
        "date:2019-05-17": {"old"}, "date:2019-06": set(), "after:2019-05-17 before:2024-05-02": {"old"},
        "-date:2019": {"new", "clip"}, "in:Clients": {"old"}, "in:clients/2019/": {"old"}, "in:Wedding": {"old"},
        "in:client": set(), "camera:X-T5": {"old"}, 'camera:"fujifilm x-t5"': {"old"}, "lens:35mm": {"old"},
        "rating>=4": {"old"}, "rating<4": {"new"}, "rating:2": {"new"}, "iso>1600": {"old"}, "width>=3840": {"old"},
        "fps>50": {"clip"}, "fps:60": {"clip"}, "fps:30": set(), "duration<30s": {"clip"}, "duration:0:10": {"clip"},
        "duration>1m": set(), "has:gps": {"old"}, "has:keywords": {"old"}, "has:sound": {"clip"},
        "has:rating": {"old", "new"},
        "is:unreviewed": {"old", "new", "clip"}, "is:reviewed": set(), "is:offline": set(), "kind:video": {"clip"},
        "-kind:video": {"old", "new"}, "(after:2020 OR camera:X-T5) -rating:2": {"old"},
    }  # fmt: skip
    expected["has:place"] = expected.pop("has:gps")
    assert {text: desk.found(text) for text in expected} == expected
    desk.rows.library.online = False
    desk.rows.library.save()
    assert desk.found("is:offline kind:photo") == {"old", "new"}
    assert [desk.names[hit.unit_id] for hit in desk.ask("kind:photo").hits] == ["new", "old"]  # the newest first


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("after:soon", "“soon” at character 1 is no date"),
        ("x date:2024-13", "“2024-13” at character 3 is no date"),
        ("rating>=good", "is no number"),
        ("duration<long", "is no length of time"),
        ("has:wings", "has: knows .*people"),
        ("is:nice", "is: knows offline"),
        ("face:nobody", "is no face"),
        ("face:123", "not here any more"),
    ],
)
def test_values_that_say_nothing_are_said(desk: Desk, text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        desk.ask(text)


def test_a_face_as_the_query(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    info = FakeFaceEngine().info
    monkeypatch.setattr(wiring, "face_engine", lambda _model: FakeFaceEngine())
    StageModel.objects.filter(stage=Stage.FACES).update(model=info.name)
    rng = np.random.default_rng(4)
    ana, other = (rng.standard_normal(info.dimensions).astype(np.float32) for _ in range(2))
    faces = {}
    for name, vector in (("ana", ana), ("ana again", ana + 0.1 * other), ("other", other)):
        unit = desk.photo(name)
        row = embed(unit, vector / np.linalg.norm(vector), space=info.space)
        faces[name] = Face.objects.create(
            unit=unit, model=info.name, embedding=row, source=FaceSource.MODEL, x=0, y=0, width=1, height=1
        )
    result = desk.ask(f"face:{faces['ana'].pk}")
    assert [desk.names[hit.unit_id] for hit in result.hits] == ["ana", "ana again"]
    assert result.hits[0].evidence[0].source is EvidenceSource.FACE
    assert result.hits[0].evidence[0].score > 0.9


def test_filters_and_phrases_need_no_model(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: object) -> None:
        raise ModelUnavailable("The weights are not here.")

    monkeypatch.setattr(wiring, "embedder", gone)
    seen(desk.photo("ana"), Person.objects.create(name="Ana"))
    desk.rows.speech(["good evening everybody"])
    assert search(parse_query("person:Ana"), source=desk.follower).good_count == 1
    assert search(parse_query('"good evening"'), source=desk.follower).good_count == 1
    with pytest.raises(ModelUnavailable):
        search(parse_query("good evening"), source=desk.follower)


def test_a_filter_costs_the_same_queries_however_many_it_keeps(desk: Desk) -> None:
    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.ask(text)
        return len(asked)

    person = Person.objects.create(name="Ana")
    seen(desk.photo("one"), person)
    desk.ask("person:Ana")
    few = queries("person:Ana")
    for number in range(60):
        seen(desk.photo(f"photo {number}"), person)
    desk.ask("person:Ana")
    assert queries("person:Ana") == few


def test_chips_say_what_was_understood(desk: Desk) -> None:
    ana = Person.objects.create(name="Ana")
    seen(desk.photo("ana"), ana)
    found = chips(f"sea person:#{ana.pk} -tag:boat color:teal color:#123456 said:hello")
    assert [(chip.lead, chip.value, chip.negated, chip.swatch) for chip in found] == [
        ("with", "Ana", False, ""), ("tag", "boat", True, ""), ("colour", "teal", False, "#029386"),
        ("colour", "#123456", False, "#123456"), ("said", "“hello”", False, ""),
    ]  # fmt: skip
    assert found[1].rest == f"sea person:#{ana.pk} color:teal color:#123456 said:hello"
    assert chips("color:teal (") == []


def test_the_command_line_takes_the_same_language(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    seen(desk.photo("ana"), Person.objects.create(name="Ana"))
    call_command("search", "person:Ana", "--json")
    (hit,) = json.loads(capsys.readouterr().out)
    assert hit["why"][0]["source"] == "person"


def test_a_recording_found_by_its_sound_plays_at_the_moment(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "follower", lambda: desk.follower)
    (line,) = desk.rows.speech(["good evening"], path="field/rain.flac")
    whole = Unit.objects.create(asset=line.asset, kind=UnitKind.CLIP, position=0, start_ms=0, end_ms=90_000)
    tag = Tag.objects.create(key="sound/rain", name="rain", kind=TagKind.SOUND)
    StageModel.objects.create(stage=Stage.SOUND_TAG, model="ears+words")
    TagScore.objects.create(unit=whole, tag=tag, model="ears+words", certainty=0.8, at_ms=62_000)
    page = client.get("/", {"q": "sounds:rain"}).content.decode()
    assert 'data-start="62000" data-end="72000"' in page
    assert "rain.flac" in page
    assert ">Heard<" in page
    assert "Sounds like it" in page


def test_speaker_keeps_the_lines_of_somebody_by_their_name_or_the_persons(desk: Desk) -> None:
    first, second = desk.video("a stage", "a street")
    budget = desk.line(first, "the budget is fine", start_ms=1_000, end_ms=4_000)
    desk.line(second, "the budget is gone", start_ms=12_000, end_ms=14_000)
    anna = Person.objects.create(name="Anna Lima")
    Speech.objects.filter(pk=budget.pk).update(speaker=Speaker.objects.create(name="Annie", person=anna))
    assert desk.found("speaker:annie") == {"the budget is fine"}
    assert desk.found('speaker:"Anna Lima" budget') == {"the budget is fine"}
    assert desk.found("-speaker:anna said:budget") == {"the budget is gone"}
    assert desk.found("speaker:nobody") == set()
    assert [(chip.lead, chip.value) for chip in chips("speaker:annie")] == [("spoken by", "annie")]
