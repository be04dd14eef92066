"""People in Chromium: named by typing, merged and undone, answered by keys; boxes lie on what they name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from dam import wiring
from dam.catalog.models import Asset, Face, FaceRefusal, Person, Rendition
from dam.config import config
from dam.people import service
from dam.types import FaceSource, RenditionRole
from tests.browser.test_shape import AXE, RULES
from tests.media_files import write_video
from tests.people_desk import HEIGHT, SIDE, WIDTH, PeopleDesk, draw

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENT_MS = 30_000  # the machine may be busy with other tests
CLOSE_PX = 2.5  # the picture is 640 px wide, its crop and the box are rounded


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django takes for an async caller."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PeopleDesk:
    """Red in four photos, green in two of them, blue in a video; indexed into the folder that the pages serve."""
    made = PeopleDesk(folder=tmp_path / "library", data=config().places.data).open()
    monkeypatch.setattr(wiring, "face_engine", made.engines.__getitem__)
    made.photo("a.jpg", ["red", "green"])
    made.photo("b.jpg", ["red", "green"])
    made.photo("c.jpg", ["red"])
    made.photo("d.jpg", ["red"])
    made.video("v.mp4", [[["blue"], ["blue"]], [["yellow"], ["yellow"]]])
    made.index()
    return made


@pytest.fixture(autouse=True)
def _patient(page: Page) -> None:
    page.set_default_timeout(PATIENT_MS)
    page.set_default_navigation_timeout(60_000)
    expect.set_options(timeout=PATIENT_MS)


def named(page: Page, person: Person) -> Locator:
    return page.locator(f"#person-{person.pk} .person__name")


def test_names_are_typed_one_after_the_other(page: Page, desk: PeopleDesk, live_server: LiveServer) -> None:
    red, green = desk.person("a.jpg"), desk.person("a.jpg", 1)
    page.goto(f"{live_server.url}/people")
    page.locator(f"#name-{red.pk}").click()
    page.keyboard.type("Ana")
    page.keyboard.press("Enter")
    expect(named(page, red)).to_have_text("Ana")
    expect(page.locator(".notice__text")).to_have_text("Named Ana.")
    expect(page.locator(f"#name-{green.pk}")).to_be_focused()  # the next without a name
    page.keyboard.type("ana")
    page.keyboard.press("Enter")
    merge = page.locator(f"#person-{green.pk}").get_by_role("button", name="Merge with Ana")
    expect(merge).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".notice__text")).to_have_text("Merged 2 faces into Ana.")
    expect(page.locator(f"#person-{green.pk}")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#person-{green.pk}")).to_be_visible()
    assert Face.objects.filter(person=green).count() == 2


def test_several_are_selected_by_keys_and_by_shift(page: Page, desk: PeopleDesk, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/people")
    tiles = page.locator(".person__face")
    expect(tiles).to_have_count(4)
    bar = page.get_by_role("form", name="With those selected")
    expect(bar).to_be_hidden()
    tiles.nth(0).focus()
    page.keyboard.press("x")
    expect(bar).to_contain_text("1 selected")
    expect(bar.get_by_role("button", name="Merge")).to_be_disabled()
    tiles.nth(2).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Hide").click()
    expect(tiles).to_have_count(1)
    expect(page.locator(".notice__text")).to_have_text("3 people are hidden.")
    page.keyboard.press("u")
    expect(tiles).to_have_count(4)
    expect(page).to_have_url(f"{live_server.url}/people")


def test_not_this_person_is_one_key(page: Page, desk: PeopleDesk, live_server: LiveServer) -> None:
    red, face = desk.person("a.jpg"), desk.face("d.jpg")
    service.name_person(red.pk, "Ana")
    page.goto(f"{live_server.url}/people/{red.pk}")
    page.locator(f"#face-{face.pk} .face__link").focus()
    page.keyboard.press("n")
    expect(page.locator(f"#face-{face.pk}")).to_have_count(0)
    expect(page.locator("#person-counts")).to_have_text("3 faces in 3 files")
    expect(page.locator(".face__link:focus")).to_have_count(1)  # the work goes on at the face beside it
    assert FaceRefusal.objects.filter(face=face, person=red).exists()
    page.keyboard.press("u")
    expect(page.locator(f"#face-{face.pk}")).to_be_visible()
    assert not FaceRefusal.objects.exists()


def test_enter_in_a_name_moves_the_selected_and_refuses_none(
    page: Page, desk: PeopleDesk, live_server: LiveServer
) -> None:
    red, face = desk.person("a.jpg"), desk.face("d.jpg")
    service.name_person(red.pk, "Ana")
    page.goto(f"{live_server.url}/people/{red.pk}")
    box = page.locator(f"#face-{face.pk} [data-pick]")
    box.press("Enter")  # ticks, as Space does
    expect(box).to_be_checked()
    page.get_by_label("Move to").press_sequentially("Zoe")
    page.keyboard.press("Enter")
    expect(page.locator(".notice__text")).to_have_text("Moved 1 face to Zoe.")
    face.refresh_from_db()
    assert face.person is not None
    assert face.person.name == "Zoe"


def test_three_without_a_name_beside_each_other_fit_a_phone(
    browser: Browser, desk: PeopleDesk, live_server: LiveServer
) -> None:
    assert desk.person("v.mp4").name == ""
    for width in (360, 390):
        context = browser.new_context(viewport={"width": width, "height": 800}, is_mobile=True, has_touch=True)
        page = context.new_page()
        page.goto(f"{live_server.url}/people")
        expect(page.locator(".person__face")).to_have_count(4)
        assert page.evaluate("innerWidth") == width, "a phone widens its page for what sticks out"
        context.close()


def test_is_this_ana_is_answered_by_keys(page: Page, desk: PeopleDesk, live_server: LiveServer) -> None:
    desk.photo("e.jpg", {"red": 110})
    desk.photo("f.jpg", {"green": 110})
    desk.index()
    for place, name in enumerate(["Ana", "Bea"]):
        service.name_person(desk.person("a.jpg", place).pk, name)
    first, second = service.suggestions()
    page.goto(f"{live_server.url}/people/review")
    expect(page.get_by_role("heading", name=f"Is this {first.person.name}?")).to_be_visible()
    expect(page.locator(".review__left")).to_have_text("2 left")
    face = page.locator('#review input[name="face"]')
    expect(face).to_have_value(str(first.face.id))
    frame, scene = bounds(page.locator(".framed")), bounds(page.locator(".review__scene img"))
    assert frame["width"] == pytest.approx(scene["width"] * SIDE / WIDTH, abs=CLOSE_PX)
    page.keyboard.press("s")
    expect(face).to_have_value(str(second.face.id))
    expect(page).to_have_url(re.compile(rf"skip={first.face.id}"))
    page.keyboard.press("y")
    expect(page.locator(".notice__text")).to_have_text(f"Yes, {second.person.name}.")
    expect(page.get_by_role("heading", name="Only skipped ones are left")).to_be_visible()
    assert Face.objects.get(pk=second.face.id).source == FaceSource.PERSON
    page.keyboard.press("u")
    expect(face).to_have_value(str(second.face.id))
    page.keyboard.press("n")
    expect(page.locator(".notice__text")).to_have_text(f"Not {second.person.name}.")
    assert FaceRefusal.objects.filter(face=second.face.id, person=second.person.id).exists()


def test_boxes_lie_on_the_faces_at_every_size_and_when_zoomed(
    page: Page, desk: PeopleDesk, live_server: LiveServer
) -> None:
    service.name_person(desk.person("a.jpg").pk, "Ana")
    page.goto(f"{live_server.url}/asset/{desk.asset('a.jpg')}")
    box = page.locator('.boxed--face[href*="Ana"]')
    expect(box).to_be_hidden()
    page.keyboard.press("b")
    expect(box).to_be_visible()
    expect(page.get_by_role("button", name="Boxes")).to_have_attribute("aria-pressed", "true")
    assert_on_the_square(page, box)
    page.set_viewport_size({"width": 700, "height": 900})
    assert_on_the_square(page, box)
    page.keyboard.press("z")
    page.wait_for_function("() => !document.querySelector('.stage__picture').getAnimations().length")
    assert_on_the_square(page, box)
    page.reload()
    expect(page.locator('.boxed--face[href*="Ana"]')).to_be_visible()  # it is remembered
    page.locator('.boxed--face[href*="Ana"]').focus()
    expect(page.locator('.boxed--face[href*="Ana"] .boxed__label')).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/?q=person%3A%22Ana%22")


def test_what_the_pointer_rests_on_in_the_panel_is_shown_in_the_picture(
    page: Page, desk: PeopleDesk, live_server: LiveServer
) -> None:
    service.name_person(desk.person("a.jpg").pk, "Ana")
    service.name_person(desk.person("a.jpg", 1).pk, "Bob")
    page.goto(f"{live_server.url}/asset/{desk.asset('a.jpg')}")
    ana, bob = page.locator('.boxed--face[href*="Ana"]'), page.locator('.boxed--face[href*="Bob"]')
    page.get_by_role("link", name="Ana", exact=True).hover()
    expect(ana).to_be_visible()
    expect(bob).to_be_hidden()
    page.get_by_role("link", name="Bob", exact=True).hover()
    expect(bob).to_be_visible()
    expect(ana).to_be_hidden()
    page.get_by_role("heading", name="a.jpg").hover()
    expect(bob).to_be_hidden()  # boxes are off
    page.get_by_role("link", name="Bob", exact=True).hover()
    page.keyboard.press("b")  # on, though one of them is shown already
    expect(ana).to_be_visible()
    expect(bob).to_be_visible()


def test_boxes_of_a_video_come_and_go_with_its_time(page: Page, desk: PeopleDesk, live_server: LiveServer) -> None:
    asset = Asset.objects.get(pk=desk.asset("v.mp4"))
    key = f"{asset.pk}/proxy.mp4"
    video = write_video(desk.folder / "proxy.mp4", [np.asarray(draw([("blue", 255, 0)]))] * 100)
    (desk.places.renditions / key).parent.mkdir(parents=True, exist_ok=True)
    copyfile(video, desk.places.renditions / key)
    Rendition.objects.create(
        asset=asset, role=RenditionRole.PROXY, key=key, mime="video/mp4", width=WIDTH, height=HEIGHT
    )
    service.name_person(Face.objects.filter(unit__asset=asset).order_by("start_ms")[0].person_id or 0, "Cid")
    page.goto(f"{live_server.url}/asset/{asset.pk}")
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    page.keyboard.press("b")
    box = page.locator('.boxed--face[href*="Cid"]')
    seek(page, 0.6)
    expect(box).to_be_visible()
    assert_on_the_square(page, box, picture=".player__video")
    seek(page, 3.4)  # the second shot shows somebody else
    expect(box).to_be_hidden()
    expect(page.locator(".boxed--face:visible")).to_have_count(1)


def test_an_asset_s_people_are_confirmed_without_leaving_it(
    page: Page, desk: PeopleDesk, live_server: LiveServer
) -> None:
    service.name_person(desk.person("a.jpg").pk, "Ana")
    page.goto(f"{live_server.url}/asset/{desk.asset('a.jpg')}")
    page.get_by_role("button", name="Yes, this is Ana").click()
    expect(page.locator(".notice__text")).to_have_text("1 face: yes, Ana.")
    expect(page.get_by_role("button", name="Yes, this is Ana")).to_have_count(0)
    page.get_by_label("Name of this person").fill("Bea")
    page.get_by_label("Name of this person").press("Enter")
    expect(page.get_by_role("link", name="Bea", exact=True)).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator('.boxed--face[href*="Bea"]')).to_be_visible()  # the boxes know the new name
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Name of this person")).to_be_visible()


@pytest.mark.parametrize(
    "where", ["people", "person", "review", "merging", "forgetting", "stopping", "asset", "hidden"]
)
def test_pages_of_people_are_accessible_and_stand_still(
    browser: Browser, desk: PeopleDesk, live_server: LiveServer, where: str
) -> None:
    desk.photo("e.jpg", {"red": 110})
    desk.index()
    red, green = desk.person("a.jpg"), desk.person("a.jpg", 1)
    service.name_person(red.pk, "Ana")
    service.hide(desk.person("v.mp4").pk, hidden=True)
    address = {
        "person": f"/people/{red.pk}",
        "merging": f"/people/merging?person={red.pk}&person={green.pk}",
        "review": "/people/review",
        "forgetting": f"/people/{red.pk}/forgetting",
        "stopping": "/people/stopping",
        "asset": f"/asset/{desk.asset('a.jpg')}",
        "hidden": "/people?hidden=1",
        "people": f"/people?same={green.pk}-{red.pk}",
    }[where]
    for scheme, width in (("dark", 390), ("light", 1280), ("dark", 360)):
        context = browser.new_context(
            color_scheme="light" if scheme == "light" else "dark", viewport={"width": width, "height": 800}
        )
        page = context.new_page()
        page.set_default_timeout(PATIENT_MS)
        page.add_init_script(
            "localStorage.setItem('boxes', 'shown'); "
            "window.moved = 0; new PerformanceObserver(list => { for (const item of list.getEntries()) "
            "if (!item.hadRecentInput) window.moved += item.value; })"
            ".observe({type: 'layout-shift', buffered: true});"
        )
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("window.moved") < 0.05
        page.evaluate(AXE)
        found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
        context.close()
        wrong = [
            f"{item['id']}: {item['help']} — {node['target']}: {node['failureSummary'][:200]}"
            for item in found["violations"]
            for node in item["nodes"][:3]
        ]
        assert not wrong, "\n".join([f"{scheme} {width}", *wrong])


def test_naming_and_merging_work_without_scripts(browser: Browser, desk: PeopleDesk, live_server: LiveServer) -> None:
    red, green = desk.person("a.jpg"), desk.person("a.jpg", 1)
    service.name_person(red.pk, "Ana")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    page.goto(f"{live_server.url}/people")
    page.locator(f"#name-{green.pk}").fill("Ana")
    page.locator(f"#name-{green.pk}").press("Enter")
    page.get_by_role("button", name="Merge with Ana").click()
    expect(page.locator(".notice__text")).to_have_text("Merged 2 faces into Ana.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#person-{green.pk}")).to_be_visible()
    context.close()


def bounds(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def seek(page: Page, seconds: float) -> None:
    page.evaluate(
        "at => new Promise(done => { const video = document.querySelector('video'); "
        "video.addEventListener('seeked', done, {once: true}); video.currentTime = at; })",
        seconds,
    )


def assert_on_the_square(page: Page, box: Locator, *, picture: str = ".stage__picture") -> None:
    """Compare a box with the square as the window shows it: the whole picture, letterboxed in its element."""
    element = page.evaluate(
        "name => { const {x, y, width, height} = document.querySelector(name).getBoundingClientRect(); "
        "return {x, y, width, height}; }",
        picture,
    )
    share = min(element["width"] / WIDTH, element["height"] / HEIGHT)
    left = element["x"] + (element["width"] - WIDTH * share) / 2
    top = element["y"] + (element["height"] - HEIGHT * share) / 2
    wanted = {"x": left + 40 * share, "y": top + 120 * share, "width": SIDE * share, "height": SIDE * share}
    near = pytest.approx(wanted, abs=CLOSE_PX * max(1.0, share))
    page.wait_for_function(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"
    )
    assert bounds(box) == near
