"""How the pages stand: no sideways scrolling, nothing that moves while it loads, WCAG 2.2 AA by axe-core."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")  # MPL-2.0, see axe/LICENSE
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ADDRESSES = [
    "/",
    "/?q=red+car+at+sunset",
    "/?q=boat&group=day&sort=both&strict=-2",
    "/?q=zebra+crossing",
    "/results/narrow?q=boat",
    '/?q="red',
    "/library",
    "/activity",
    "VIDEO",
    "PHOTO",
    "AUDIO",
]


def opened(page: Page, site: Site, address: str) -> None:
    """Open an address, or the first asset of a kind, and wait until its parts have come."""
    site.wait_until_indexed()
    page.set_default_timeout(30_000)
    page.set_default_navigation_timeout(60_000)
    if address.isupper():
        page.goto(f"{site.url}/library?kind={address.lower()}")
        address = page.locator("[data-tile]").first.get_attribute("href") or ""
    page.goto(site.url + address)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("width", [360, 2560])
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_wider_than_the_window(browser: Browser, site: Site, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    opened(page, site, address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_accessible(browser: Browser, site: Site, address: str, scheme: str) -> None:
    context = browser.new_context(color_scheme="light" if scheme == "light" else "dark")
    page = context.new_page()
    opened(page, site, address)
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    said = [
        f"{item['id']}: {item['help']} — {node['target']}: {node['failureSummary'][:200]}"
        for item in found["violations"]
        for node in item["nodes"][:3]
    ]
    context.close()
    assert not said, "\n".join(said)


@pytest.mark.parametrize("address", ["/", "/?q=red+car+at+sunset", "/library"])
def test_nothing_moves_while_pictures_load(browser: Browser, site: Site, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const item of list.getEntries()) "
        "if (!item.hadRecentInput) window.moved += item.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    opened(page, site, address)
    # 0.1 is what Web Vitals calls good; pictures that push others about cost more.
    assert page.evaluate("window.moved") < 0.05
    context.close()
