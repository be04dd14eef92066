"""What a new user does: see progress, search, open, play from the second, jump by the transcript."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
PATIENT_MS = 30_000  # the machine may be busy with other tests
expect.set_options(timeout=PATIENT_MS)
QUERY = "red car at sunset"


@pytest.fixture(autouse=True)
def _patient(page: Page) -> None:
    page.set_default_timeout(PATIENT_MS)
    page.set_default_navigation_timeout(60_000)


def seek_done(page: Page, seconds: float) -> None:
    """Wait until the player stands at (or has played a little past) a second."""
    page.wait_for_function(
        "at => { const m = document.querySelector('video'); "
        "return m && m.readyState >= 2 && m.currentTime >= at - 0.05 && m.currentTime < at + 1.5 }",
        arg=seconds,
    )


def spoken_line(page: Page) -> Locator:
    return page.locator(".line", has=page.locator(".line__text", has_text="Then the red car came at sunset."))


def test_progress_is_shown_and_everything_comes_to_an_end(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/activity")
    expect(page.get_by_text("Reading files")).to_be_visible()
    site.wait_until_indexed()
    expect(page.get_by_role("heading", name="Everything is indexed")).to_be_visible()
    expect(page.get_by_role("link", name="Activity: everything is indexed")).to_be_visible()
    page.reload()
    expect(page.locator(".trouble", has_text="broken.jpg")).to_have_count(1)


def test_red_car_at_sunset_is_found_seen_and_said(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(site.url)
    expect(page.get_by_role("heading", name="Recently added")).to_be_visible()
    page.get_by_role("combobox", name="Search photos").fill(QUERY)
    page.get_by_role("combobox", name="Search photos").press("Enter")
    expect(page.get_by_role("link", name=re.compile(r"^Photo, red car at sunset\.jpg"))).to_be_visible()
    expect(spoken_line(page).locator("mark").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q=red\+car\+at\+sunset"))
    expect(page.locator(".tally__line")).to_contain_text(re.compile(r"\d+ match"))


def test_a_spoken_line_opens_the_video_at_its_second_and_plays(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(f"{site.url}/?q=red+car+at+sunset")
    spoken_line(page).locator(".line__text").click()
    expect(page).to_have_url(re.compile(r"/asset/\d+\?t=\d+"))
    seek_done(page, 5.0)
    video = page.locator("video")
    video.evaluate("async m => { m.muted = true; await m.play() }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 5.3")
    expect(page.locator(".spoken.is-now")).to_contain_text("Then the red car came")
    page.locator(".spoken", has_text="Nobody saw the driver.").locator(".spoken__time").click()
    page.wait_for_function("() => document.querySelector('video').currentTime >= 8.9")
    expect(page.locator(".spoken.is-now")).to_contain_text("Nobody saw the driver.")
    expect(page).to_have_url(re.compile(r"t=9000"))


def test_back_leads_to_the_results_as_they_were(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(f"{site.url}/?q=red+car+at+sunset")
    page.get_by_role("link", name=re.compile(r"^Photo, red car")).click()
    expect(page.get_by_role("heading", name="red car at sunset.jpg")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("combobox", name="Search photos")).to_have_value(QUERY)
    expect(spoken_line(page)).to_be_visible()


def test_shots_jump_and_step_by_keys(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(f"{site.url}/library?kind=video")
    page.get_by_role("link", name=re.compile(r"^Video, harbour\.mp4")).click()
    shots = page.locator(".filmstrip__shot")
    expect(shots).to_have_count(3)
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")
    page.locator("h1").click()
    page.keyboard.press("ArrowDown")
    expect(shots.nth(1)).to_have_class(re.compile("is-now"))
    before = page.locator("video").evaluate("m => m.currentTime")
    page.keyboard.press(".")
    page.wait_for_function(
        "at => Math.abs(document.querySelector('video').currentTime - at - 0.04) < 0.005", arg=before
    )


def test_a_spoken_line_plays_where_it_stands(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(f"{site.url}/?q=red+car+at+sunset")
    spoken_line(page).get_by_role("button", name=re.compile("^Play")).click()
    expect(page.locator(".line.is-playing")).to_have_count(1)
    expect(page.locator(".line.is-playing")).to_have_count(0)  # it ends by itself, with the line


def test_a_shot_plays_under_the_pointer(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(f"{site.url}/library?kind=video")
    tile = page.get_by_role("link", name=re.compile(r"^Video, harbour\.mp4"))
    tile.hover()
    expect(tile).to_have_class(re.compile("is-playing"))
    page.mouse.move(2, 2)
    expect(tile).not_to_have_class(re.compile("is-playing"))


def test_everything_works_by_keyboard(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(site.url)
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search photos")).to_be_focused()
    page.keyboard.type(QUERY)
    expect(spoken_line(page)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-tile]:focus")).to_have_count(1)
    page.keyboard.press("w")
    expect(page.locator("body")).to_have_class(re.compile("is-why"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/asset/\d+"))
    page.wait_for_load_state("load")  # by then its scripts have run
    page.keyboard.press("i")
    expect(page.get_by_role("complementary", name="Information")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Search photos")).to_have_value(QUERY)


def test_search_open_and_play_work_without_scripts(browser: Browser, site: Site) -> None:
    site.wait_until_indexed()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    page.goto(site.url)
    page.get_by_role("searchbox").fill(QUERY)
    page.get_by_role("button", name="Search").click()
    spoken_line(page).locator(".line__text").click()
    expect(page.locator("video")).to_have_attribute("src", re.compile(r"^/media/original/\d+#t=5$"))
    expect(page.locator("video")).to_have_attribute("controls", "")
    expect(page.get_by_role("link", name="Jump to 00:09")).to_have_attribute("href", "?t=9000")
    context.close()
