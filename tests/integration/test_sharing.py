"""Links to collections: what guests see, and that they see nothing else."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from PIL import Image

from dam import wiring
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    Collection,
    CollectionItem,
    Library,
    MediaFile,
    Rendition,
    ShareLink,
    Unit,
)
from dam.catalog.readers.handouts import pieces_of_units
from dam.catalog.readers.shares import ShareView, share_of_token
from dam.catalog.writers.shares import revoke_share
from dam.config import Config, config
from dam.engines.media.fake import FakeMediaReader
from dam.env import Environment
from dam.errors import ShareError
from dam.types import DownloadForm, MediaKind, RenditionRole, ShareRight, ShareTerms, UnitKind
from search import access, sharing
from tests.media_files import textured, write_video

pytestmark = pytest.mark.django_db
EVERYTHING = frozenset(DownloadForm)


class Shelf:
    """A library on disk, with renditions: two photos, and a video of two shots."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.library = Library.objects.create(name="Shelf", root=str(root))
        self.mine, self.other = self.photo("mine.jpg"), self.photo("other.jpg")
        self.video, self.shots = self.film("film.mp4")
        self.collection = Collection.objects.create(kind="made", name="For Anna", note="Look.")
        self.put(self.mine, note="The best one")
        self.put(self.video, self.shots[0])

    def photo(self, name: str) -> Asset:
        Image.new("RGB", (640, 448), (200, 30, 30)).save(self.root / name, "JPEG")
        asset = self._asset(name, MediaKind.PHOTO, "image/jpeg")
        unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
        self._rendition(asset, unit, RenditionRole.THUMB)
        self._rendition(asset, None, RenditionRole.PREVIEW)
        return asset

    def film(self, name: str) -> tuple[Asset, list[Unit]]:
        write_video(self.root / name, [textured(1, 64, 48)] * 5)
        asset = self._asset(name, MediaKind.VIDEO, "video/mp4", duration_ms=4000)
        units = []
        for place in range(2):
            times = {"start_ms": 2000 * place, "end_ms": 2000 * place + 2000}
            unit = Unit.objects.create(asset=asset, kind=UnitKind.SHOT, position=place, **times)
            self._rendition(asset, unit, RenditionRole.KEYFRAME, at_ms=2000 * place + 1000)
            units.append(unit)
        self._rendition(asset, None, RenditionRole.PREVIEW, at_ms=3000)
        return asset, units

    def put(self, asset: Asset, unit: Unit | None = None, *, note: str = "") -> CollectionItem:
        times = (unit.start_ms, unit.end_ms) if unit else (0, 0)
        return CollectionItem.objects.create(
            collection=self.collection,
            asset=asset,
            unit=unit,
            start_ms=times[0],
            end_ms=times[1],
            position=self.collection.items.count(),
            note=note,
        )

    def share(self, **terms: Any) -> ShareView:
        return sharing.share(self.collection.pk, ShareTerms(**terms), living=True)

    def _asset(self, name: str, kind: MediaKind, mime: str, **more: Any) -> Asset:
        path = self.root / name
        status = path.stat()
        asset = Asset.objects.create(
            fingerprint=f"{name:0>64}"[:64], size_bytes=status.st_size, kind=kind, state="ready", mime=mime,
            width=640, height=448, **more,
        )  # fmt: skip
        AssetMetadata.objects.create(asset=asset, latitude=38.7, longitude=-9.1)
        MediaFile.objects.create(
            library=self.library, asset=asset, raw_path=name.encode(), path=name, size_bytes=status.st_size,
            mtime_ns=status.st_mtime_ns,
        )  # fmt: skip
        return asset

    def _rendition(self, asset: Asset, unit: Unit | None, role: RenditionRole, *, at_ms: int = 0) -> None:
        key = f"test/{asset.pk}-{role}-{unit.pk if unit else 0}.jpg"
        path = config().places.renditions / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{role} of {asset.pk} at {at_ms}".encode())
        Rendition.objects.create(
            asset=asset, unit=unit, role=role, key=key, mime="image/jpeg", width=64, height=48, at_ms=at_ms,
            size_bytes=path.stat().st_size,
        )  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Shelf:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the slow one is Django's to test
    fake = FakeMediaReader()
    monkeypatch.setattr(wiring, "media_reader", lambda: fake)
    sharing.forget()
    return Shelf(tmp_path)


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation has a password, which the client does not know."""
    changed = Config(env=Environment(password="the owner's"), places=config().places, limits=config().limits)
    monkeypatch.setattr(access, "config", lambda: changed)


def content(answer: Any) -> bytes:
    return bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)


def shot_key(shelf: Shelf, at: int = 0) -> str:
    shot = shelf.shots[at]
    return f"{shelf.video.pk}-{shot.start_ms}-{shot.end_ms}"


@pytest.mark.usefixtures("locked")
def test_guest_sees_the_collection_its_notes_and_nothing_around_it(client: Client, shelf: Shelf) -> None:
    link = shelf.share()

    answer = client.get(f"/s/{link.token}")

    page = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("For Anna", "Look.", "The best one", "mine.jpg", "film.mp4"):
        assert shown in page
    assert "other.jpg" not in page
    own = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert own
    assert all(address.startswith((f"/s/{link.token}", "/static/")) for address in own)
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "afterimage_session" not in answer.cookies


@pytest.mark.usefixtures("locked")
def test_guest_gets_the_media_of_what_is_shared(client: Client, shelf: Shelf) -> None:
    link = shelf.share()
    photo, shot = f"/s/{link.token}/item/{shelf.mine.pk}", f"/s/{link.token}/item/{shot_key(shelf)}"

    assert content(client.get(f"{photo}/large.jpg")) == f"preview of {shelf.mine.pk} at 0".encode()
    assert content(client.get(f"{shot}/large.jpg")) == f"keyframe of {shelf.video.pk} at 1000".encode()
    whole = client.get(f"{shot}/play")
    played = content(whole)
    assert played == b"clip of film.mp4 0-2000"  # the shot, not the file
    part = client.get(f"{shot}/play", headers={"Range": "bytes=5-6"})
    assert (part.status_code, content(part), part["Content-Range"]) == (206, b"of", f"bytes 5-6/{len(played)}")
    assert client.get(f"{shot}/captions.vtt").content.startswith(b"WEBVTT")
    assert client.get(shot).status_code == 200


def test_guest_reaches_no_other_piece(client: Client, shelf: Shelf) -> None:
    link = shelf.share(right=ShareRight.DOWNLOAD, forms=EVERYTHING)
    others = [
        str(shelf.other.pk),
        str(shelf.video.pk),  # the whole of what only a shot is shared of
        shot_key(shelf, 1),
        f"{shelf.video.pk}-0-4000",
        f"{shelf.mine.pk}-0-1",
        f"0{shelf.mine.pk}",
        "../../asset/1",
        "x",
    ]
    for key in others:
        for end in ("", "/play", "/captions.vtt", "/small.jpg", "/large.jpg", "/original.jpg"):
            assert client.get(f"/s/{link.token}/item/{key}{end}").status_code == 404, (key, end)
        assert client.get(f"/s/{link.token}/downloads", {"item": key}).status_code == 404
        answer = client.post(f"/s/{link.token}/download", {"item": key, "form": "original"})
        assert answer.status_code == 404, key


@pytest.mark.usefixtures("locked")
def test_guest_of_a_locked_installation_reaches_no_other_address(client: Client, shelf: Shelf) -> None:
    link = shelf.share(right=ShareRight.DOWNLOAD, forms=EVERYTHING, password="geheim1")
    client.post(f"/s/{link.token}/open", {"password": "geheim1"})
    assert b"For Anna" in client.get(f"/s/{link.token}").content

    tried = 0
    for route in _routes(get_resolver().url_patterns):
        address = f"/{_filled(route, shelf)}"
        if address.startswith(("/s/", "/sign-", "/static")):
            continue
        for answer in (client.get(address), client.post(address)):
            tried += 1
            assert answer.status_code in {302, 401, 403, 404, 405}, (address, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/sign-in"), address
    assert tried > 200


def test_dead_links_of_every_kind_look_alike(client: Client, shelf: Shelf) -> None:
    revoked, expired = shelf.share(), shelf.share()
    revoke_share(revoked.id)
    ShareLink.objects.filter(pk=expired.id).update(expires_at=timezone.now() - timedelta(seconds=1))

    answers = [client.get(f"/s/{token}") for token in (revoked.token, expired.token, "x" * 43, revoked.token[:-1])]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "For Anna" not in answers[0].content.decode()
    assert client.get(f"/s/{revoked.token}/item/{shelf.mine.pk}/large.jpg").status_code == 404


def test_without_a_password_of_its_own_only_this_machine_is_answered(client: Client, shelf: Shelf) -> None:
    link = shelf.share()

    assert client.get(f"/s/{link.token}", REMOTE_ADDR="192.168.1.4").status_code == 403
    assert client.get(f"/s/{link.token}").status_code == 200


def test_password_opens_its_own_link_alone(client: Client, shelf: Shelf) -> None:
    one, two = shelf.share(password="geheim1"), shelf.share(password="geheim1")
    closed = client.get(f"/s/{one.token}")
    assert b'type="password"' in closed.content
    assert b"For Anna" not in closed.content
    assert client.get(f"/s/{one.token}/item/{shelf.mine.pk}/large.jpg").status_code == 404

    assert client.post(f"/s/{one.token}/open", {"password": "geheim2"}).status_code == 403
    opened = client.post(f"/s/{one.token}/open", {"password": "geheim1"})
    cookie = opened.cookies[sharing.COOKIE]

    assert opened.status_code == 302
    assert (cookie["path"], cookie["httponly"]) == (f"/s/{one.token}", True)
    assert b"For Anna" in client.get(f"/s/{one.token}").content
    # The same cookie, sent to the other link by hand.
    assert b"For Anna" not in client.get(f"/s/{two.token}").content
    ShareLink.objects.filter(pk=one.id).update(password=ShareLink.objects.get(pk=two.id).password)
    # Another password: everybody is asked again.
    assert b"For Anna" not in client.get(f"/s/{one.token}").content


def test_guessing_a_password_is_slowed_down_for_that_link_alone(client: Client, shelf: Shelf) -> None:
    one, two = shelf.share(password="geheim1"), shelf.share(password="geheim1")
    tries = [client.post(f"/s/{one.token}/open", {"password": f"wrong{n}"}).status_code for n in range(5)]

    late = client.post(f"/s/{one.token}/open", {"password": "geheim1"})

    assert tries == [403, 403, 403, 403, 429]
    assert late.status_code == 429
    assert b"Try again in" in late.content
    assert client.post(f"/s/{two.token}/open", {"password": "geheim1"}).status_code == 302


def test_form_of_the_password_can_be_sent_with_csrf_checked(shelf: Shelf) -> None:
    link = shelf.share(password="geheim1")
    client = Client(enforce_csrf_checks=True)
    asked = client.get(f"/s/{link.token}")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', asked.content.decode())

    assert asked["Referrer-Policy"] == "same-origin"  # with none, browsers send Origin: null, which is refused
    assert token is not None
    assert client.post(f"/s/{link.token}/open", {"password": "geheim1"}).status_code == 403
    sent = {"password": "geheim1", "csrfmiddlewaretoken": token[1]}
    assert client.post(f"/s/{link.token}/open", sent).status_code == 302


def test_what_was_taken_out_is_gone_at_once(client: Client, shelf: Shelf) -> None:
    link = shelf.share()
    address = f"/s/{link.token}/item/{shelf.mine.pk}/large.jpg"
    assert content(client.get(address))

    CollectionItem.objects.filter(asset=shelf.mine).delete()

    assert client.get(address).status_code == 404


def test_shared_search_stays_as_it_was_unless_it_is_to_follow(
    client: Client, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [shelf.mine]

    def now(_collection_id: int) -> Any:
        return "Red", pieces_of_units([asset.units.get().pk for asset in found])

    monkeypatch.setattr(sharing, "pieces_of_collection", now)
    search = Collection.objects.create(kind="search", name="Red", asked={"q": "red"})
    frozen = sharing.share(search.pk, ShareTerms(), living=False)
    living = sharing.share(search.pk, ShareTerms(), living=True)
    found.append(shelf.other)

    assert b"other.jpg" not in client.get(f"/s/{frozen.token}").content
    assert b"other.jpg" in client.get(f"/s/{living.token}").content
    assert client.get(f"/s/{frozen.token}/item/{shelf.other.pk}/large.jpg").status_code == 404


@pytest.mark.parametrize(
    ("terms", "form", "status"),
    [
        ({}, "original", 404),
        ({"right": ShareRight.DOWNLOAD, "forms": frozenset({DownloadForm.RENDITION})}, "original", 400),
        ({"right": ShareRight.DOWNLOAD, "forms": frozenset({DownloadForm.RENDITION})}, "clip", 400),
        ({"right": ShareRight.DOWNLOAD, "forms": EVERYTHING}, "original", 200),
    ],
)
def test_guest_downloads_what_is_allowed(
    client: Client, shelf: Shelf, terms: dict[str, Any], form: str, status: int
) -> None:
    link = shelf.share(**terms)
    answer = client.post(f"/s/{link.token}/download", {"form": form, "item": str(shelf.mine.pk)})

    assert answer.status_code == status
    if status == 200:
        assert content(answer) == (shelf.root / "mine.jpg").read_bytes()


def test_guest_gets_no_larger_copy_than_allowed(client: Client, shelf: Shelf) -> None:
    link = shelf.share(right=ShareRight.DOWNLOAD, forms=frozenset({DownloadForm.RENDITION}), longest_side=320)
    asked = {"form": "rendition", "item": str(shelf.mine.pk)}

    assert client.post(f"/s/{link.token}/download", {**asked, "side": "3840"}).status_code == 400
    answer = client.post(f"/s/{link.token}/download", asked)

    with Image.open(io.BytesIO(content(answer))) as image:
        assert max(image.size) == 320


def test_all_of_it_comes_as_one_zip(client: Client, shelf: Shelf) -> None:
    link = shelf.share(right=ShareRight.DOWNLOAD, forms=EVERYTHING)

    answer = client.post(f"/s/{link.token}/download", {"form": "clip", "metadata": "1"})

    assert 'filename="For Anna.zip"' in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(content(answer))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["mine.jpg", "film 00.00.00.000-00.00.02.000.mp4", "CLIPS.txt"]
    assert not list(config().places.scratch.glob("handoff-*"))


def test_name_of_a_collection_is_text_wherever_it_stands(client: Client, shelf: Shelf) -> None:
    Collection.objects.filter(pk=shelf.collection.pk).update(name='"><script>alert(1)</script>{{7*7}}')
    open_link, closed_link = shelf.share(), shelf.share(password="geheim1")

    page = client.get(f"/s/{open_link.token}").content.decode()

    assert "<script" not in page
    assert '<meta property="og:title" content="&quot;&gt;&lt;script&gt;' in page
    assert "alert" not in client.get(f"/s/{closed_link.token}").content.decode()


def test_owner_makes_copies_and_takes_back_a_link(client: Client, shelf: Shelf) -> None:
    address = f"/collections/{shelf.collection.pk}/share"
    sent = {"label": "Anna", "right": "download", "may": ["rendition"], "side": "2048", "days": "7", "password": ""}

    assert client.post(address, sent).status_code == 302
    page = client.get(address).content.decode()
    link = re.search(r'value="http://testserver(/s/[\w-]{43})"', page)

    assert link is not None
    assert client.get(link[1]).status_code == 200
    row = ShareLink.objects.get()
    assert row.uses == 1
    assert row.sha256 not in page
    assert link[1].removeprefix("/s/") not in {row.nonce, row.sha256}
    client.post("/shares/revoke", {"share": row.pk})
    assert client.get(link[1]).status_code == 404
    assert "Taken back" in client.get(address).content.decode()


def test_link_works_after_the_secret_key_changed_but_is_not_shown(shelf: Shelf) -> None:
    link = shelf.share()
    with override_settings(SECRET_KEY="another"):
        again = share_of_token(link.token)
    assert again is not None
    assert (again.id, again.token) == (link.id, "")
    assert len(link.token) == 43  # 256 bits


@pytest.mark.parametrize(
    "terms",
    [
        {"right": ShareRight.DOWNLOAD},
        {"password": "short"},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"longest_side": -1},
        {"label": "x" * 101},
    ],
)
def test_terms_that_make_no_sense_are_refused(shelf: Shelf, terms: dict[str, Any]) -> None:
    with pytest.raises(ShareError):
        shelf.share(**terms)
    assert not ShareLink.objects.exists()


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def _filled(route: str, shelf: Shelf) -> str:
    """Return a route with what is in the library in the place of its parameters."""
    numbers = re.sub(r"<int:[a-z_]*collection_id>", str(shelf.collection.pk), route)
    numbers = re.sub(r"<(?:int:)?[a-z_]*unit_id>", str(shelf.shots[0].pk), numbers)
    return re.sub(r"<[^>]+>", str(shelf.other.pk), numbers).replace("^", "").replace("$", "")
