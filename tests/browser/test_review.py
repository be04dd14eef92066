"""Review and teaching in the browser: by keys, with undo, in bulk, without a script, and for everybody."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shape import AXE, RULES
from tests.stack import until

pytestmark = pytest.mark.browser
PATIENT_MS = 30_000  # the machine may be busy with other tests
expect.set_options(timeout=PATIENT_MS)


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """A tag that a model suggests for the photos of the site."""

    site: Site
    tag_id: int
    units: list[int]

    @property
    def address(self) -> str:
        return f"{self.site.url}/review?tag={self.tag_id}"

    def said(self) -> dict[int, bool]:
        with closing(sqlite3.connect(self.site.data / "catalogue.sqlite3", timeout=20)) as rows:
            found = rows.execute(
                "SELECT unit_id, accepted FROM catalog_tagverdict WHERE tag_id = ?", [self.tag_id]
            ).fetchall()
        return {unit: bool(accepted) for unit, accepted in found}

    def wait_for(self, wanted: dict[int, bool]) -> None:
        until(
            lambda: self.said() == wanted, limit_s=30, what=f"the verdicts are {wanted}", log=lambda: str(self.said())
        )


@pytest.fixture
def suggested(site: Site, request: pytest.FixtureRequest) -> Iterator[Suggested]:
    """Rows as the tagging step writes them, of a tag of this test's own."""
    site.wait_until_indexed()
    name = re.sub(r"\W+", " ", request.node.name)[:60]
    with closing(sqlite3.connect(site.data / "catalogue.sqlite3", timeout=20)) as rows, rows:
        model = rows.execute("SELECT model FROM catalog_stagemodel WHERE stage = 'tag'").fetchone()[0]
        units = [pk for (pk,) in rows.execute("SELECT id FROM catalog_unit WHERE kind = 'photo' ORDER BY id")]
        tag_id = rows.execute(
            "INSERT INTO catalog_tag (key, name, kind, synonyms, own, retired) VALUES (?, ?, 'picture', '[]', 0, 0)",
            [f"test/{name}", name],
        ).lastrowid
        rows.executemany(
            "INSERT INTO catalog_tagscore (unit_id, tag_id, model, certainty, at_ms) VALUES (?, ?, ?, ?, 0)",
            [(unit, tag_id, model, 0.95 - 0.06 * place) for place, unit in enumerate(units)],
        )
    assert tag_id
    assert len(units) == 6
    yield Suggested(site=site, tag_id=tag_id, units=units)
    with closing(sqlite3.connect(site.data / "catalogue.sqlite3", timeout=20)) as rows, rows:
        for table in ("tagscore", "tagverdict", "taughttag"):
            rows.execute(f"DELETE FROM catalog_{table} WHERE tag_id = ?", [tag_id])  # noqa: S608 - names of ours
        rows.execute("DELETE FROM catalog_tag WHERE id = ?", [tag_id])


def focused(page: Page) -> str | None:
    found: str | None = page.evaluate("document.activeElement.closest('[data-judge]')?.dataset.mark ?? null")
    return found


def test_review_by_keys_and_take_back_with_u(page: Page, suggested: Suggested) -> None:
    first, second, third, fourth = suggested.units[:4]
    page.goto(suggested.address)
    tiles = page.locator("[data-judge]")
    expect(tiles).to_have_count(6)
    page.keyboard.press("y")  # nothing is focused yet: the first key only goes there
    assert focused(page) == f"{first}:{suggested.tag_id}"
    page.keyboard.press("y")
    expect(tiles.nth(0)).to_have_class(re.compile("is-yes"))
    page.keyboard.press("n")
    page.keyboard.press(" ")
    assert focused(page) == f"{fourth}:{suggested.tag_id}"
    suggested.wait_for({first: True, second: False})
    expect(page.locator("[data-progress-words]")).to_have_text("2 of 6 reviewed")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == f"{third}:{suggested.tag_id}"
    expect(page.locator("#notices")).to_contain_text("Rejected")
    page.keyboard.press("u")
    suggested.wait_for({first: True})
    expect(page.locator("#notices")).to_contain_text("Taken back")
    expect(page.locator("[data-progress-words]")).to_have_text("1 of 6 reviewed")
    expect(tiles).to_have_count(5)
    page.wait_for_function("mark => document.activeElement.closest('[data-judge]')?.dataset.mark === mark",
                           arg=f"{second}:{suggested.tag_id}")  # fmt: skip


