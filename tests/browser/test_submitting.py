"""A selection is submitted: checked while somebody types, keywords moved by keys, fixed by a click, exported."""

import json

import pytest
from playwright.sync_api import Page, expect

from dam.engines.exiftool import is_installed
from tests.browser.conftest import Site
from tests.browser.test_shape import AXE, RULES
from tests.services import missing

pytestmark = pytest.mark.browser
PATIENT_MS = 30_000  # the machine may be busy with other tests


def test_a_selection_is_made_ready_for_an_agency_and_exported(page: Page, site: Site) -> None:
    if not is_installed():
        missing("exiftool is not installed")
    page.set_default_timeout(PATIENT_MS)
    expect.set_options(timeout=PATIENT_MS)
    site.wait_until_indexed()
    page.goto(f"{site.url}/library?kind=photo")
    page.locator("main [data-item]").first.focus()
    page.keyboard.press("x")
    page.get_by_role("button", name="Submit to an agency").click()
    row = page.locator(".sent")
    title = row.get_by_label("Title", exact=True)
    title.press_sequentially("A red car, at sunset")
    expect(row.locator(".problems__one--error", has_text="takes no “,” in a title")).to_be_visible()
    title.press("Enter")
    row.get_by_role("button", name="Take out “,”").click()
    expect(title).to_have_value("A red car at sunset")

    add = row.get_by_label("Add keywords")
    add.fill("car, sunset, cars")
    add.press("Enter")
    expect(row.get_by_text("singular and plural")).to_be_visible()
    words = row.locator(".words__word")
    words.nth(1).focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(words).to_have_text(["sunset", "car", "cars"])
    row.get_by_role("button", name="Drop the later one").click()
    expect(words).to_have_text(["sunset", "car"])
    row.get_by_label("Category").select_option("20")
    row.get_by_label("Editorial use only").select_option("no")
    expect(row.locator(".problems__one--error")).to_have_count(0)
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_text("Export …").click()
    looked = page.get_by_label("I looked at the warnings")
    if looked.count():
        looked.check()
    page.locator("#export-form").get_by_role("button").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("adobe-stock_")
