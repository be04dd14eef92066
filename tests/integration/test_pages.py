"""The pages over rows: what they say, link to and leave out."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam.catalog import jobs
from dam.catalog.models import (
    ActivePack,
    Asset,
    AssetMetadata,
    Library,
    MediaFile,
    Rendition,
    Speech,
    StageRun,
    TranscriptRecord,
    Unit,
)
from dam.catalog.readers.search import UnitPlace
from dam.errors import EngineError
from dam.types import (
    AssetState,
    Evidence,
    EvidenceSource,
    Example,
    FileState,
    Hit,
    MediaKind,
    Query,
    RenditionRole,
    SearchResult,
    Stage,
    StageState,
    TranscriptSource,
    UnitKind,
)
from search.answer import answers
from search.rank import Ranked
from search.service import Found
from search.views import asset as asset_view

pytestmark = pytest.mark.django_db
MAY = datetime(2024, 5, 12, 10, 0, tzinfo=UTC)


class Rows:
    """A library of rows as the indexer writes them."""

    def __init__(self, root: Path) -> None:
        self.library = Library.objects.create(name="Pictures", root=str(root), scanned_at=MAY)

    def asset(
        self, path: str, kind: MediaKind, *, taken: datetime | None = MAY, state: AssetState = AssetState.READY,
        duration_ms: int = 0, browser_playable: bool = True, reason: str = "",
    ) -> Asset:  # fmt: skip
        asset = Asset.objects.create(
            fingerprint=path, size_bytes=1000, kind=kind, state=state,
            width=1500, height=1000, taken_at=taken, mime="video/mp4" if kind is MediaKind.VIDEO else "image/jpeg",
            duration_ms=duration_ms, browser_playable=browser_playable, reason=reason,
        )  # fmt: skip
        MediaFile.objects.create(
            library=self.library, asset=asset, raw_path=path.encode(), path=path, folder=path.rpartition("/")[0]
        )
        return asset

    def photo(self, path: str, *, taken: datetime | None = MAY) -> Unit:
        asset = self.asset(path, MediaKind.PHOTO, taken=taken)
        unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
        self.look(asset, unit, RenditionRole.THUMB)
        return unit

    def video(self, path: str = "clips/harbour.mp4", *, shots: int = 3) -> list[Unit]:
        asset = self.asset(path, MediaKind.VIDEO, duration_ms=shots * 10_000)
        units = [
            Unit.objects.create(
                asset=asset, kind=UnitKind.SHOT, position=at, start_ms=at * 10_000, end_ms=(at + 1) * 10_000
            )
            for at in range(shots)
        ]
        for unit in units:
            self.look(asset, unit, RenditionRole.KEYFRAME)
            self.look(asset, unit, RenditionRole.STRIP, frames=8)
        return units

    def lines(self, asset: Asset, texts: list[str]) -> list[Unit]:
        record = TranscriptRecord.objects.create(asset=asset, source=TranscriptSource.MODEL, model="m", language="en")
        units = []
        for at, text in enumerate(texts, start=1):
            unit = Unit.objects.create(
                asset=asset, kind=UnitKind.CLIP, position=at, start_ms=at * 2000, end_ms=at * 2000 + 1500
            )
            words = [
                [word, at * 2000 + 100 * n, at * 2000 + 100 * n + 90, 1.0] for n, word in enumerate(text.split())
            ]
            Speech.objects.create(unit=unit, transcript=record, text=text, words=words)
            units.append(unit)
        return units

    def look(self, asset: Asset, unit: Unit, role: RenditionRole, *, frames: int = 1) -> None:
        Rendition.objects.create(
            asset=asset, unit=unit, role=role, key=f"{asset.pk}/{unit.pk}-{role}.jpg", mime="image/jpeg", width=600,
            height=400, frames=frames, colour="#336699",
        )  # fmt: skip


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path)


def hit(unit: Unit, *, good: bool = True, said: str = "") -> Hit:
    source = EvidenceSource.SPOKEN_WORDS if said else EvidenceSource.PICTURE
    return Hit(
        unit_id=unit.pk, asset_id=unit.asset_id, kind=MediaKind(unit.asset.kind), unit_kind=UnitKind(unit.kind),
        path="p", start_ms=unit.start_ms, end_ms=unit.end_ms, best_ms=unit.start_ms + 500, score=0.9, good=good,
        evidence=(Evidence(source=source, score=0.87, raw=0.3, at_ms=unit.start_ms, snippet=said),),
    )  # fmt: skip


class Engine:
    """Answers every search with the hits that a test gives it."""

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.alike: dict[int, int] = {}
        self.asked = 0
        self.searched = 10

    def find(self, query: Query, *, strictness: int = 0) -> Found:
        self.asked = strictness
        return Found(
            query=query, ranked=tuple(_ranked(hit) for hit in self.hits), alike=self.alike,
            searched_units=self.searched, total_units=10, pack="starter", took_ms=90,
        )  # fmt: skip

    def more_like(self, unit_id: int, *, limit: int) -> SearchResult:
        return SearchResult(
            query=Query(examples=(Example(unit_id=unit_id),)), hits=tuple(self.hits[:limit]),
            good_count=len(self.hits), searched_units=self.searched, total_units=10, pack="starter", took_ms=90,
        )  # fmt: skip


def _ranked(hit: Hit) -> Ranked:
    place = UnitPlace(
        unit_id=hit.unit_id, asset_id=hit.asset_id, kind=hit.kind, unit_kind=hit.unit_kind,
        start_ms=hit.start_ms or 0, end_ms=hit.end_ms or 0, taken_at=Asset.objects.get(pk=hit.asset_id).taken_at,
    )  # fmt: skip
    return Ranked(place=place, score=hit.score, good=hit.good, best_ms=hit.best_ms, evidence=hit.evidence)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(answers, "find", made.find)
    monkeypatch.setattr(asset_view, "more_like", made.more_like)
    return made


def page(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def tiles(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="tile [^>]*aria-label="([^"]*)"', html)]


def test_the_first_visit_explains_itself_and_takes_a_folder(client: Client, tmp_path: Path) -> None:
    assert 'name="path"' in page(client, "/")
    answer = client.post("/libraries/add", {"path": str(tmp_path)})
    assert (answer.status_code, answer["Location"]) == (302, "/activity")
    assert Library.objects.get().root == str(tmp_path)
    assert f"{tmp_path.name} is added" in page(client, "/activity")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Which folder?"),
        ("Pictures", "is not a whole path"),
        ("/no/such/folder", "There is no folder /no/such/folder. / is there"),
        ("/etc/passwd", "is a file. Give the folder that it lies in: /etc"),
        ("/etc/\x00", "characters"),
    ],
)
def test_a_folder_that_cant_be_used_is_refused_in_words(client: Client, typed: str, said: str) -> None:
    answer = client.post("/libraries/add", {"path": typed})
    assert answer.status_code == 400
    assert said in unescape(answer.content.decode())
    assert not Library.objects.exists()


def test_a_folder_inside_another_library_is_refused(client: Client, rows: Rows, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    answer = client.post("/libraries/add", {"path": str(inside)})
    assert (answer.status_code, Library.objects.count()) == (400, 1)
    assert "lie one in the other" in answer.content.decode()


def test_before_a_search_the_newest_come_first(client: Client, rows: Rows) -> None:
    rows.photo("a/first.jpg")
    rows.photo("a/second.jpg")
    assert tiles(page(client, "/")) == ["Photo, second.jpg, 12 May 2024", "Photo, first.jpg, 12 May 2024"]


def test_every_tile_knows_its_shape_before_its_picture_comes(client: Client, rows: Rows) -> None:
    rows.photo("a.jpg")
    html = page(client, "/")
    assert 'class="tile r150"' in html
    assert 'fill="#336699"' in html
    assert "style=" not in html
    assert "<script>" not in html


def test_results_are_counted_by_kind_with_time_ranges(client: Client, rows: Rows, engine: Engine) -> None:
    shots = rows.video()
    engine.hits = [hit(rows.photo("car.jpg")), hit(shots[1]), hit(shots[2], good=False)]
    html = page(client, "/?q=red+car")
    assert "2 matches · 0.09 s" in html
    assert re.findall(r'(\w+) <span class="tab__count">(\d+)<', html) == [
        ("All", "2"), ("Photos", "1"), ("Shots", "1"), ("Heard", "0"),
    ]  # fmt: skip
    assert "00:10–00:20" in html
    assert f'href="/asset/{shots[1].asset_id}?t=10000&amp;q=red+car&amp;n=1"' in html
    assert "The rest only looks similar" in html
    assert "Looks like it" in html


def test_a_kind_keeps_the_counts_of_the_others(client: Client, rows: Rows, engine: Engine) -> None:
    engine.hits = [hit(rows.photo("car.jpg")), hit(rows.video()[1])]
    html = page(client, "/?q=red+car&kind=shot")
    assert tiles(html) == ["Shot, harbour.mp4, 00:10–00:20, 12 May 2024"]
    assert 'Photos <span class="tab__count">1<' in html


def test_a_spoken_line_shows_its_words_marked_and_its_neighbours(client: Client, rows: Rows, engine: Engine) -> None:
    asset = rows.asset("talk.mp3", MediaKind.AUDIO)
    lines = rows.lines(asset, ["It was <late>.", "The red car came.", "Nobody saw it."])
    engine.hits = [hit(lines[1], said="The \x02red\x03 car <came>.")]
    html = page(client, "/?q=red")
    assert "The <mark>red</mark> car &lt;came&gt;." in html
    assert "It was &lt;late&gt;." in html
    assert "Nobody saw it." in html
    assert f'data-play="/media/original/{asset.pk}" data-start="4000" data-end="5500"' in html


def test_nothing_good_says_so_and_shows_the_three_nearest(client: Client, rows: Rows, engine: Engine) -> None:
    engine.hits = [hit(rows.photo(f"{number}.jpg"), good=False) for number in range(5)]
    html = page(client, "/?q=giraffe")
    assert "Nothing good for “giraffe”" in html
    assert len(tiles(html)) == 3
    assert re.search(r'href="/\?q=giraffe&amp;strict=-1"><strong>less strict</strong> <span[^>]*>5 matches<', html)


def test_while_indexing_the_page_says_how_much_was_searched(client: Client, rows: Rows, engine: Engine) -> None:
    engine.hits, engine.searched = [hit(rows.photo("a.jpg"))], 4
    html = page(client, "/?q=car")
    assert "4 of 10 searched so far" in html
    assert "data-refresh" in html


def test_endless_scroll_goes_on_where_the_page_ended(client: Client, rows: Rows, engine: Engine) -> None:
    engine.hits = [hit(rows.photo(f"{number:03}.jpg")) for number in range(130)]
    seen, html = [], page(client, "/?q=car")
    while True:
        seen += tiles(html)
        further = re.search(r'hx-get="(/results/more[^"]*)"', html)
        if not further:
            break
        html = page(client, unescape(further[1]))
    assert [name.split(", ")[1] for name in seen] == [f"{number:03}.jpg" for number in range(130)]


def test_groups_have_headings_with_counts_and_go_on_over_pages(client: Client, rows: Rows, engine: Engine) -> None:
    engine.hits = [hit(rows.photo(f"{number:03}.jpg", taken=MAY)) for number in range(130)]
    engine.hits += [hit(rows.photo("later.jpg", taken=MAY + timedelta(days=1))), hit(rows.photo("x.jpg", taken=None))]
    seen, headings, html, pages = [], [], page(client, "/?q=car&group=day"), 1
    while True:
        seen += tiles(html)
        headings += re.findall(r'block__head">(?:<time[^>]*>)?([^<]*)<.*?block__count">(\d+)<', html)
        further = re.search(r'hx-get="(/results/more[^"]*)"', html)
        if not further:
            break
        html, pages = page(client, unescape(further[1])), pages + 1
    assert headings == [("13 May 2024", "1"), ("12 May 2024", "130"), ("Undated ", "1")]
    assert [name.split(", ")[1] for name in seen] == ["later.jpg", *(f"{n:03}.jpg" for n in range(130)), "x.jpg"]
    assert pages == 3


def test_a_video_and_what_is_said_in_it_stand_under_its_name(client: Client, rows: Rows, engine: Engine) -> None:
    shots = rows.video("clips/harbour.mp4")
    lines = rows.lines(shots[0].asset, ["A red car."])
    engine.hits = [hit(rows.photo("a.jpg")), hit(shots[2]), hit(lines[0], said="A \x02red\x03 car.")]
    html = page(client, "/?q=red&group=video")
    assert re.findall(r'block__head">(?:<a[^>]*>)?([^<]*)<', html) == ["Photos ", "harbour.mp4"]
    assert "<mark>red</mark>" in html


def test_by_date_the_newest_good_hits_come_first(client: Client, rows: Rows, engine: Engine) -> None:
    old, new = rows.photo("old.jpg", taken=MAY - timedelta(days=9)), rows.photo("new.jpg")
    engine.hits = [hit(old), hit(rows.photo("undated.jpg", taken=None)), hit(new)]
    html = page(client, "/?q=car&sort=date")
    assert [name.split(", ")[1] for name in tiles(html)] == ["new.jpg", "old.jpg", "undated.jpg"]
    assert '<option value="date" selected>' in html
    second = page(client, f"/asset/{old.asset_id}?q=car&sort=date&n=1")
    assert re.search(rf'href="/asset/{new.asset_id}\?q=car&amp;sort=date&amp;n=0" data-previous', second)


def test_near_duplicates_are_one_tile_that_opens_in_place(client: Client, rows: Rows, engine: Engine) -> None:
    photos = [rows.photo(f"{name}.jpg") for name in "abcd"]
    engine.hits = [hit(photo) for photo in photos]
    engine.alike = {photos[0].pk: photos[0].pk, photos[2].pk: photos[0].pk, photos[3].pk: photos[0].pk}
    html = page(client, "/?q=car")
    assert [name.split(", ")[1] for name in tiles(html)] == ["a.jpg", "b.jpg"]
    assert "4 matches" in html
    opened = re.search(r'class="pile__more" href="([^"]*)"[^>]*>\+2<', html)
    assert opened is not None
    part = client.get(unescape(opened[1]), headers={"HX-Request": "true"}).content.decode()
    assert [name.split(", ")[1] for name in tiles(part)] == ["a.jpg", "c.jpg", "d.jpg"]
    assert "<html" not in part
    assert f'href="/asset/{photos[2].asset_id}?q=car&amp;each=1&amp;n=2"' in part
    assert "3 that are nearly the same" in page(client, unescape(opened[1]))
    assert len(tiles(page(client, "/?q=car&each=1"))) == 4
    page(client, "/results/pile?q=car&unit=99999", status=404)


def test_how_strict_to_be_is_remembered_and_an_address_wins(client: Client, rows: Rows, engine: Engine) -> None:
    engine.hits = [hit(rows.photo("a.jpg"))]
    answer = client.post("/results/strictness", {"strict": "-1", "q": "car", "sort": "date"})
    assert (answer.status_code, answer["Location"]) == (302, "/?q=car&sort=date&strict=-1")
    page(client, "/?q=boat")
    assert engine.asked == -1
    assert "Everything near" in page(client, "/?q=boat&strict=-2")
    page(client, "/?q=boat&strict=2")
    assert engine.asked == 2
    page(client, "/?q=boat")
    assert engine.asked == -1
    answer = client.post("/results/strictness", {"strict": ["1", "0"], "q": "car"}, headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == "/?q=car"
    assert engine.asked == 0
    assert "strictness" not in client.session


def test_a_scroll_goes_on_in_the_same_answer(
    client: Client, rows: Rows, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_KEPT_S", 600.0)
    engine.hits = [hit(rows.photo(f"{number}.jpg")) for number in range(61)]
    page(client, "/?q=car")
    gone = engine.hits[60]
    engine.hits = []
    assert len(tiles(page(client, "/results/more?q=car&from=60"))) == 1
    MediaFile.objects.filter(asset_id=gone.asset_id).update(state=FileState.MISSING)
    assert tiles(page(client, "/results/more?q=car&from=60")) == []
    assert tiles(page(client, "/?q=car")) == []


def test_words_that_cant_be_searched_say_where(client: Client, rows: Rows) -> None:
    html = unescape(page(client, "/?q=%22red+car", status=400))
    assert "The quote at character 1 is not closed." in html


def test_a_model_that_cant_be_used_is_an_answer_too(
    client: Client, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_options: object) -> Found:
        raise EngineError("The model can't be loaded.")

    monkeypatch.setattr(answers, "find", broken)
    assert "The model can&#x27;t be loaded." in page(client, "/?q=car", status=503)


def test_searching_while_typing_moves_the_address_without_filling_the_history(
    client: Client, rows: Rows, engine: Engine
) -> None:
    engine.hits = [hit(rows.photo("a.jpg"))]
    typing = client.get("/results?q=red", headers={"HX-Request": "true", "HX-Trigger": "q"})
    done = client.get("/results?q=red", headers={"HX-Request": "true", "HX-Trigger": "search-form"})
    assert (typing["HX-Replace-Url"], typing.has_header("HX-Push-Url")) == ("/?q=red", False)
    assert done["HX-Push-Url"] == "/?q=red"
    assert b"<html" not in typing.content


def test_an_asset_plays_from_its_second_with_matching_shots_lit(client: Client, rows: Rows, engine: Engine) -> None:
    shots = rows.video()
    engine.hits = [hit(rows.photo("a.jpg")), hit(shots[2]), hit(rows.photo("b.jpg"))]
    html = page(client, f"/asset/{shots[2].asset_id}?t=20000&q=car&n=1")
    assert f'src="/media/original/{shots[2].asset_id}#t=20"' in html
    assert len(re.findall("filmstrip__shot--lit", html)) == 1
    assert re.search(rf'href="/asset/{engine.hits[0].asset_id}\?q=car&amp;n=0" data-previous', html)
    assert re.search(rf'href="/asset/{engine.hits[2].asset_id}\?q=car&amp;n=2" data-next', html)


def test_an_asset_tells_what_is_known_of_it(client: Client, rows: Rows) -> None:
    unit = rows.photo("trip/DSC_1.jpg")
    AssetMetadata.objects.create(
        asset=unit.asset, taken_source="exif:DateTimeOriginal", camera_make="Canon", camera_model="Canon R6",
        exposure_s=0.004, f_number=2.8, iso=400, focal_length_mm=35, latitude=-33.5, longitude=151.25,
        title="<script>alert(1)</script>",
    )  # fmt: skip
    away = Library.objects.create(name="Archive", root="/mnt/archive", online=False)
    MediaFile.objects.create(library=away, asset=unit.asset, raw_path=b"copy.jpg", path="copy.jpg")
    html = page(client, f"/asset/{unit.asset_id}")
    for said in ("12 May 2024, 10:00:00", "1/250 s · f/2.8 · ISO 400 · 35 mm", "33.50000° S, 151.25000° E",
                 "2 copies", "/mnt/archive/copy.jpg", "<strong>offline</strong>"):  # fmt: skip
        assert said in html
    assert "Canon Canon" not in html
    assert "&lt;script&gt;" in html


def test_the_transcript_is_there_in_words_and_as_captions(client: Client, rows: Rows) -> None:
    asset = rows.asset("talk.mp4", MediaKind.VIDEO)
    rows.lines(asset, ["Hello & <welcome>."])
    html = page(client, f"/asset/{asset.pk}")
    assert '<span class="word" data-jump="2000">Hello</span>' in html
    captions = client.get(f"/asset/{asset.pk}/captions.vtt")
    assert captions.content.decode() == "WEBVTT\n\n00:00:02.000 --> 00:00:03.500\nHello &amp; &lt;welcome>.\n"


def test_a_video_that_browsers_cant_play_says_what_happens(client: Client, rows: Rows) -> None:
    asset = rows.asset("old.avi", MediaKind.VIDEO, browser_playable=False)
    StageRun.objects.create(asset=asset, stage=Stage.PROXY)
    assert "A copy that plays here is being made." in page(client, f"/asset/{asset.pk}")
    proxy = Rendition.objects.create(asset=asset, role=RenditionRole.PROXY, key="p.mp4", mime="video/mp4")
    assert f'src="/media/rendition/{proxy.pk}/p.mp4"' in page(client, f"/asset/{asset.pk}")


def test_more_like_this_leads_to_other_assets(client: Client, rows: Rows, engine: Engine) -> None:
    here, other = rows.photo("a.jpg"), rows.photo("b.jpg")
    engine.hits = [hit(other)]
    assert tiles(page(client, f"/asset/{here.asset_id}/similar")) == ["Photo, b.jpg, 12 May 2024"]


def test_unknown_addresses_answer_404(client: Client, rows: Rows) -> None:
    for address in ("/asset/999", "/asset/999/similar", "/asset/999/captions.vtt", "/nothing"):
        page(client, address, status=404)


def test_the_library_goes_by_month_to_its_very_end(client: Client, rows: Rows) -> None:
    names = []
    for number in range(400):
        rows.photo(f"{number:03}.jpg", taken=MAY - timedelta(days=number // 2))
        names.append(f"{number:03}.jpg")
    rows.photo("undated.jpg", taken=None)
    seen, html, pages = [], page(client, "/library"), 1
    assert "May 2024" in html
    while further := re.search(r'hx-get="(/library/more[^"]*)"', html):
        seen += tiles(html)
        html, pages = page(client, unescape(further[1])), pages + 1
    seen += tiles(html)
    assert pages > 2
    assert sorted(name.split(", ")[1] for name in seen) == [*names, "undated.jpg"]
    assert "Without a date" in html


def test_the_library_jumps_to_a_month(client: Client, rows: Rows) -> None:
    rows.photo("may.jpg")
    rows.photo("march.jpg", taken=MAY - timedelta(days=60))
    assert tiles(page(client, "/library?month=2024-03")) == ["Photo, march.jpg, 13 Mar 2024"]
    assert len(tiles(page(client, "/library?month=2024-12"))) == 2
    assert len(tiles(page(client, "/library?month=rubbish"))) == 2


def test_the_library_goes_by_folder_and_kind(client: Client, rows: Rows) -> None:
    rows.photo("trips/lisbon/a.jpg")
    rows.photo("trips_old/b.jpg")
    rows.video("trips/c.mp4")
    here = f"/library?library={rows.library.pk}"
    assert ">trips <" in page(client, here)
    assert len(tiles(page(client, f"{here}&folder=trips"))) == 2
    assert ">lisbon <" in page(client, f"{here}&folder=trips")
    assert tiles(page(client, f"{here}&folder=trips&kind=photo")) == ["Photo, a.jpg, 12 May 2024"]
    assert tiles(page(client, f"{here}&folder=trips/%25")) == []


def test_files_of_an_unplugged_drive_stay_and_lost_ones_do_not(client: Client, rows: Rows) -> None:
    rows.photo("a.jpg")
    MediaFile.objects.filter(asset_id=rows.photo("lost.jpg").asset_id).update(state=FileState.MISSING)
    Library.objects.update(online=False)
    assert tiles(page(client, "/library")) == ["Photo, a.jpg, Pictures offline, 12 May 2024"]


def test_a_page_takes_the_same_number_of_queries_however_long_it_is(client: Client, rows: Rows) -> None:
    rows.photo("a.jpg")
    with CaptureQueriesContext(connection) as few:
        page(client, "/library")
    for number in range(50):
        rows.photo(f"{number}.jpg")
    with CaptureQueriesContext(connection) as many:
        page(client, "/library")
    assert len(many) == len(few)


def test_activity_tells_stages_reasons_and_the_pack(client: Client, rows: Rows) -> None:
    ActivePack.objects.create(name="starter", note="The hub does not answer.")
    busy = rows.asset("new.nef", MediaKind.PHOTO, state=AssetState.PENDING)
    StageRun.objects.create(asset=busy, stage=Stage.PREPARE, state=StageState.RUNNING, progress=0.5)
    for number in range(2):
        bad = rows.asset(
            f"bad{number}.png", MediaKind.PHOTO, state=AssetState.UNSUPPORTED,
            reason=f"The picture has {number + 3}00,000,000 pixels.",
        )  # fmt: skip
        StageRun.objects.create(asset=bad, stage=Stage.PREPARE, state=StageState.FAILED, attempts=1)
    html = page(client, "/activity")
    for said in ("2 of 3 files are ready", "new.nef", "being read · 50 %", "The hub does not answer.", "2 files"):
        assert said in html
    assert client.get("/activity.json").json()["ring"] == {"pending": 1, "total": 3}


def test_retrying_makes_failed_work_due_again(client: Client, rows: Rows) -> None:
    runs = []
    for number in range(3):
        asset = rows.asset(f"{number}.jpg", MediaKind.PHOTO, state=AssetState.QUARANTINED)
        runs.append(StageRun.objects.create(asset=asset, stage=Stage.PREPARE, state=StageState.FAILED, attempts=1))
    assert client.get("/activity/retry").status_code == 405
    client.post("/activity/retry", {"asset": [runs[0].asset_id]})
    assert jobs.due_count([Stage.PREPARE]) == 1
    client.post("/activity/retry", {"all": "1"})
    assert jobs.due_count([Stage.PREPARE]) == 3


def test_parts_that_are_asked_for_every_second_stay_few_queries(client: Client, rows: Rows) -> None:
    rows.asset("new.nef", MediaKind.PHOTO, state=AssetState.PENDING)
    with CaptureQueriesContext(connection) as queries:
        page(client, "/activity/live")
    assert len(queries) <= 7
