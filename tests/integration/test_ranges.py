"""Bytes of renditions and originals over HTTP: ranges, conditions, types, and nothing outside the folders."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from dam.catalog.models import Asset, Library, MediaFile, Rendition
from dam.config import config
from dam.types import AssetState, FileState, RenditionRole
from search.views.media import open_below

BYTES = bytes(range(256)) * 4
SIZE = len(BYTES)
pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response, read to its end."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers[name]


def body(response: HttpResponseBase) -> bytes:
    if isinstance(response, StreamingHttpResponse):
        return response.getvalue()
    return bytes(getattr(response, "content", b""))


def add_asset(folder: Path, name: str, *, mime: str, data: bytes = BYTES, online: bool = True) -> Asset:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    library, _ = Library.objects.get_or_create(root=str(folder), defaults={"name": "Pictures", "online": online})
    fingerprint = f"{len(name)}-{mime}-fingerprint".replace("/", "-")
    asset = Asset.objects.create(
        fingerprint=fingerprint, size_bytes=len(data), kind="video", state=AssetState.READY, mime=mime
    )
    MediaFile.objects.create(library=library, asset=asset, raw_path=os.fsencode(name), path=name)
    return asset


@pytest.fixture
def video(tmp_path: Path) -> Asset:
    return add_asset(tmp_path / "media", "clip one.mp4", mime="video/mp4")


@pytest.fixture
def rendition() -> Iterator[Rendition]:
    asset = Asset.objects.create(fingerprint="aa11", size_bytes=1, kind="photo", state=AssetState.READY)
    path = config().places.renditions / "aa" / "11" / "thumb-0.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(BYTES)
    yield Rendition.objects.create(
        asset=asset, role=RenditionRole.THUMB, key="aa/11/thumb-0.jpg", mime="image/jpeg", size_bytes=SIZE
    )
    path.unlink(missing_ok=True)


def fetch(client: Client, address: str, *, method: str = "GET", **headers: str) -> Answer:
    response = client.generic(method, address, headers=headers)
    # Read to the end: only then does the server's side close the file.
    return Answer(status_code=response.status_code, headers=dict(response.items()), content=body(response))


def get(client: Client, asset: Asset, *, query: str = "", method: str = "GET", **headers: str) -> Answer:
    return fetch(client, f"/media/original/{asset.pk}{query}", method=method, **headers)


def test_without_a_range_the_whole_file_comes(client: Client, video: Asset) -> None:
    answer = get(client, video)
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (200, str(SIZE), "bytes")
    assert answer["Content-Type"] == "video/mp4"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == BYTES


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1000-", 1000, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        ("bytes=-99999", 0, SIZE - 1),
        ("bytes=1020-99999", 1020, SIZE - 1),
        ("Bytes = 3-4", 3, 4),
    ],
)
def test_one_range_is_answered_with_exactly_its_bytes(
    client: Client, video: Asset, asked: str, first: int, last: int
) -> None:
    answer = get(client, video, Range=asked)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer.content == BYTES[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_beyond_the_end_is_416_with_the_size(client: Client, video: Asset, asked: str) -> None:
    answer = get(client, video, Range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "items=0-1", "bytes=5-2", "bytes=a-b", "bytes=-", "bytes", "bytes=1-2-3", "bytes=١-٢"]
)
def test_several_ranges_and_nonsense_get_the_whole_file(client: Client, video: Asset, asked: str) -> None:
    answer = get(client, video, Range=asked.encode().decode("latin-1"))
    assert (answer.status_code, answer.content) == (200, BYTES)


def test_head_has_the_headers_and_no_bytes(client: Client, video: Asset) -> None:
    whole = get(client, video, method="HEAD")
    part = get(client, video, method="HEAD", Range="bytes=0-9")
    assert (whole.status_code, whole["Content-Length"], whole.content) == (200, str(SIZE), b"")
    assert (part.status_code, part["Content-Length"], part.content) == (206, "10", b"")


def test_if_range_with_another_tag_gets_the_whole_file(client: Client, video: Asset) -> None:
    tag = get(client, video)["ETag"]
    assert get(client, video, **{"Range": "bytes=0-9", "If-Range": tag}).status_code == 206
    assert get(client, video, **{"Range": "bytes=0-9", "If-Range": '"old"'}).status_code == 200
    assert get(client, video, **{"Range": "bytes=0-9", "If-Range": f"W/{tag}"}).status_code == 200
    modified = get(client, video)["Last-Modified"]
    assert get(client, video, **{"Range": "bytes=0-9", "If-Range": modified}).status_code == 206


def test_unchanged_files_are_not_sent_again(client: Client, video: Asset) -> None:
    first = get(client, video)
    assert get(client, video, **{"If-None-Match": f'"x", W/{first["ETag"]}'}).status_code == 304
    assert get(client, video, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert get(client, video, **{"If-None-Match": '"x"'}).status_code == 200


def test_a_file_that_changed_has_another_tag(client: Client, video: Asset, tmp_path: Path) -> None:
    before = get(client, video)["ETag"]
    (tmp_path / "media" / "clip one.mp4").write_bytes(BYTES + b"more")
    assert get(client, video)["ETag"] != before


def test_a_download_is_an_attachment_with_its_name(client: Client, tmp_path: Path) -> None:
    asset = add_asset(tmp_path / "media", 'Über "x"\n.mp4', mime="video/mp4")
    answer = get(client, asset, query="?download")
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''%C3%9Cber%20%22x%22%0A.mp4" in disposition
    assert "\n" not in disposition


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/html", "application/xhtml+xml", ""])
def test_markup_is_never_shown_as_a_page(client: Client, tmp_path: Path, mime: str) -> None:
    asset = add_asset(tmp_path / "media", "picture.jpg", mime=mime, data=b"<script>alert(1)</script>")
    answer = get(client, asset)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_an_offline_or_missing_original_is_a_clear_404(client: Client, video: Asset, tmp_path: Path) -> None:
    (tmp_path / "media" / "clip one.mp4").unlink()
    assert b"can&#x27;t be opened now" in get(client, video, Accept="text/html").content
    answer = get(client, video, Accept="application/json")
    assert answer.status_code == 404
    assert b"clip one.mp4 can't be opened now" in answer.content
    MediaFile.objects.update(state=FileState.MISSING)
    assert get(client, video).status_code == 404
    assert fetch(client, "/media/original/999999").status_code == 404


def test_a_second_copy_is_served_when_the_first_is_gone(client: Client, video: Asset, tmp_path: Path) -> None:
    (tmp_path / "media" / "copy.mp4").write_bytes(BYTES)
    MediaFile.objects.create(library=Library.objects.get(), asset=video, raw_path=b"copy.mp4", path="copy.mp4")
    (tmp_path / "media" / "clip one.mp4").unlink()
    assert get(client, video).content == BYTES


def test_names_that_are_not_utf8_are_served(client: Client, tmp_path: Path) -> None:
    asset = add_asset(
        tmp_path / "media", os.fsdecode(b"bad\xff.mp4").encode("utf-8", "replace").decode(), mime="video/mp4"
    )
    raw = b"bad\xff\xfe.mp4"
    (tmp_path / "media" / os.fsdecode(raw)).write_bytes(b"right")
    MediaFile.objects.update(raw_path=raw, path=r"bad\xff\xfe.mp4")
    assert get(client, asset).content == b"right"


def test_links_out_of_the_root_are_not_followed(client: Client, video: Asset, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("nobody's business")
    path = tmp_path / "media" / "clip one.mp4"
    path.unlink()
    path.symlink_to(secret)
    assert get(client, video).status_code == 404
    MediaFile.objects.update(raw_path=b"../secret")
    assert get(client, video).status_code == 404


def test_pipes_and_folders_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder", "nothing", "."):
        with pytest.raises((FileNotFoundError, IsADirectoryError)):
            open_below(tmp_path, Path(name))


def test_renditions_are_cached_for_ever(client: Client, rendition: Rendition) -> None:
    answer = fetch(client, f"/media/rendition/{rendition.pk}/thumb-0.jpg")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/jpeg", BYTES)
    assert "immutable" in answer["Cache-Control"]
    part = fetch(client, f"/media/rendition/{rendition.pk}/thumb-0.jpg", Range="bytes=-1")
    assert (part.status_code, part.content) == (206, BYTES[-1:])


def test_a_lost_rendition_is_a_clear_404(client: Client, rendition: Rendition) -> None:
    (config().places.renditions / rendition.key).unlink()
    assert fetch(client, f"/media/rendition/{rendition.pk}/x.jpg").status_code == 404
    assert fetch(client, "/media/rendition/999999/x.jpg").status_code == 404
