"""Look and place through the pipeline: rows, words, re-runs, lost renditions; motion and loudness as prepared."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dam.catalog import fulltext, jobs
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    AssetPlace,
    Library,
    MediaFile,
    Rendition,
    StageRun,
    Unit,
    UnitColour,
    UnitLook,
    UnitMeasure,
)
from dam.catalog.readers.measure import (
    LOOK_WORDS,
    colour_names,
    look_of,
    similar_hash,
    units_with_colour,
    units_with_look,
)
from dam.catalog.readers.places import place_of, places, units_in_place
from dam.catalog.writers.libraries import add_library
from dam.catalog.writers.measure import record_looks
from dam.config import Limits, Places
from dam.engines.fakes import FakeEmbedder, FakeTranscriber
from dam.engines.look import look_model, measure_look
from dam.engines.media.fake import FakeMediaReader
from dam.engines.places import place_model
from dam.types import AssetState, FileState, MediaKind, Motion, Plan, Stage, StageState, UnitKind
from dam.types.colours import name_colours, parse_hex, to_lab
from indexer.intake import scan_library
from indexer.pipeline import Pipeline
from indexer.tools import Engines, Tools

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = Plan(
    models={
        Stage.EMBED: ("fake-embedder",),
        Stage.TRANSCRIBE: ("fake-transcriber",),
        Stage.LOOK: (look_model(),),
        Stage.PLACE: (place_model(),),
    }
)


class Desk:
    """A folder and a pipeline over it that decodes nothing."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder, self.data = tmp_path / "library", tmp_path / "data"
        self.folder.mkdir()
        self.library_id = add_library(self.folder).id

    def index(self) -> None:
        scan_library(self.library_id, settle=False)
        self.run()

    def run(self) -> None:
        tools = Tools(
            reader=FakeMediaReader(),
            engines=Engines(embedder=lambda _name: FakeEmbedder(), transcriber=lambda _model: FakeTranscriber()),
            plan=PLAN,
            places=Places(data=self.data),
            limits=Limits(decoders=2, decoder_memory_bytes=2**30, max_pixels=10**8, lease_s=5),
            owner=jobs.worker_name(),
        )
        assert Pipeline(tools).run_until_idle() == {}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def locate(asset_id: int, latitude: float, longitude: float) -> None:
    """Give an asset a coordinate and have its place looked up."""
    AssetMetadata.objects.filter(asset_id=asset_id).update(latitude=latitude, longitude=longitude)
    StageRun.objects.filter(asset_id=asset_id, stage=Stage.PLACE).delete()
    jobs.enqueue([asset_id], stage=Stage.PLACE, model=place_model())


def found_by(text: str) -> set[int]:
    units = [match.unit_id for match in fulltext.find(text)]
    return set(Unit.objects.filter(pk__in=units).values_list("asset_id", flat=True))


def test_every_photo_and_shot_gets_a_look_and_sound_gets_none(desk: Desk) -> None:
    for name in ("a.jpg", "b.mp4", "c.wav"):
        (desk.folder / name).write_bytes(name.encode())
    desk.index()
    kinds = sorted(UnitLook.objects.values_list("unit__kind", flat=True))
    assert kinds == ["photo", "shot", "shot"]
    assert set(UnitLook.objects.values_list("model", flat=True)) == {look_model()}
    assert set(UnitColour.objects.values_list("unit_id", flat=True)) == set(
        UnitLook.objects.values_list("unit_id", flat=True)
    )
    runs = StageRun.objects.filter(stage=Stage.LOOK)
    assert set(runs.values_list("state", flat=True)) == {StageState.DONE}
    assert runs.count() == 2


def test_running_again_replaces_rows_and_leaves_no_colour_twice(desk: Desk) -> None:
    (desk.folder / "a.jpg").write_bytes(b"photo")
    desk.index()
    before = list(UnitColour.objects.values_list("name", "share"))
    jobs.redo([Asset.objects.get().pk], stage=Stage.LOOK)
    desk.run()
    assert list(UnitColour.objects.values_list("name", "share")) == before
    assert UnitLook.objects.count() == 1


def test_lost_rendition_is_made_again_and_then_measured(desk: Desk) -> None:
    (desk.folder / "a.jpg").write_bytes(b"photo")
    desk.index()
    for key in Rendition.objects.values_list("key", flat=True):
        (desk.data / "renditions" / key).unlink()
    UnitLook.objects.all().delete()
    jobs.redo([Asset.objects.get().pk], stage=Stage.LOOK)
    desk.run()
    assert UnitLook.objects.count() == 1


def test_look_of_a_claim_that_was_lost_is_not_written(desk: Desk) -> None:
    (desk.folder / "a.jpg").write_bytes(b"photo")
    desk.index()
    run = StageRun.objects.get(stage=Stage.LOOK)
    UnitLook.objects.all().delete()
    picture = measure_look(np.asarray(Image.new("RGB", (64, 64), (200, 10, 10))))
    record_looks([run], {Unit.objects.get().pk: picture}, took_ms=1)
    assert not UnitLook.objects.exists()


