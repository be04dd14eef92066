"""What is kept of searches, in the browser: saved, remembered, pinned, run; for everybody."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shape import AXE, RULES

pytestmark = pytest.mark.browser
PATIENT_MS = 30_000  # the machine may be busy with other tests


@pytest.fixture(autouse=True)
def _patient(page: Page, site: Site) -> None:
    page.set_default_timeout(PATIENT_MS)
    expect.set_options(timeout=PATIENT_MS)
    site.wait_until_indexed()


def check(page: Page) -> None:
    """Have axe-core look at the page as it stands."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_search_is_saved_remembered_and_pinned(page: Page, site: Site) -> None:
    for empty in ("/collections", "/history", "/pinned"):
        page.goto(f"{site.url}{empty}")
        check(page)

    page.goto(site.url)
    with page.expect_response(re.compile("/history/remember")) as remembered:
        page.locator("#q").fill("harbour")
        page.wait_for_selector("main [data-tile]")
    assert remembered.value.status == 204
    page.get_by_text("Save this search").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Harbour")
    check(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Harbour", exact=True)).to_be_visible()
    check(page)

    page.locator("main [data-tile]").first.focus()
    page.keyboard.press("p")
    expect(page.locator("#pin-q")).to_have_value("harbour")
    expect(page.locator("#pin-q")).to_be_focused()
    check(page)
    page.locator("#pin-q").press("Enter")
    expect(page.locator("#notices")).to_contain_text("Pinned.")

    page.goto(f"{site.url}/pinned")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator(".measure").first).to_contain_text("1.00")
    check(page)
    for filled in ("/collections", "/history"):
        page.goto(f"{site.url}{filled}")
        expect(page.locator("main")).to_contain_text(re.compile("harbour", re.IGNORECASE))
        check(page)

    page.set_viewport_size({"width": 390, "height": 844})
    for narrow in ("/collections", "/collections/1", "/history", "/pinned", "/"):
        page.goto(f"{site.url}{narrow}")
        check(page)

    page.goto(f"{site.url}/collections/1")
    page.get_by_role("button", name="Delete").click()
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("Harbour")
