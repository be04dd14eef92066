"""A selection, a collection or a search goes to an edit: by the pages and by the command."""

import json
from io import StringIO
from pathlib import Path

import opentimelineio as otio
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam.catalog.models import Asset, AssetMetadata, Collection, CollectionItem, MediaFile, Speech, TranscriptRecord
from dam.catalog.readers.pieces import pieces_of, pieces_of_collection
from dam.types import CollectionKind, FileState, TranscriptSource
from dam.types.handoff import PathMap
from search import timelines
from search.selection import Picked
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db
FORM = {
    "format": "otio",
    "marks": ["shots", "lines"],
    "name": "Cut",
    "query": "red dress",
    "handle": "12",
    "unit": "frames",
}


class Desk:
    """A video of three shots with a line said in the second, a photo, and a recording."""

    def __init__(self) -> None:
        self.rows = SmallLibrary("/srv/media")
        self.shots = self.rows.video(["a", "b", "c"], path="Day 1/a.mov")
        self.video = self.shots[0].asset_id
        Asset.objects.filter(pk=self.video).update(duration_ms=30_000, width=1920, height=1080)
        AssetMetadata.objects.create(
            asset_id=self.video,
            frame_rate_numerator=25,
            frame_rate_denominator=1,
            timecode="10:00:00:00",
            audio_tracks=[{"codec": "aac", "channels": 2, "sample_rate_hz": 48_000, "language": ""}],
        )
        self.photo = self.rows.photo("a tree")
        record = TranscriptRecord.objects.create(asset_id=self.video, source=TranscriptSource.MODEL, model="m")
        (clip,) = self.rows.speech(["ask not"], path="other.wav")
        clip.asset_id, clip.start_ms, clip.end_ms, clip.position = self.video, 12_000, 14_000, 9
        clip.save()
        Speech.objects.filter(pk=clip.pk).update(transcript=record)

    def collection(self) -> Collection:
        made = Collection.objects.create(name="Best", kind=CollectionKind.MADE)
        for place, (shot, note) in enumerate([(self.shots[2], "the end"), (self.shots[0], "")]):
            CollectionItem.objects.create(
                collection=made, asset_id=self.video, unit=shot, start_ms=shot.start_ms, end_ms=shot.end_ms,
                position=place, note=note,
            )  # fmt: skip
        CollectionItem.objects.create(collection=made, asset_id=self.video, position=2)
        return made


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_pieces_know_their_file_in_a_fixed_number_of_queries(desk: Desk) -> None:
    chosen: list[tuple[int, int | None]] = [(desk.video, desk.shots[1].pk), (desk.photo.asset_id, None)]
    with CaptureQueriesContext(connection) as few:
        (piece, _) = pieces_of(chosen)
    with CaptureQueriesContext(connection) as more:
        assert len(pieces_of([(desk.video, shot.pk) for shot in desk.shots] * 20)) == 60
    assert len(more) == len(few)
    assert piece.path == Path("/srv/media/Day 1/a.mov")
    assert (piece.start_ms, piece.end_ms, piece.timecode) == (10_000, 20_000, "10:00:00:00")
    assert [line.text for line in piece.lines] == ["ask not"]
    assert not piece.offline
    MediaFile.objects.filter(asset_id=desk.video).update(state=FileState.MISSING)
    assert pieces_of(chosen)[0].offline


def test_a_collection_goes_in_its_own_order_with_its_notes(desk: Desk) -> None:
    pieces = pieces_of_collection(desk.collection().pk)
    assert [(piece.start_ms, piece.end_ms, piece.note) for piece in pieces] == [
        (20_000, 30_000, "the end"), (0, 10_000, ""), (0, 30_000, ""),
    ]  # fmt: skip


def test_a_selection_is_shown_and_downloaded(desk: Desk, client: Client) -> None:
    chosen = {"chosen": f"u{desk.shots[1].pk},u{desk.photo.pk}"}
    page = client.post("/timeline", chosen, headers={"Referer": "http://testserver/?q=red+dress"})
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="red dress"' in text
    assert "1 of 2 left out" in text
    assert "10:00:10:00–10:00:20:00" in text
    answer = client.post("/timeline/file", chosen | FORM)
    assert answer["Content-Disposition"] == 'attachment; filename="Cut.otio"'
    (clip,) = otio.adapters.read_from_string(answer.content.decode(), "otio_json").tracks[0]
    assert clip.source_range.start_time.value == 36_000 * 25 + 250 - 12
    assert clip.duration().value == 250 + 24
    assert [mark.name for mark in clip.markers] == ["red dress", "ask not"]
    # The form is left as it was used last.
    assert 'value="otio" checked' in client.post("/timeline", chosen).content.decode()


def test_what_can_not_be_sent_is_said(desk: Desk, client: Client) -> None:
    photo = {"chosen": f"u{desk.photo.pk}"}
    refused = client.post("/timeline/file", photo | FORM)
    assert refused.status_code == 409
    assert "none of what was chosen" in refused.content.decode()
    wrong = client.post("/timeline/file", {"chosen": f"u{desk.shots[0].pk}"} | FORM | {"handle": "1.5"})
    assert wrong.status_code == 400
    assert "Handles in frames are whole ones." in wrong.content.decode()
    assert client.get("/collections/999/timeline").status_code == 409
    assert client.get("/timeline").status_code == 405


def test_other_sites_get_no_timeline(desk: Desk) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/timeline/file", {"chosen": f"u{desk.shots[0].pk}"} | FORM).status_code == 403


def test_the_preview_follows_the_form(desk: Desk, client: Client) -> None:
    collection = str(desk.collection().pk)
    seen = client.post("/timeline/preview", {"collection": collection} | FORM | {"rate": "30000/1001;"})
    text = seen.content.decode()
    assert "3 clips" in text
    assert "29.97 drop-frame fps" in text
    assert "of other rates are 3 at 25" in text


def test_the_command_writes_a_collection_whole(desk: Desk, tmp_path: Path) -> None:
    desk.collection()
    call_command(
        "timeline", collection="best", format="otio", to=tmp_path, handles=(0, 500),
        path=PathMap(here="/srv/media", there="/Volumes/M"), stderr=StringIO(),
    )  # fmt: skip
    said = json.loads((tmp_path / "Best.otio").read_text())
    first = said["tracks"]["children"][0]["children"][0]
    assert first["media_references"]["DEFAULT_MEDIA"]["target_url"] == "file:///Volumes/M/Day%201/a.mov"
    assert first["metadata"]["afterimage"]["note"] == "the end"
    with pytest.raises(CommandError, match="There is no collection “worst”"):
        call_command("timeline", collection="worst")


def test_the_command_takes_the_hits_of_a_search(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def everything(query: str) -> list[Picked]:
        asked.append(query)
        return [Picked(asset_id=desk.video, unit_id=desk.shots[0].pk)]

    monkeypatch.setattr(timelines, "everything", everything)
    out = StringIO()
    call_command("timeline", query="red dress", format="edl", stdout=out)
    assert asked == ["q=red+dress"]
    assert "001  A        AA/V  C        10:00:00:00 10:00:10:00 01:00:00:00 01:00:10:00" in out.getvalue()
