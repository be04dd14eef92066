"""The transcript by keyboard: lines corrected, cut, given a speaker, shown as captions, and all of it taken back."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def test_lines_are_corrected_where_they_stand_and_captions_follow(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    page.goto(f"{site.url}/?q=said:driver")
    page.locator(".line__text").first.click()
    lines = page.locator("[data-transcript] .spoken")
    expect(lines).to_have_count(3)
    page.wait_for_load_state("load")  # before that, the line has a page of its own

    # Enter opens the line, Tab saves it and goes on to the next, Escape leaves that as it was.
    lines.nth(0).locator("[data-edit]").focus()
    page.keyboard.press("Enter")
    page.locator("[data-text]").fill("We waited at the old harbour.")
    page.keyboard.press("Tab")
    expect(lines.nth(0).locator(".spoken__text")).to_have_text("We waited at the old harbour.")
    expect(lines.nth(0).locator(".word")).to_have_count(6)
    expect(lines.nth(1).locator("[data-text]")).to_be_focused()
    page.keyboard.type(" nonsense")
    page.keyboard.press("Escape")
    expect(lines.nth(1).locator(".spoken__text")).to_have_text("Then the red car came at sunset.")
    expect(lines.nth(1).locator("[data-edit]")).to_be_focused()

    # Captions say the corrected words, and stay on.
    page.keyboard.press("t")
    expect(page.locator("[data-cc]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        "[...(document.querySelector('track').track.cues ?? [])].some(cue => cue.text.includes('old harbour'))"
    )
    assert page.evaluate("document.querySelector('track').track.mode") == "showing"
    page.keyboard.press("u")
    expect(lines.nth(0).locator(".spoken__text")).to_have_text("We waited by the harbour.")

    # Cut at the cursor, and undone.
    page.keyboard.press("Shift+E")
    box = page.locator("[data-text]")
    box.evaluate("(box) => box.setSelectionRange(10, 10)")
    page.keyboard.press("Control+Enter")
    expect(lines).to_have_count(4)
    expect(lines.nth(1).locator(".spoken__text")).to_have_text("by the harbour.")
    page.keyboard.press("u")
    expect(lines).to_have_count(3)

    # A speaker for this and all that follow is shown once, and found by name.
    lines.nth(1).locator("[data-edit]").focus()
    page.keyboard.press("Enter")
    page.locator("[name=speaker]:visible").first.fill("Anna")
    page.locator("[data-lineform] [value=save]").click()
    expect(page.locator(".spoken__who")).to_have_text(["Anna"])
    page.locator(".spoken__who a").click()
    expect(page.locator(".line__speaker")).to_have_count(2)
    page.go_back()
    page.locator(".transcript__menu summary").click()
    expect(page.locator(".transcript__speaker [name=name]")).to_have_value("Anna")
    page.locator(".transcript__speaker [name=name]").fill("")
    page.locator(".transcript__speaker button").click()
    expect(page.locator(".spoken__who")).to_have_count(0)


def test_without_scripts_a_line_has_a_page_of_its_own(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.wait_until_indexed()
    page.goto(f"{site.url}/?q=said:driver")
    page.locator(".line__text").first.click()
    page.locator("[data-edit]").nth(2).click()
    page.fill("[name=text]", "Nobody knew the driver.")
    page.click("[value=save]")
    expect(page.locator(".spoken__text").nth(2)).to_have_text("Nobody knew the driver.")
    page.click("[data-undo]")
    expect(page.locator(".spoken__text").nth(2)).to_have_text("Nobody saw the driver.")
    context.close()
