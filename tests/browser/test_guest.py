"""A collection is shared and seen by a guest, who has no account, in the browser."""

import json
import zipfile

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


def test_collection_is_shared_seen_and_taken_back(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/library?kind=photo")
    page.locator("main [data-item]").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("c")
    page.keyboard.type("For a guest")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("“For a guest”")
    page.goto(f"{site.url}/collections")
    page.get_by_role("link", name="For a guest").first.click()

    page.get_by_role("link", name="Share").click()
    check(page)
    page.get_by_label("Whom is it for?").fill("Anna")
    page.get_by_text("download, too").click()
    page.get_by_label("Password").fill("geheim1")
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("The link for Anna", exact=True).input_value()
    owner = page.url
    check(page)

    page.goto(address)
    check(page)
    page.get_by_label("Password").fill("geheim1")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="For a guest")).to_be_visible()
    expect(page.locator(".shared__one img")).to_have_count(2)
    for number in range(2):
        expect(page.locator(".shared__one img").nth(number)).to_have_js_property("complete", True)
    assert page.evaluate("[...document.images].every((one) => one.naturalWidth > 0)")
    check(page)
    page.locator(".shared__link").first.click()
    expect(page.locator("img.viewer__media")).to_have_js_property("complete", True)
    assert page.evaluate("document.querySelector('img.viewer__media').naturalWidth > 0")
    check(page)
    page.get_by_role("link", name="For a guest").click()
    page.get_by_role("link", name="Download all").click()
    check(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2

    page.goto(owner)
    page.get_by_text("Take back the link for Anna").click()
    check(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#notices")).to_contain_text("taken back")
    assert page.request.get(address).status == 404
