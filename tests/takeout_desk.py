"""Everything that people can say, said of a small indexed library; and what a catalogue holds, by meaning."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Model

from dam.catalog.models import (
    Asset,
    AssetMetadata,
    Collection,
    CollectionItem,
    DeliveredAsset,
    Delivery,
    Face,
    FaceRefusal,
    HeardTranscript,
    IgnoredRegion,
    Library,
    MediaFile,
    MetadataBase,
    MetadataChange,
    PastSearch,
    Person,
    PinnedQuery,
    Preference,
    Release,
    Speaker,
    Speech,
    Submission,
    SubmissionItem,
    Tag,
    TagVerdict,
    TaughtTag,
    TranscriptRecord,
    Unit,
)
from dam.catalog.writers import people
from dam.metadata import edit
from dam.transcripts import edit as transcripts
from dam.types import (
    CollectionKind,
    DeliveryForm,
    MetadataField,
    ReleaseKind,
    SetTo,
    TagKind,
    TranscriptSource,
    UnitKind,
)
from tests.people_desk import PeopleDesk

State = dict[str, list[Any]]
_UNIT = ("unit__asset__fingerprint", "unit__kind", "unit__start_ms", "unit__end_ms")
_BOX = ("at_ms", "x", "y", "width", "height")


def say_everything(desk: PeopleDesk, documents: Path) -> None:
    """Index photos and a video, and say something of every kind."""
    desk.photo("a.jpg", ["red"])
    desk.photo("b \udce9.jpg", ["red", "green"])
    desk.photo("c.jpg", ["blue"])
    desk.video("v.mp4", [[["red"], ["red"], ["red"]], [["green"], ["green"]]])
    desk.index()
    _people(desk)
    _words(desk)
    _tags(desk)
    _kept(desk)
    _stock(desk, documents)


def _people(desk: PeopleDesk) -> None:
    red, blue, green = desk.person("a.jpg"), desk.person("c.jpg"), desk.face("b \\xe9.jpg", 1)
    people.name_person(red.pk, "Anna =1+1")
    people.refuse([green.pk], red.pk)
    people.assign([green.pk], blue.pk)
    people.hide(blue.pk, hidden=True)
    people.set_cover(red.pk, desk.face("a.jpg").pk)
    shot = Unit.objects.filter(asset=desk.asset("v.mp4"), kind=UnitKind.SHOT).order_by("position")[1]
    IgnoredRegion.objects.create(unit=shot, at_ms=3500, x=0.5, y=0.5, width=0.1, height=0.1)


def _words(desk: PeopleDesk) -> None:
    video = desk.asset("v.mp4")
    edit.change([desk.asset("a.jpg"), video], {MetadataField.TITLE: SetTo(value="Harbour “at” dusk")})
    edit.change([video], {MetadataField.KEYWORDS: SetTo(value=["Animals|Dog", "dusk"])})
    edit.change([video], {MetadataField.RATING: SetTo(value=4)})
    done = transcripts.add(video, "ask not what", start_ms=500, end_ms=1500, speaker="Anna")
    assert done.unit_id is not None
    transcripts.set_text(done.unit_id, "Ask not what your country")
    Speaker.objects.update(person=Person.objects.get(name="Anna =1+1"))
    HeardTranscript.objects.create(
        asset_id=video, source=TranscriptSource.MODEL, model="m", language="en",
        segments=[{"start_ms": 0, "end_ms": 900, "text": "ask"}], made_at=_at(3), offered=True,
    )  # fmt: skip


def _tags(desk: PeopleDesk) -> None:
    parent = Tag.objects.create(key="mine", name="mine", kind=TagKind.PICTURE, own=True)
    tag = Tag.objects.create(
        key="mine/boats", name="boats", parent=parent, kind=TagKind.TAUGHT, synonyms=["ships"], own=True
    )
    TaughtTag.objects.create(tag=tag, space="picture:m", weights=b"\x00\x01\x02\x03", bias=0.5, examples=2)
    units = list(Unit.objects.exclude(kind=UnitKind.CLIP).order_by("pk"))
    for number, unit in enumerate(units):
        TagVerdict.objects.create(unit=unit, tag=tag, accepted=number % 2 == 0)


def _kept(desk: PeopleDesk) -> None:
    Collection.objects.create(kind=CollectionKind.SEARCH, name="Boats", asked={"q": "boat -fog"})
    made = Collection.objects.create(kind=CollectionKind.MADE, name="Best", note="for Ann")
    shot = Unit.objects.filter(asset=desk.asset("v.mp4"), kind=UnitKind.SHOT).order_by("position")[1]
    CollectionItem.objects.create(
        collection=made, asset_id=shot.asset_id, unit=shot, start_ms=shot.start_ms, end_ms=shot.end_ms, position=0,
        note="the end",
    )  # fmt: skip
    CollectionItem.objects.create(collection=made, asset_id=desk.asset("a.jpg"), position=7)
    PastSearch.objects.create(key="k" * 64, asked={"q": "boat"}, times=3, good=2, last_at=_at(5))
    PinnedQuery.objects.create(asked={"q": "boat"}, asset_id=desk.asset("c.jpg"), note="poster")
    Preference.objects.create(key="captions", value=True)


def _stock(desk: PeopleDesk, documents: Path) -> None:
    collection = Collection.objects.get(name="Best")
    submission = Submission.objects.create(collection=collection, agency="adobe-stock", options={"price": "9"})
    SubmissionItem.objects.create(
        submission=submission, asset_id=desk.asset("a.jpg"), agency="adobe-stock", title="Other", categories=["3"]
    )
    documents.mkdir(parents=True)
    key = "ab" * 32 + ".pdf"
    (documents / key).write_bytes(b"%PDF-1.4 a release")
    release = Release.objects.create(
        kind=ReleaseKind.MODEL, name="Anna", key=key, digest="ab" * 32, mime="application/pdf",
        file_name="anna.pdf", size_bytes=18, signed_on=date(2024, 5, 1), places=["Lisbon"],
    )  # fmt: skip
    release.people.add(Person.objects.get(name="Anna =1+1"))
    release.assets.add(desk.asset("a.jpg"))
    delivery = Delivery.objects.create(
        submission=submission, agency="adobe-stock", name="Best", form=DeliveryForm.ZIP, count=1
    )
    DeliveredAsset.objects.create(
        delivery=delivery, asset_id=desk.asset("a.jpg"), file_name="a.jpg", title="T", digest="d" * 64,
        fingerprint=Asset.objects.get(pk=desk.asset("a.jpg")).fingerprint,
    )  # fmt: skip


def forget_everything() -> None:
    """Empty the catalogue: a new installation."""
    models: Sequence[type[Model]] = list(apps.get_app_config("catalog").get_models())
    Person.objects.update(cover=None)
    for model in models:
        model._default_manager.all().delete()
    assert not any(model._default_manager.exists() for model in models)


def state() -> State:
    """All that people said, each row by what it means, without a single number of this catalogue."""
    field_names = [field.value for field in MetadataField]
    return {
        "libraries": _rows(Library, "name", "root", "include", "exclude"),
        "files": [
            (root, bytes(path), fingerprint)
            for root, path, fingerprint in _rows(MediaFile, "library__root", "raw_path", "asset__fingerprint")
        ],
        "units": _rows(Unit, "asset__fingerprint", "kind", "position", "start_ms", "end_ms"),
        "metadata": _rows(AssetMetadata, "asset__fingerprint", *field_names),
        "bases": _rows(MetadataBase, "asset__fingerprint", "agreed", "in_file", "orientation"),
        "changes": _rows(
            MetadataChange, "edit__made_at", "edit__cause", "edit__summary", "edit__undone", "asset__fingerprint",
            "field", "before", "after",
        ),
        "people": _rows(Person, "name", "hidden", "added_at", *(f"cover__{name}" for name in (*_UNIT, *_BOX))),
        "faces": _rows(
            Face, *_UNIT, *_BOX, "start_ms", "end_ms", "model", "source", "person__name", "person__hidden", "likeness"
        ),
        "refusals": _rows(
            FaceRefusal, *(f"face__{name}" for name in (*_UNIT, *_BOX)), "person__name"
        ),
        "ignored": _rows(IgnoredRegion, *_UNIT, *_BOX),
        "speakers": _rows(Speaker, "name", "person__name", "added_at"),
        "transcripts": _rows(
            TranscriptRecord, "asset__fingerprint", "source", "model", "language", "made_at", "edited_at"
        ),
        "lines": _rows(
            Speech, *_UNIT, "unit__position", "text", "words", "breaks", "edited", "weak", "speaker__name"
        ),
        "heard": _rows(HeardTranscript, "asset__fingerprint", "source", "model", "segments", "made_at", "offered"),
        "tags": _rows(Tag, "key", "name", "parent__key", "kind", "synonyms", "own", "retired"),
        "classifiers": [
            (key, space, bytes(weights), bias, examples)
            for key, space, weights, bias, examples in _rows(
                TaughtTag, "tag__key", "space", "weights", "bias", "examples"
            )
        ],
        "verdicts": _rows(TagVerdict, *_UNIT, "tag__key", "accepted", "said_at"),
        "collections": _rows(Collection, "kind", "name", "note", "asked", "created_at"),
        "items": _rows(
            CollectionItem, "collection__name", "asset__fingerprint", "start_ms", "end_ms", "position", "note",
            "added_at", "unit__kind", "unit__start_ms",
        ),
        "searches": _rows(PastSearch, "key", "asked", "times", "good", "first_at", "last_at"),
        "pins": _rows(PinnedQuery, "asked", "asset__fingerprint", "start_ms", "end_ms", "note", "created_at"),
        "preferences": _rows(Preference, "key", "value"),
        "submissions": _rows(Submission, "collection__name", "agency", "options", "made_at", "changed_at"),
        "submitted": _rows(
            SubmissionItem, "submission__collection__name", "asset__fingerprint", "agency", "title", "description",
            "keywords", "categories", "editorial", "choices",
        ),
        "releases": _rows(
            Release, "kind", "name", "key", "digest", "file_name", "signed_on", "expires_on", "places", "added_at",
            "people__name", "assets__fingerprint",
        ),
        "deliveries": _rows(
            Delivery, "agency", "name", "form", "count", "made_at", "submission__collection__name",
            "assets__fingerprint", "assets__asset__fingerprint", "assets__title", "assets__digest",
        ),
    }  # fmt: skip


def _rows(model: type[Model], *names: str) -> list[Any]:
    found: Iterable[tuple[Any, ...]] = model._default_manager.values_list(*names)
    return sorted(found, key=repr)


def _at(day: int) -> datetime:
    return datetime(2026, 1, day, 12, tzinfo=UTC)
