"""A results page by hand: how strict, how sorted, what stands behind a tile, what it can be narrowed by."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def test_the_slider_sort_and_narrowing_keep_the_address_and_the_focus(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    site.wait_until_indexed()
    page.set_default_timeout(30_000)
    page.goto(f"{site.url}/?q=kind:photo")
    page.focus("#strict")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".strictness__name")).to_have_text("Loose")
    assert page.url.endswith("?q=kind%3Aphoto&strict=-1")
    assert page.evaluate("document.activeElement.id") == "strict"

    page.select_option("#sort", "date")
    page.wait_for_url("**sort=date**")
    page.click("[data-narrow]")
    value = page.locator("[aria-labelledby=facet-color] .facet__value").first
    count = value.locator(".facet__count").inner_text()
    value.click()
    page.wait_for_url("**color**")
    expect(page.locator(".tally__line")).to_contain_text(f"{count} match")
    expect(page.locator(".facet").first).to_be_visible()  # it stays open from one search to the next
    assert "sort=date" in page.url

    page.goto(f"{site.url}/?q=kind:video")
    expect(page.locator(".strictness__name")).to_have_text("Loose")
    page.click(".strictness button:visible")
    expect(page.locator(".strictness__name")).to_have_text("Balanced")
    context.close()


def test_without_scripts_the_same_can_be_chosen(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.wait_until_indexed()
    page.goto(f"{site.url}/?q=kind:photo")
    page.select_option("#group", "day")
    page.click(".view button:has-text('Show')")
    expect(page.locator(".block__head").first).to_be_visible()
    page.click("[data-narrow]")
    expect(page.locator(".facet").first).to_be_visible()
    page.locator(".facet__value").first.click()
    assert "group=day" in page.url
    context.close()
