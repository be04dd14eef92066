"""The search box, its chips and pictures as searches, by keyboard; and that what opens is accessible."""

import json
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shape import AXE, RULES

pytestmark = pytest.mark.browser
PATIENT_MS = 30_000  # the machine may be busy with other tests


@pytest.fixture
def ready(page: Page, site: Site) -> Page:
    """A page over the indexed folder."""
    expect.set_options(timeout=PATIENT_MS)
    page.set_default_timeout(PATIENT_MS)
    page.set_default_navigation_timeout(60_000)
    site.wait_until_indexed()
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search photos")


def faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    return [f"{item['id']}: {node['target']}" for item in found["violations"] for node in item["nodes"][:3]]


def photo(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/?q=red+car+at+sunset")
    page.get_by_role("link", name=re.compile(r"^Photo, red car")).first.click()
    expect(page.get_by_role("heading", name="red car at sunset.jpg")).to_be_visible()


def test_suggestions_are_chosen_by_keys(ready: Page, site: Site) -> None:
    ready.goto(site.url)
    box(ready).press_sequentially("ki")
    option = ready.get_by_role("option", name=re.compile(r"^kind:"))
    expect(option).to_be_visible()
    expect(box(ready)).to_have_attribute("aria-expanded", "true")
    box(ready).press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box(ready)).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    assert not faults(ready)
    box(ready).press("Enter")
    expect(box(ready)).to_have_value("kind:")
    expect(ready.get_by_role("option", name=re.compile(r"^photo\s*6$"))).to_be_visible()
    box(ready).press("Escape")
    expect(box(ready)).to_have_attribute("aria-expanded", "false")
    expect(box(ready)).to_be_focused()
    box(ready).press_sequentially("vid")
    expect(ready.get_by_role("option", name=re.compile("^video"))).to_be_visible()
    box(ready).press("Tab")
    expect(box(ready)).to_have_value("kind:video ")
    expect(ready.locator(".chip--asked")).to_contain_text("video")
    box(ready).press("Escape")
    expect(box(ready)).not_to_be_focused()


def test_a_chip_is_changed_and_had_back(ready: Page, site: Site) -> None:
    ready.goto(f"{site.url}/?q=car+kind%3Avideo+width%3E100")
    chip = ready.locator("summary", has_text="video")
    chip.focus()
    chip.press("Enter")
    value = ready.get_by_role("combobox", name="Kind")
    expect(value).to_be_focused()
    assert not faults(ready)
    value.fill("pho")
    expect(ready.get_by_role("option", name=re.compile("^photo"))).to_be_visible()
    value.press("Escape")  # the list, then the chip
    value.press("Escape")
    expect(chip).to_be_focused()
    chip.press("Enter")
    value.fill("photo")
    ready.get_by_label("Leave it out").first.check()
    ready.locator("[data-chip][open]").get_by_role("button", name="Apply").click()
    expect(ready).to_have_url(re.compile(r"q=car\+-kind%3Aphoto\+width%3E100"))
    ready.get_by_role("link", name=re.compile("^Search without: width")).click()
    expect(box(ready)).to_have_value("car -kind:photo")
    ready.get_by_role("link", name="Undo").click()
    expect(box(ready)).to_have_value("car -kind:photo width>100")


def test_a_part_of_a_photo_is_searched_by_keys(ready: Page, site: Site) -> None:
    photo(ready, site)
    expect(ready.get_by_role("button", name="Search a part")).to_be_visible()  # its script is there
    ready.keyboard.press("r")
    part = ready.get_by_role("application")
    expect(part).to_be_focused()
    expect(part).to_have_attribute("aria-label", re.compile("left 25 %, from the top 25 %, 50 % wide, 50 % high"))
    assert not faults(ready)
    ready.keyboard.press("ArrowLeft")
    ready.keyboard.press("Shift+ArrowDown")
    expect(part).to_have_attribute("aria-label", re.compile("left 23 %, from the top 25 %, 50 % wide, 52 % high"))
    ready.keyboard.press("Escape")
    expect(part).to_have_count(0)
    expect(ready.get_by_role("button", name="Search a part")).to_be_focused()
    ready.keyboard.press("r")
    ready.keyboard.press("Enter")
    expect(ready).to_have_url(re.compile(r"q=like%3A\d+%4025%2C25%2C50%2C50"))
    expect(ready.locator(".chip__picture")).to_be_visible()


def test_a_picture_of_ones_own_is_searched_beside_words(ready: Page, site: Site) -> None:
    ready.goto(f"{site.url}/?q=car")
    ready.get_by_label("Find pictures like one of yours").set_input_files(
        site.media / "2024" / "harbour" / "red car at sunset.jpg"
    )
    expect(ready).to_have_url(re.compile(r"q=car\+like%3Apicture-[0-9a-f]{16}"))
    expect(ready.locator(".chip__picture img")).to_be_visible()
    expect(ready.get_by_role("link", name=re.compile(r"^Photo, red car at sunset\.jpg")).first).to_be_visible()


def test_less_like_a_tile_by_a_key(ready: Page, site: Site) -> None:
    ready.goto(f"{site.url}/?q=red+car+at+sunset")
    ready.get_by_role("link", name=re.compile(r"^Photo, red car")).first.focus()
    ready.keyboard.press("-")
    expect(ready).to_have_url(re.compile(r"q=red\+car\+at\+sunset\+-like%3A\d+"))
    expect(ready.locator(".chip--not")).to_contain_text("less like")


def test_chips_are_changed_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.wait_until_indexed()
    page.set_default_timeout(60_000)
    page.goto(f"{site.url}/?q=kind%3Avideo")
    page.locator("summary", has_text="video").click()
    page.locator("[data-chip] input[name=value]").fill("photo")
    page.get_by_role("button", name="Apply").click()
    assert page.locator("#q").input_value() == "kind:photo"
    context.close()
