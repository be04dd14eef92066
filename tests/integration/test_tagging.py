"""Tags from stored vectors: a change of words tags everything anew, opens no picture, and keeps what people said."""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dam.catalog import current, jobs
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    Embedding,
    Library,
    MediaFile,
    StageRun,
    Tag,
    TagScore,
    TagVerdict,
    Unit,
)
from dam.catalog.readers.tags import tags_of_asset, units_with_tag
from dam.catalog.writers.stages import align_stages
from dam.catalog.writers.tags import ensure_tag, forget_outdated, say, undo
from dam.config import config
from dam.engines.media.fake import FakeMediaReader
from dam.ports import ModelInfo, Pixels, Vectors
from dam.tagging import tagger
from dam.tagging.own import load_vocabulary, word_file
from dam.tagging.vocabulary import tag_model
from dam.types import FileState, MediaKind, Plan, Stage, StageState, UnitKind
from indexer.pipeline import MEASURE
from indexer.tools import Engines, Tools

pytestmark = pytest.mark.django_db

_DIMENSIONS = 512


class Words:
    """A text tower: a direction for what a text is of, the same for every template around it; opens no picture."""

    info = ModelInfo(name="words-512", space="picture:words-512", dimensions=_DIMENSIONS, logit_scale=100.0)

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        raise AssertionError("no picture is to be looked at")

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        return np.stack([direction(text.split(" of ")[-1].removeprefix("a ")) for text in texts])


def direction(words: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "little")
    return unit(np.random.default_rng(seed).standard_normal(_DIMENSIONS))


