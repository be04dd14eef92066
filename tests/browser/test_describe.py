"""Metadata edited in the browser: by keys on the page of one, and for a selection; for everybody."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_kept import PATIENT_MS, check

pytestmark = pytest.mark.browser


def test_one_is_described_by_keys_and_a_selection_on_one_page(page: Page, site: Site) -> None:
    page.set_default_timeout(PATIENT_MS)
    expect.set_options(timeout=PATIENT_MS)
    site.wait_until_indexed()
    page.goto(f"{site.url}/library")
    page.locator("main [data-tile]").nth(1).click()
    page.locator(".similar .tile").first.wait_for()  # its scripts are there
    page.keyboard.press("4")
    expect(page.locator("#notices")).to_contain_text("4 stars.")
    page.keyboard.press("e")
    expect(page.get_by_label("Title", exact=True)).to_be_focused()
    page.keyboard.type("Quay")
    page.keyboard.press("Tab")
    page.keyboard.type("being typed")
    expect(page.locator("#notices")).to_contain_text("Title “Quay”.")
    expect(page.locator("#describe-description")).to_have_value("being typed")  # nothing typed is lost meanwhile
    page.locator("#add-word").fill("Places|Harbour, dusk")
    page.keyboard.press("Enter")
    expect(page.locator(".word-chip")).to_have_text(["Places › Harbour", "dusk"])
    check(page)
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator(".word-chip")).to_have_count(0)
    expect(page.locator('[data-mark="4"]')).to_have_attribute("aria-pressed", "true")

    page.goto(f"{site.url}/library")
    page.locator("main [data-tile]").first.wait_for()
    page.keyboard.press("Control+a")
    page.locator("[data-edit]").click()
    page.get_by_role("heading", name="Edit").wait_for()
    expect(page.locator("#many-title")).to_have_attribute("placeholder", "Several values (2)")
    check(page)
    page.locator("#many-creator").fill("Ana Lima")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Creator “Ana Lima” for")
    expect(page.locator("#many-creator")).to_have_value("Ana Lima")
    page.set_viewport_size({"width": 390, "height": 844})
    check(page)