def test_place_is_named_once_and_its_words_find_the_picture(desk: Desk) -> None:
    for name in ("one.jpg", "two.jpg"):
        (desk.folder / name).write_bytes(name.encode())
    desk.index()
    one, two = Asset.objects.order_by("files__path")
    assert found_by("Arezzo") == set()
    locate(one.pk, 43.4674, 11.8853)
    locate(two.pk, -48.9, -123.4)
    desk.run()
    place = AssetPlace.objects.get()
    assert (place.asset_id, place.city, place.region, place.country_code) == (one.pk, "Arezzo", "Tuscany", "IT")
    assert found_by("Arezzo") == found_by("tuscany") == {one.pk}
    assert found_by("one") == {one.pk}
    assert set(StageRun.objects.filter(stage=Stage.PLACE).values_list("state", flat=True)) == {StageState.DONE}


def test_place_follows_a_corrected_coordinate_and_goes_with_it(desk: Desk) -> None:
    (desk.folder / "one.jpg").write_bytes(b"one")
    desk.index()
    asset = Asset.objects.get()
    locate(asset.pk, 43.4674, 11.8853)
    desk.run()
    locate(asset.pk, 48.8584, 2.2945)
    desk.run()
    assert AssetPlace.objects.get().city == "Paris"
    assert (found_by("Arezzo"), found_by("Paris")) == (set(), {asset.pk})
    locate(asset.pk, 0.0, 0.0)
    desk.run()
    assert not AssetPlace.objects.exists()
    assert found_by("Paris") == set()


def test_a_file_that_no_longer_says_where_loses_its_place(desk: Desk) -> None:
    (desk.folder / "one.jpg").write_bytes(b"one")
    desk.index()
    asset = Asset.objects.get()
    locate(asset.pk, 43.4674, 11.8853)
    desk.run()
    jobs.redo([asset.pk], stage=Stage.PREPARE)
    desk.run()
    assert not AssetPlace.objects.exists()
    assert (found_by("Arezzo"), found_by("one")) == (set(), {asset.pk})


# What pages and filters read.


def unit_with(path: str, *colours: tuple[str, float], width: int = 600, height: int = 400, **figures: Any) -> Unit:
    """Write a photo's unit with a look of these colours (`#rrggbb`, share) and figures."""
    number = Asset.objects.count() + 1
    asset = Asset.objects.create(
        fingerprint=f"{number:064d}", size_bytes=1, kind=MediaKind.PHOTO, state=AssetState.READY,
        width=width, height=height,
    )  # fmt: skip
    library = Library.objects.get_or_create(name="l", root="/l")[0]
    MediaFile.objects.create(library=library, asset=asset, raw_path=path.encode(), path=path, state=FileState.PRESENT)
    unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
    plain = {
        "brightness": 0.5, "contrast": 0.4, "saturation": 0.2, "sharpness": 0.5, "monochrome": False,
        "phash": f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}",
    }  # fmt: skip
    UnitLook.objects.create(unit=unit, model="look-1", **(plain | figures))
    for text, share in colours:
        rgb = parse_hex(text)
        assert rgb is not None
        lab = to_lab(rgb)
        UnitColour.objects.create(
            unit=unit, name=name_colours([lab])[0], lightness=lab[0], a=lab[1], b=lab[2], share=share
        )
    return unit


def place(unit: Unit, city: str, region: str, country: str, code: str) -> None:
    AssetPlace.objects.create(
        asset=unit.asset, model="g", city=city, region=region, country=country, country_code=code, distance_km=1.0
    )


def assert_found(found: list[tuple[int, float]], *wanted: tuple[Unit, float]) -> None:
    assert [pk for pk, _ in found] == [unit.pk for unit, _ in wanted]
    assert [share for _, share in found] == pytest.approx([share for _, share in wanted])


def test_colours_are_found_by_word_by_family_and_by_swatch() -> None:
    navy, sky, red = (
        unit_with(f"{colour}.jpg", (colour, share), ("#808080", 0.5))
        for colour, share in (("#01153e", 0.5), ("#75bbfd", 0.1), ("#e50000", 0.02))
    )
    assert units_with_colour("navy") == [(navy.pk, 1.0)]
    assert [pk for pk, _ in units_with_colour("Blue")] == [navy.pk, sky.pk]
    assert units_with_colour("gray") == [(navy.pk, 1.0), (sky.pk, 1.0), (red.pk, 1.0)]
    assert_found(units_with_colour("red"), (red, 0.08))
    assert units_with_colour("#0a1c45")[0][0] == navy.pk
    assert len(units_with_colour("#0a1c45")) == 1
    assert_found(units_with_colour("#e50000"), (red, 0.08))
    assert units_with_colour("nocolour") == units_with_colour("") == []
    assert ("navy", "#01153e", 1) in colour_names()
    assert ("gold", "#dbb40c", 0) in colour_names()