def unit(row: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Vectors:
    found: Vectors = (row / np.linalg.norm(row)).astype(np.float32)
    return found


class Shelf:
    """Photos with vectors near the concepts that they show, and the worker's way of tagging them."""

    def __init__(self) -> None:
        self.library = Library.objects.create(name="photos", root="/photos")
        self.random = np.random.default_rng(3)
        self.reader = FakeMediaReader()

    def photo(self, *shows: str) -> Unit:
        number = Asset.objects.count()
        asset = Asset.objects.create(fingerprint=f"{number:064d}", size_bytes=1, kind=MediaKind.PHOTO)
        path = f"{'-'.join(shows)}-{number}.jpg"
        MediaFile.objects.create(
            library=self.library, asset=asset, raw_path=path.encode(), path=path, state=FileState.PRESENT
        )
        row = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
        seen = sum((0.35 * direction(word) for word in shows), np.zeros(_DIMENSIONS))
        vector = unit(seen + self.random.standard_normal(_DIMENSIONS) / np.sqrt(_DIMENSIONS))
        Embedding.objects.create(
            unit=row, space=Words.info.space, model=Words.info.name, vector=vector.astype("<f2").tobytes()
        )
        for stage, model in ((Stage.PREPARE, ""), (Stage.EMBED, Words.info.name)):
            StageRun.objects.create(asset=asset, stage=stage, model=model, state=StageState.DONE)
        return row

    def tag_all(self) -> str:
        """Tag what the words of now make due, as the worker does; returns the model's name."""
        model = tag_model(Words.info.name, load_vocabulary())
        plan = Plan(models={Stage.EMBED: (Words.info.name,), Stage.TAG: (model,)})
        current.choose({Stage.TAG: model})
        align_stages(plan)
        tools = Tools(
            reader=self.reader,
            engines=Engines(embedder=lambda _model: Words(), transcriber=lambda _model: None),  # type: ignore[arg-type,return-value]
            plan=plan,
            places=config().places,
            limits=config().limits,
            owner=jobs.worker_name(),
        )
        (task,) = (task for task in MEASURE if task.stage is Stage.TAG)
        while runs := jobs.claim(task.stage, owner=tools.owner, limit=task.batch, lease_s=60):
            task.step(runs, tools)
        for stage in current.swap_complete():
            forget_outdated(current.model_of(stage))
        return model


def names(row: Unit) -> list[str]:
    return [view.name for view in tags_of_asset(row.asset_id)]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    tagger.forget()
    made = Shelf()
    for other in ("mountain", "bridge", "bicycle", "guitar", "strawberry", "lighthouse", "castle", "owl") * 6:
        made.photo(other)
    yield made
    word_file().unlink(missing_ok=True)
    tagger.forget()


def test_a_new_word_tags_the_library_anew_from_vectors_and_nothing_else_runs(shelf: Shelf) -> None:
    zebra, anvil = shelf.photo("zebra"), shelf.photo("blacksmith's anvil")
    first = shelf.tag_all()
    assert "zebra" in names(zebra)
    assert names(anvil) == []

    word_file().parent.mkdir(parents=True, exist_ok=True)
    word_file().write_text("blacksmith's anvil = anvils\n", encoding="utf-8")
    second = shelf.tag_all()

    assert second != first
    assert current.model_of(Stage.TAG) == second
    assert "blacksmith's anvil" in names(anvil)
    assert "zebra" in names(zebra)
    assert [unit_id for unit_id, _, _ in units_with_tag("anvils")] == [anvil.pk]
    assert shelf.reader.prepared == []
    made_again = StageRun.objects.exclude(stage=Stage.TAG).filter(finished_at__isnull=False)
    assert not made_again.exists()
    # What the earlier words left behind is gone: a library would grow with every word.
    assert not TagScore.objects.filter(model=first).exists()
    assert not StageRun.objects.filter(model=first).exists()


def test_what_people_said_outlives_every_new_word(shelf: Shelf) -> None:
    zebra, owl = shelf.photo("zebra"), shelf.photo("owl")
    shelf.tag_all()
    striped, bird = ensure_tag("zebra"), ensure_tag("owl")
    correction = say([zebra.pk], striped.pk, False)
    say([zebra.pk], bird.pk, True)
    assert names(zebra)[0] == "owl"
    assert "zebra" not in names(zebra)
    for word in ("first word", "second word"):
        word_file().write_text(word, encoding="utf-8")
        shelf.tag_all()
        assert "zebra" not in names(zebra)
        assert names(zebra)[0] == "owl"
    assert "owl" in names(owl)
    assert undo(correction)
    assert "zebra" in names(zebra)
    assert not undo(correction)


def test_only_the_same_vectors_earlier_words_are_forgotten(shelf: Shelf) -> None:
    zebra = shelf.photo("zebra")
    tag = Tag.objects.create(key="own/x", name="x", kind="picture")
    for model in ("words-512+old", "words_512+old", "other+old", "taught:words-512", "words-512+new"):
        TagScore.objects.create(unit=zebra, tag=tag, model=model, certainty=0.9)
    assert forget_outdated("words-512+new") == 1
    left = set(TagScore.objects.values_list("model", flat=True))
    assert left == {"words_512+old", "other+old", "taught:words-512", "words-512+new"}


def test_the_certainty_means_something_and_a_picture_of_nothing_has_no_tag(shelf: Shelf) -> None:
    shown = [shelf.photo("zebra") for _ in range(5)]
    nothing = [shelf.photo("a word that nobody asks for") for _ in range(20)]
    shelf.tag_all()
    found = {row.pk: {view.name: view.certainty for view in tags_of_asset(row.asset_id)} for row in shown + nothing}
    assert sum(found[row.pk].get("zebra", 0.0) > 0.7 for row in shown) >= 4
    assert sum(bool(found[row.pk]) for row in nothing) <= 1
    assert all(0.5 <= certainty <= 1.0 for tags in found.values() for certainty in tags.values())


def test_the_command_says_each_tag_with_its_certainty_and_who_says_so(shelf: Shelf) -> None:
    zebra = shelf.photo("zebra")
    AssetMetadata.objects.create(asset=zebra.asset, keywords=["Serengeti"])
    model = shelf.tag_all()
    TagVerdict.objects.create(unit=zebra, tag=ensure_tag("safari"), accepted=True)
    out = io.StringIO()
    call_command("tags", str(Path("/photos") / MediaFile.objects.get(asset=zebra.asset).path), "--json", stdout=out)
    told = {tag["name"]: tag for tag in json.loads(out.getvalue())["tags"]}
    assert (told["safari"]["source"], told["safari"]["certainty"]) == ("person", 1.0)
    assert (told["Serengeti"]["source"], told["Serengeti"]["certainty"]) == ("file", 1.0)
    assert (told["zebra"]["source"], told["zebra"]["model"]) == ("model", model)
    assert 0.5 <= told["zebra"]["certainty"] <= 1.0


def test_a_batch_costs_the_same_statements_however_many_pictures(shelf: Shelf) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            shelf.tag_all()
        return len(asked)

    shelf.tag_all()
    word_file().write_text("one word", encoding="utf-8")
    few = statements()
    for _ in range(100):
        shelf.photo("zebra")
    word_file().write_text("another word", encoding="utf-8")
    assert statements() <= few + 5
