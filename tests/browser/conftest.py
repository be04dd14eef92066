"""The real stack over a small folder, and Chromium in front of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from search import service
from search.vectors.follow import Follower
from tests.media_files import moving, textured, tone, write_sound, write_video
from tests.stack import DONE_S, Stack, running, stages_left, until

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-background-networking"]
LINES = """1
00:00:01,000 --> 00:00:03,000
We waited by the harbour.

2
00:00:05,000 --> 00:00:07,500
Then the red car came at sunset.

3
00:00:09,000 --> 00:00:11,000
Nobody saw the driver.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running stack: where its pages are, its data, its media."""

    url: str
    data: Path
    media: Path
    stack: Stack

    def wait_until_indexed(self) -> None:
        """Wait until nothing is left to do."""
        until(
            lambda: self.stack.data.joinpath("catalogue.sqlite3").exists() and stages_left(self.data) == 0,
            limit_s=DONE_S,
            what="everything is indexed",
            log=lambda: self.stack.log,
        )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The stack over a folder of photos, a video with subtitles, and a tone."""
    media = make_media(tmp_path_factory.mktemp("media"))
    data = tmp_path_factory.mktemp("data")
    with running(data, "--media", str(media)) as stack:
        yield Site(url=stack.address().rstrip("/"), data=data, media=media, stack=stack)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """The system's Chromium, which plays H.264."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(autouse=True)
def _search_without_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that a test serves itself search without the thread that follows: it would outlive the test's rows."""
    quiet = Follower(snapshots=None)
    monkeypatch.setattr(service, "follower", lambda: quiet)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh visitor; anything that goes wrong in its scripts fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if _is_fault(said.type, said.text) else None)
    yield opened
    context.close()
    assert not faults


def make_media(folder: Path) -> Path:
    """Write the files that the tests look for."""
    trip = folder / "2024" / "harbour"
    trip.mkdir(parents=True)
    _scene(sky=(240, 120, 40), car=(200, 20, 20)).save(trip / "red car at sunset.jpg")
    for number, sky in enumerate([(40, 60, 140), (200, 220, 240), (20, 20, 40), (90, 160, 90), (180, 180, 170)]):
        _scene(sky=sky, car=(40 * number, 90, 200)).save(trip / f"DSC_{number:04}.jpg")
    frames = [frame for seed in (1, 2, 3) for frame in moving(textured(seed), 100)]
    write_video(trip / "harbour.mp4", frames, sound=tone(12))
    (trip / "harbour.srt").write_text(LINES, encoding="utf-8")
    write_sound(folder / "memo.mp3", tone(4), codec="mp3")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    return folder


def _scene(*, sky: tuple[int, int, int], car: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGB", (960, 640), sky)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 430, 960, 640), fill=(60, 60, 60))
    pen.rounded_rectangle((300, 330, 660, 470), 30, fill=car)
    pen.ellipse((340, 430, 430, 520), fill=(10, 10, 10))
    pen.ellipse((530, 430, 620, 520), fill=(10, 10, 10))
    return picture


def _is_fault(kind: str, text: str) -> bool:
    # A request that is broken off by the next page is no fault of the page.
    return kind == "error" and not re.search(
        r"ERR_ABORTED|ERR_NETWORK_IO_SUSPENDED|htmx:(sendAbort|afterRequest)", text
    )
