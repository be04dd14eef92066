"""Downloads of selections, collections and parts of an asset: asked for on a page, sent as a file or a zip."""

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from dam import wiring
from dam.catalog.models import AssetMetadata
from dam.catalog.readers.handouts import handouts_of
from dam.config import config
from dam.engines.media.fake import FakeMediaReader
from dam.handoff.downloads import DownloadWish, plan, timecode_at
from dam.handoff.making import Delivery
from dam.types import ClipWish, CutClip, DownloadForm, Piece, SourceFile
from tests.integration.test_sharing import Shelf, content

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    fake = FakeMediaReader()
    monkeypatch.setattr(wiring, "media_reader", lambda: fake)
    return Shelf(tmp_path)


def opened(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


def test_page_says_what_it_will_be_before_anything_is_sent(client: Client, shelf: Shelf) -> None:
    page = client.post("/download", {"chosen": f"a{shelf.mine.pk},u{shelf.shots[0].pk},u{shelf.shots[1].pk}"})

    text = page.content.decode()
    assert page.status_code == 200
    assert "2 files" in text  # the originals: both shots are of one
    assert "3 files" in text
    assert 'value="clip" checked' in text
    assert f'name="chosen" value="a{shelf.mine.pk},u{shelf.shots[0].pk},u{shelf.shots[1].pk}"' in text


def test_originals_come_as_a_zip_of_known_length(client: Client, shelf: Shelf) -> None:
    answer = client.post("/download/start", {"asset": [shelf.mine.pk, shelf.other.pk], "form": "original"})

    data = content(answer)
    assert answer["Content-Length"] == str(len(data))
    with opened(data) as archive:
        assert archive.namelist() == ["mine.jpg", "other.jpg"]
        assert archive.read("mine.jpg") == (shelf.root / "mine.jpg").read_bytes()


def test_single_original_comes_by_itself(client: Client, shelf: Shelf) -> None:
    answer = client.post("/download/start", {"asset": shelf.mine.pk, "form": "original"})

    assert content(answer) == (shelf.root / "mine.jpg").read_bytes()
    assert answer["Content-Disposition"].startswith('attachment; filename="mine.jpg"')


def test_stretch_between_in_and_out_comes_with_its_handles(client: Client, shelf: Shelf) -> None:
    asked = {"asset": shelf.video.pk, "in": 1500, "out": 2500, "form": "clip", "handles": "1000"}
    answer = client.post("/download/start", asked)

    assert content(answer) == b"clip of film.mp4 500-3500"
    assert "film 00.00.00.500-00.00.03.500.mp4" in answer["Content-Disposition"]
    assert not list(config().places.scratch.glob("handoff-*"))


def test_smaller_copies_have_the_size_of_the_form(client: Client, shelf: Shelf) -> None:
    asked = {"asset": [shelf.mine.pk, shelf.video.pk], "form": "rendition", "side": "1280", "quality": "75"}

    with opened(content(client.post("/download/start", asked))) as archive:
        assert sorted(archive.namelist()) == ["CLIPS.txt", "film.mp4", "mine.jpg"]
        with Image.open(io.BytesIO(archive.read("mine.jpg"))) as image:
            assert image.size == (640, 448)  # never larger than it was


def test_what_is_gone_is_named_and_the_rest_comes(client: Client, shelf: Shelf) -> None:
    (shelf.root / "other.jpg").unlink()
    data = content(client.post("/download/start", {"asset": [shelf.mine.pk, shelf.other.pk], "form": "original"}))

    with opened(data) as archive:
        assert archive.namelist() == ["mine.jpg", "MISSING.txt"]
        assert b"other.jpg" in archive.read("MISSING.txt")


def test_drive_that_is_away_is_said_on_the_page(client: Client, shelf: Shelf) -> None:
    shelf.library.online = False
    shelf.library.save()

    page = client.get("/download", {"collection": shelf.collection.pk}).content.decode()

    assert "Nothing of this can be downloaded now" in page
    assert "Its drive is not connected." in page
    answer = client.post("/download/start", {"collection": shelf.collection.pk, "form": "original"})
    assert answer.status_code == 409


def test_link_in_the_place_of_an_original_is_not_followed(client: Client, shelf: Shelf, tmp_path: Path) -> None:
    secret = tmp_path.parent / "secret.txt"
    secret.write_bytes((shelf.root / "other.jpg").read_bytes())
    (shelf.root / "other.jpg").unlink()
    (shelf.root / "other.jpg").symlink_to(secret)

    asked = {"asset": [shelf.mine.pk, shelf.other.pk], "form": "original"}
    with opened(content(client.post("/download/start", asked))) as archive:
        assert archive.namelist() == ["mine.jpg", "MISSING.txt"]


def test_stopping_early_ends_the_work_and_leaves_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Slow(FakeMediaReader):
        def cut_clip(self, source: SourceFile, wish: ClipWish, *, out_dir: Path, on_progress: Any = None) -> CutClip:
            asked.append(wish.start_ms)
            for _ in range(200 if wish.start_ms else 0):  # ends early only where it is told to
                time.sleep(0.05)
                on_progress(0.1)
            return super().cut_clip(source, wish, out_dir=out_dir, on_progress=on_progress)

    slow = Slow()
    monkeypatch.setattr(wiring, "media_reader", lambda: slow)
    pieces = [Piece(asset_id=shelf.video.pk, start_ms=start, end_ms=start + 500) for start in (0, 1000, 2000, 3000)]
    closed: list[bool] = []
    delivery = Delivery(plan(pieces, DownloadWish(form=DownloadForm.CLIP)), on_close=lambda: closed.append(True))

    stream: Iterator[bytes] = iter(delivery)
    assert next(stream).startswith(b"PK")
    begun = time.monotonic()
    while len(asked) < 2:  # the next one is made while the first is sent
        time.sleep(0.01)
    delivery.close()

    assert time.monotonic() - begun < 5
    assert asked == [0, 1000]
    assert closed == [True]
    assert not list(config().places.scratch.glob("handoff-*"))


@pytest.mark.parametrize(
    ("rate", "begin", "ms", "expected"),
    [
        ((25, 1), "10:00:00:00", 1000, "10:00:01:00"),
        ((30000, 1001), "00:59:59;28", 67, "01:00:00;00"),
        ((24000, 1001), "01:00:00:00", 1001, "01:00:01:00"),
        ((25, 1), "", 1000, ""),
        ((0, 0), "10:00:00:00", 1000, ""),
    ],
)
def test_clip_begins_at_its_sources_timecode(
    shelf: Shelf, rate: tuple[int, int], begin: str, ms: int, expected: str
) -> None:
    AssetMetadata.objects.filter(asset=shelf.video).update(
        frame_rate_numerator=rate[0], frame_rate_denominator=rate[1], timecode=begin
    )

    assert timecode_at(handouts_of([shelf.video.pk])[shelf.video.pk], ms) == expected