def test_words_of_look_find_what_they_describe_the_surest_first() -> None:
    bright = unit_with("a.jpg", brightness=0.7, sharpness=0.95, width=400, height=600)
    brighter = unit_with("b.jpg", brightness=0.9, monochrome=True, sharpness=0.1, width=500, height=510)
    UnitMeasure.objects.create(unit=bright, motion=Motion.PAN, loudness_lufs=-12.0)
    UnitMeasure.objects.create(unit=brighter, motion=Motion.SHAKY, loudness_lufs=None)
    assert_found(units_with_look("bright"), (brighter, 1.0), (bright, 0.625))
    assert units_with_look("dark") == []
    assert units_with_look("B&W") == [(brighter.pk, 1.0)]
    assert [pk for pk, _ in units_with_look("sharp")] == [bright.pk]
    assert [pk for pk, _ in units_with_look("blurry")] == [brighter.pk]
    assert [units_with_look(word) for word in ("portrait", "square", "landscape")] == [
        [(bright.pk, 1.0)], [(brighter.pk, 1.0)], [],
    ]  # fmt: skip
    assert [pk for pk, _ in units_with_look("pan")] == [bright.pk]
    assert_found(units_with_look("loud"), (bright, 0.75))
    assert units_with_look("quiet") == []
    assert units_with_look("lovely") == []
    assert all(isinstance(units_with_look(word), list) for word in LOOK_WORDS)


def test_look_of_an_asset_gives_every_unit_with_its_colours() -> None:
    unit = unit_with("a.jpg", ("#808080", 0.2), ("#e50000", 0.6), sharpness=0.75)
    (view,) = look_of(unit.asset_id)
    assert [(colour.name, colour.hex) for colour in view.colours] == [("red", "#e50000"), ("grey", "#808080")]
    assert (view.sharpness, view.motion, view.loudness_lufs, view.model) == (0.75, None, None, "look-1")
    UnitMeasure.objects.create(unit=unit, motion=Motion.STILL, loudness_lufs=-20.5)
    (view,) = look_of(unit.asset_id)
    assert (view.motion, view.loudness_lufs) == (Motion.STILL, -20.5)


def test_near_duplicates_are_found_by_their_hash_and_plain_pictures_are_not() -> None:
    one, two, far = (
        unit_with(f"{number}.jpg", phash=phash)
        for number, phash in enumerate(("ffff000000000000", "ffff000000000007", "0000ffffffffffff"))
    )
    plain = unit_with("plain.jpg", phash="ffff000000000000", contrast=0.001)
    assert similar_hash(one.pk) == [(two.pk, 3)]
    assert similar_hash(one.pk, bits=2) == []
    assert similar_hash(far.pk, bits=6) == []
    assert similar_hash(plain.pk) == []
    assert similar_hash(-1) == []


def test_places_are_found_in_any_case_with_or_without_accents() -> None:
    paulo, paris, texas = (unit_with(f"{name}.jpg") for name in ("paulo", "paris", "texas"))
    place(paulo, "São Paulo", "São Paulo", "Brazil", "BR")
    place(paris, "Paris", "Île-de-France", "France", "FR")
    place(texas, "Paris", "Texas", "United States", "US")
    for text in ("sao paulo", "SÃO PAULO", "br", "Brazil"):
        assert units_in_place(text) == [(paulo.pk, 1.0)], text
    assert units_in_place("paulo") == [(paulo.pk, 0.8)]
    assert units_in_place("PARIS") == [(paris.pk, 1.0), (texas.pk, 1.0)]
    assert units_in_place("Paris, Texas") == units_in_place("usa") == [(texas.pk, 1.0)]
    assert units_in_place("ile de france") == [(paris.pk, 1.0)]
    assert units_in_place("pari") == units_in_place("") == units_in_place(" , ") == []


def test_places_come_as_countries_regions_and_cities_with_counts() -> None:
    for number, city in enumerate(("Paris", "Paris", "Versailles")):
        place(unit_with(f"{number}.jpg"), city, "Île-de-France", "France", "FR")
    newest = unit_with("far.jpg")
    place(newest, "", "", "Mongolia", "MN")
    gone = unit_with("gone.jpg")
    place(gone, "Rome", "Lazio", "Italy", "IT")
    MediaFile.objects.filter(asset=gone.asset).update(state=FileState.MISSING)
    france, mongolia = places()
    assert (france.name, france.count, mongolia.name, mongolia.count) == ("France", 3, "Mongolia", 1)
    assert [(city.name, city.count) for city in france.regions[0].cities] == [("Paris", 2), ("Versailles", 1)]
    assert mongolia.regions[0].cities[0].newest_asset_id == newest.asset_id
    found = place_of(newest.asset_id)
    assert found is not None
    assert (found.city, found.country) == ("", "Mongolia")
    assert place_of(-1) is None