def test_answers_given_quickly_are_all_kept(page: Page, suggested: Suggested) -> None:
    page.goto(suggested.address)
    page.locator("[data-judge] [data-tile]").first.focus()
    for key in ("y", "y", "n", "y", "n", "n"):
        page.keyboard.press(key)
    answers = [True, True, False, True, False, False]
    suggested.wait_for(dict(zip(suggested.units, answers, strict=True)))
    expect(page.get_by_role("heading", name=re.compile("^All of"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("3 yes, 3 no")


def test_all_above_the_slider_at_once_and_back(page: Page, suggested: Suggested) -> None:
    page.goto(suggested.address)
    slider = page.get_by_role("slider")
    slider.evaluate("range => { range.value = 80; range.dispatchEvent(new Event('input', { bubbles: true })) }")
    expect(page.locator("[data-judge]:visible")).to_have_count(3)  # 0.95, 0.89, 0.83
    page.get_by_role("button", name="Accept all 3").click()
    suggested.wait_for(dict.fromkeys(suggested.units[:3], True))
    expect(page.locator("[data-progress-words]")).to_have_text("3 of 6 reviewed")
    page.get_by_role("button", name="Undo").click()
    suggested.wait_for({})
    expect(page.locator("[data-judge]")).to_have_count(6)


def test_by_picture_the_keys_answer_for_the_tag_in_focus(page: Page, suggested: Suggested) -> None:
    page.goto(f"{suggested.site.url}/review?by=picture")
    mark = f"{suggested.units[0]}:{suggested.tag_id}"
    item = page.locator(f"[data-mark='{mark}']")
    item.locator("[data-chip]").focus()
    page.keyboard.press("n")
    expect(item).to_have_class(re.compile("is-no"))
    suggested.wait_for({suggested.units[0]: False})
    assert focused(page) != mark


def test_the_tags_of_an_asset_are_judged_without_leaving_it(page: Page, suggested: Suggested) -> None:
    page.goto(suggested.address)
    page.locator("[data-judge] [data-tile]").first.click()
    page.wait_for_load_state("networkidle")
    name = page.locator(f"#asset-tags form:has(input[value='{suggested.units[0]}:{suggested.tag_id}'])")
    page.evaluate("window.stayed = true")
    name.get_by_role("button", name=re.compile("^Accept")).click()
    suggested.wait_for({suggested.units[0]: True})
    expect(page.locator("#asset-tags .label--yes")).to_have_count(1)
    expect(page.locator("#notices")).to_contain_text("Accepted")
    page.get_by_label("Add a tag").fill("quay by night")
    page.get_by_label("Add a tag").press("Enter")
    expect(page.locator("#asset-tags")).to_contain_text("quay by night")
    assert page.evaluate("window.stayed") is True


def test_a_tag_is_taught_from_a_picture_by_keys(page: Page, suggested: Suggested) -> None:
    page.goto(f"{suggested.site.url}/tags")
    page.get_by_label("Teach a new tag").fill("cars I drove")
    page.get_by_label("Teach a new tag").press("Enter")
    expect(page.get_by_role("heading", name="cars I drove")).to_be_visible()
    page.get_by_label("Search for examples").fill("")
    page.get_by_label("Search for examples").press("Enter")
    page.wait_for_load_state("networkidle")
    page.locator("#teach-examples [data-judge] [data-tile]").first.focus()
    page.keyboard.press("y")
    page.keyboard.press("y")
    page.keyboard.press("n")
    expect(page.locator("#teach-stand")).to_contain_text("2 yes, 1 no")
    expect(page.locator("#teach-asks [data-judge]").first).to_be_visible()
    assert focused(page) is not None  # the questions came without taking the focus away
    page.keyboard.press("u")
    expect(page.locator("#teach-stand")).to_contain_text("2 yes, 0 no")


def test_after_the_last_question_the_focus_is_at_the_new_ones(page: Page, suggested: Suggested) -> None:
    page.goto(f"{suggested.site.url}/tags")
    page.get_by_label("Teach a new tag").fill("boats I rowed")
    page.get_by_label("Teach a new tag").press("Enter")
    page.get_by_label("Search for examples").fill("")
    page.get_by_label("Search for examples").press("Enter")
    page.wait_for_load_state("networkidle")
    page.locator("#teach-examples [data-judge] [data-tile]").first.focus()
    page.keyboard.press("y")
    questions = page.locator("#teach-asks [data-judge]")
    expect(questions.first).to_be_visible()
    expect(page.locator("#teach-stand")).to_contain_text("1 yes, 0 no")
    asked = questions.count()
    questions.first.locator("[data-tile]").focus()
    with page.expect_response(re.compile(r"/teach")):  # the questions that follow
        for _ in range(asked):
            page.keyboard.press("n")
    expect(page.locator("#teach-stand")).to_contain_text(f"1 yes, {asked} no")
    page.wait_for_load_state("networkidle")
    if questions.count():
        expect(page.locator("#teach-asks [data-judge]:focus-within")).to_have_count(1)


def test_review_works_without_a_script(browser: Browser, suggested: Suggested) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(suggested.address)
    page.locator("[data-judge] button[value=no]").first.click()
    suggested.wait_for({suggested.units[0]: False})
    expect(page.locator("[data-judge]")).to_have_count(5)
    page.get_by_role("button", name="Undo").click()
    suggested.wait_for({})
    expect(page.locator("[data-judge]")).to_have_count(6)
    context.close()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_pages_are_accessible_and_fit_a_phone(browser: Browser, suggested: Suggested, scheme: str) -> None:
    context = browser.new_context(
        color_scheme="light" if scheme == "light" else "dark", viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    addresses = ["/tags", f"/review?tag={suggested.tag_id}", "/review?by=picture", f"/tags/{suggested.tag_id}/teach"]
    said = []
    for address in addresses:
        page.goto(suggested.site.url + address, timeout=60_000)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        page.evaluate(AXE)
        found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
        said += [
            f"{address} {item['id']}: {item['help']} — {node['target']}: {node['failureSummary'][:200]}"
            for item in found["violations"]
            for node in item["nodes"][:3]
        ]
    context.close()
    assert not said, "\n".join(said)


def test_sound_has_no_boxes_to_show_and_no_pictures_to_teach_by(page: Page, site: Site) -> None:
    site.wait_until_indexed()
    with closing(sqlite3.connect(site.data / "catalogue.sqlite3", timeout=20)) as rows:
        asset = rows.execute("SELECT id FROM catalog_asset WHERE kind = 'audio'").fetchone()[0]
    page.goto(f"{site.url}/asset/{asset}")
    expect(page.locator("[data-info]")).to_be_visible()
    expect(page.locator("[data-boxes]")).to_be_hidden()
    expect(page.locator(".labels__teach")).to_have_count(0)
