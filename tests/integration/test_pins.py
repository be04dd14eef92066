"""Pinned queries: where they find what they must find, by which pack, and when they are asked again."""

import io
import json
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dam import wiring
from dam.catalog import current
from dam.catalog.models import Embedding, MediaFile, PinnedQuery, PinResult, PinRun, Unit
from dam.catalog.readers import pins as reader
from dam.catalog.writers import pins as writer
from dam.engines import weights
from dam.engines.packs import load_pack
from dam.errors import CollectionError, ModelUnavailable, PackIncomplete, QueryError
from dam.ports import Embedder, ModelInfo, Vectors
from dam.types import RunCause, Stage
from search import trust
from search.saved import pins
from search.vectors.follow import Follower
from tests.small_library import DIMENSIONS, SmallLibrary, WordsEmbedder, embed

pytestmark = pytest.mark.django_db

_OTHERS = [
    "green tree forest day", "white boat sea noon", "brown dog beach morning", "yellow tent mountains fog",
    "purple balloon field dawn", "black bicycle city rain", "orange bus street evening", "pink umbrella park spring",
]  # fmt: skip


class ShyEmbedder(WordsEmbedder):
    """Another model: it hears no word but the last."""

    info = ModelInfo(name="shy", space="picture:shy", dimensions=DIMENSIONS, logit_scale=100.0)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        return super().embed_texts([text.split()[-1] for text in texts])


class Desk:
    """A small library under the starter pack; `standard` stands beside it with another model."""

    def __init__(self) -> None:
        self.rows = SmallLibrary()
        self.source = Follower(snapshots=None)
        self.units = [self.rows.photo(caption) for caption in _OTHERS]
        self.car = self.rows.photo("red car sunset")
        self.boat = self.units[1]

    def pin(
        self, asked: dict[str, str], *, asset_id: int, note: str = "", span_ms: tuple[int, int] | None = None
    ) -> int:
        return pins.pin(asked, asset_id=asset_id, note=note, source=self.source, span_ms=span_ms)

    def run(self, cause: RunCause = RunCause.HAND, *, pack: str = "") -> pins.Report:
        self.source.catch_up()
        return pins.run(cause, pack=pack, source=self.source)

    def ranks(self, report: pins.Report) -> list[int | None]:
        return [placing.rank for placing in report.placings]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    models: dict[str, Embedder] = {"starter": WordsEmbedder(), "standard": ShyEmbedder()}

    def embedder(pack: str | None = None) -> Embedder:
        name = pack or wiring.active_pack().name
        if name not in models:
            raise ModelUnavailable(f"{name} is not here.")
        return models[name]

    monkeypatch.setattr(wiring, "embedder", embedder)
    monkeypatch.setattr(wiring, "active_pack", lambda: load_pack("starter"))
    return Desk()


def build_beside(units: Sequence[Unit]) -> None:
    """Make the other model's vectors of these units: it sees in each what the first model sees."""
    for row in Embedding.objects.filter(unit__in=[unit.pk for unit in units], space=WordsEmbedder.info.space):
        vector = np.frombuffer(bytes(row.vector), dtype="<f2").astype(np.float32)
        embed(row.unit, vector, space=ShyEmbedder.info.space)


def test_a_run_says_where_everything_was_found(desk: Desk) -> None:
    desk.pin({"q": "red car sunset", "sort": "date"}, asset_id=desk.car.asset_id, note=" the  poster ")
    desk.pin({"q": "white boat sea noon"}, asset_id=desk.car.asset_id)
    desk.pin({"q": "white boat sea noon", "kind": "clip"}, asset_id=desk.boat.asset_id)
    report = desk.run()
    first, second, third = desk.ranks(report)
    assert (first, third) == (1, None)
    assert second is not None
    assert second > 1
    assert report.measures.recall[1] == pytest.approx(1 / 3)
    stored = reader.runs(limit=1)[0]
    assert (stored.recall[50], stored.pins, stored.found, stored.pack) == (2 / 3, 3, 2, "starter")
    kept = reader.pins()[0]
    assert (kept.asked, kept.note) == ({"q": "red car sunset"}, "the poster")
    assert reader.places([stored.id])[stored.id][kept.id].good


def test_a_pin_on_a_stretch_wants_that_stretch(desk: Desk) -> None:
    shots = desk.rows.video(["red kite", "blue train tunnel night"])
    desk.pin({"q": "blue train tunnel night"}, asset_id=shots[0].asset_id, span_ms=(10_000, 12_000))
    desk.pin({"q": "blue train tunnel night", "kind": "shot"}, asset_id=shots[0].asset_id, span_ms=(0, 9_000))
    first, second = desk.ranks(desk.run())
    assert first == 1
    assert second == 2


def test_a_query_that_can_no_longer_be_read_fails_alone(desk: Desk) -> None:
    desk.pin({"q": "red car sunset"}, asset_id=desk.car.asset_id)
    broken = desk.pin({"q": "white boat"}, asset_id=desk.boat.asset_id)
    PinnedQuery.objects.filter(pk=broken).update(asked={"q": "rating:many"})
    report = desk.run()
    assert desk.ranks(report) == [1, None]
    assert "rating" in report.placings[1].problem


def test_what_can_not_be_pinned_is_refused_in_words(desk: Desk) -> None:
    with pytest.raises(CollectionError, match="Type its words"):
        desk.pin({"kind": "photo"}, asset_id=desk.car.asset_id)
    with pytest.raises(QueryError):
        desk.pin({"q": "rating:many"}, asset_id=desk.car.asset_id)
    with pytest.raises(CollectionError, match="not there any more"):
        desk.pin({"q": "car"}, asset_id=999_999)
    with pytest.raises(CollectionError, match="No query is pinned"):
        desk.run()
    once = desk.pin({"q": "car"}, asset_id=desk.car.asset_id)
    assert desk.pin({"q": "car"}, asset_id=desk.car.asset_id, note="again") == once


