"""Tiles are selected, put into a collection, put in order and taken out again, by keys and by pointer; all undone."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shape import AXE, RULES

pytestmark = pytest.mark.browser
PATIENT_MS = 30_000  # the machine may be busy with other tests


# One after the other: the collection that the first makes is the second's.
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


def items(page: Page) -> list[str]:
    keys: list[str] = page.eval_on_selector_all("[data-entry] [data-item]", "all => all.map(one => one.dataset.item)")
    return keys


def test_a_selection_becomes_a_collection_in_an_order_of_its_own(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/library?kind=photo")
    tiles = page.locator("main [data-item]")
    count = page.locator("[data-chosen-count]")
    shown = page.eval_on_selector_all("main [data-item]", "all => all.map(one => one.dataset.item)")
    assert len(shown) == 6

    tiles.nth(0).focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(count).to_have_text("3 selected")
    page.keyboard.press("Shift+ArrowLeft")
    expect(count).to_have_text("2 selected")
    expect(tiles.nth(1)).to_have_attribute("aria-checked", "true")
    tiles.nth(3).click(modifiers=["Shift"])
    expect(count).to_have_text("4 selected")
    tiles.nth(2).click(position={"x": 60, "y": 60})
    expect(count).to_have_text("3 selected")
    expect(page.locator("[data-chosen-said]")).to_have_text("3 selected")
    page.mouse.move(0, 0)
    check(page)

    page.keyboard.press("c")
    expect(page.locator("#picker-name")).to_be_focused()
    page.keyboard.type("Pitch deck")
    expect(page.get_by_role("option")).to_have_text("New collection “Pitch deck”")
    check(page)
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("3 things added to “Pitch deck”.")
    expect(tiles.nth(2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()
    expect(tiles.nth(1)).not_to_have_attribute("role", re.compile(".*"))  # in idle time


def test_a_collection_is_ordered_noted_on_and_emptied(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/collections")
    check(page)
    page.get_by_role("link", name="Pitch deck").click()
    page.wait_for_selector("[data-made]")
    first, second, third = items(page)
    page.locator("[data-entry] [data-item]").first.focus()
    with page.expect_response(re.compile("/move$")):
        page.keyboard.press("Alt+ArrowRight")
    assert items(page) == [second, first, third]
    expect(page.locator("#notices")).to_contain_text("1 thing moved.")
    page.reload()
    assert items(page) == [second, first, third]
    page.locator("[data-entry]").nth(2).drag_to(
        page.locator("[data-entry]").nth(0), target_position={"x": 10, "y": 40}
    )
    expect(page.locator("#notices")).to_contain_text("1 thing moved.")
    assert items(page) == [third, second, first]
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text("Taken back")
    assert items(page) == [second, first, third]

    page.locator("[data-entry] [data-item]").nth(1).focus()
    page.keyboard.press("n")
    page.keyboard.type("warmer")
    page.locator(".entry__form:visible button").click()
    expect(page.locator(".entry__words").nth(1)).to_have_text("warmer")
    page.mouse.move(0, 0)
    check(page)
    page.keyboard.press("Delete")
    expect(page.locator("#notices")).to_contain_text("1 thing taken out of “Pitch deck”.")
    assert items(page) == [second, third]
    page.keyboard.press("u")
    expect(page.locator("[data-entry]")).to_have_count(3)
    expect(page.locator(".entry__words").nth(1)).to_have_text("warmer")

    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="Select", exact=True).click()
    page.locator("[data-entry] [data-item]").first.click()
    expect(page.locator("[data-chosen-count]")).to_have_text("1 selected")
    page.mouse.move(0, 0)
    check(page)


def test_all_matches_are_selected_and_dragged_into_a_collection(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/?q=kind:photo")
    tiles = page.locator("main [data-item]")
    expect(tiles).to_have_count(6)
    # From a check along the tiles, as far as the pointer goes.
    box = tiles.nth(0).bounding_box()
    last = tiles.nth(2).bounding_box()
    assert box is not None
    assert last is not None
    page.mouse.move(box["x"] + 18, box["y"] + 18)
    page.mouse.down()
    page.mouse.move(last["x"] + 40, last["y"] + 40, steps=5)
    page.mouse.up()
    expect(page.locator("[data-chosen-count]")).to_have_text("3 selected")
    page.keyboard.press("Control+a")
    expect(page.locator("[data-chosen-count]")).to_have_text("6 selected")
    tiles.nth(1).hover(position={"x": 80, "y": 80})
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 90, steps=3)
    place = page.locator("[data-drop-new]")
    expect(place).to_be_visible()
    place.hover()
    page.mouse.up()
    expect(page.locator("#picker-title")).to_have_text("Add 6 things to a collection")
    page.keyboard.type("Everything")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("6 things added to “Everything”.")
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.locator("#notices")).to_contain_text("Taken back")