def test_a_removed_pin_comes_back_with_its_past(desk: Desk) -> None:
    number = desk.pin({"q": "red car sunset"}, asset_id=desk.car.asset_id)
    run = desk.run().run_id
    correction = pins.unpin(number)
    assert not PinResult.objects.exists()
    assert PinRun.objects.get().recall["1"] == 1.0, "what a run came to stays"
    assert writer.undo(correction)
    assert reader.places([run])[run][number].rank == 1
    assert not writer.undo(correction)


def test_they_are_due_after_a_change_of_what_decides_an_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pins.due() is None, "nothing is pinned"
    desk.pin({"q": "red car sunset"}, asset_id=desk.car.asset_id)
    assert pins.due() is RunCause.PINS
    desk.run()
    assert pins.due() is None
    desk.pin({"q": "white boat"}, asset_id=desk.boat.asset_id)
    assert pins.due() is RunCause.PINS
    desk.run()

    current.choose({Stage.TAG: "words+0123abcd", Stage.FACES: "some-faces"})
    assert pins.due() is RunCause.MODELS
    desk.run()
    current.choose({Stage.TAG: "words+4567abcd", Stage.FACES: "some-faces"})
    assert pins.due() is RunCause.VOCABULARY
    desk.run()
    with monkeypatch.context() as patch:
        patch.setattr(trust, "GOOD", 0.6)
        assert pins.due() is RunCause.TUNING
    assert pins.due() is None
    monkeypatch.setattr(wiring, "active_pack", lambda: load_pack("standard"))
    assert pins.due() is RunCause.MODELS


def test_another_pack_is_compared_once_its_vectors_are_complete(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pin({"q": "red car sunset"}, asset_id=desk.car.asset_id)
    desk.pin({"q": "sea white"}, asset_id=desk.boat.asset_id)
    build_beside(desk.units)
    with pytest.raises(PackIncomplete, match="no vectors yet of 1 of the 9") as raised:
        desk.run(pack="standard")
    assert raised.value.missing == 1
    build_beside([desk.car])
    ours = desk.run()
    theirs = desk.run(pack="standard")
    assert theirs.pack == "standard"
    kept = reader.run_by_id(theirs.run_id)
    assert kept is not None
    assert kept.compared
    assert kept.parts["pack"] == "standard"
    assert desk.ranks(ours) == [1, 1]
    assert all(rank is not None for rank in desk.ranks(theirs))
    monkeypatch.setattr(weights, "is_present", lambda pack, *, models: True)
    assert [pack.name for pack in pins.comparable_packs()] == ["standard"]
    assert pins.due() is None, "a comparison doesn't count as the run after a change"


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("pins", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_adds_lists_runs_and_removes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No query is pinned yet" in told("list")
    path = MediaFile.objects.get(asset=desk.car.asset).path
    assert told("add", "red car sunset", path, "--note", "the poster").startswith("Pinned as ")
    lost = desk.pin({"q": "white boat sea noon", "kind": "clip"}, asset_id=desk.boat.asset_id)
    with pytest.raises(CommandError, match="in no library"):
        told("add", "red car", "/nowhere/a.jpg")
    with pytest.raises(CommandError, match="both --from and --to"):
        told("add", "red car", f"asset/{desk.car.asset_id}", "--from", "3")

    report = json.loads(told("run", "--json"))
    assert report["packs"][0]["recall"]["1"] == 0.5
    assert [each["found"]["starter"]["rank"] for each in report["pins"]] == [1, None]
    assert report["pins"][0]["path"].endswith(path)
    with pytest.raises(SystemExit) as left:
        told("run", "--fail-under", "0.9", "--at", "5")
    assert left.value.code == 1
    listed = json.loads(told("list", "--json"))
    assert [(each["ranks"], each["note"]) for each in listed] == [([1, 1], "the poster"), ([None, None], "")]
    assert "not found" in told("list")
    told("remove", str(lost))
    assert "1.000" in told("run", "--fail-under", "0.9")
    with pytest.raises(CommandError, match="not there any more"):
        told("remove", str(lost))


def test_the_command_compares_two_packs(desk: Desk) -> None:
    desk.pin({"q": "red car sunset"}, asset_id=desk.car.asset_id)
    desk.pin({"q": "sea boat white"}, asset_id=desk.boat.asset_id)
    with pytest.raises(CommandError, match="models use standard --wait"):
        told("run", "--pack", "standard")
    build_beside([*desk.units, desk.car])
    printed = told("run", "--pack", "standard")
    assert "recall@10" in printed
    report = json.loads(told("run", "--pack", "standard", "--json"))
    assert [each["pack"] for each in report["packs"]] == ["starter", "standard"]
    assert {each["change"] for each in report["pins"]} <= {"better", "worse", "same"}
    assert PinRun.objects.filter(pack="standard", compared=True).count() == 2


def test_one_process_at_a_time_runs_them(desk: Desk) -> None:
    now, lease = timezone.now(), timedelta(minutes=5)
    assert writer.take_turn("one", now=now, lease=lease)
    assert not writer.take_turn("two", now=now, lease=lease)
    assert reader.is_running()
    writer.end_turn("two")
    assert not writer.take_turn("two", now=now, lease=lease)
    assert writer.take_turn("two", now=now + 2 * lease, lease=lease), "one is dead"
    writer.end_turn("two")
    assert writer.take_turn("one", now=now, lease=lease)
