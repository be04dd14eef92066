"""Searches by pictures, by parts of them, and by words and pictures with their weights."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from dam import wiring
from dam.catalog.models import Rendition, Unit
from dam.config import Places, config
from dam.errors import QueryError
from dam.ports import Pixels, Vectors
from dam.types import Example, Region, RenditionRole
from search.service import parse_query, search
from search.vectors import example_pictures
from search.vectors.example_pictures import pixels_of, vectors_of
from search.vectors.follow import Follower
from search.vectors.spaces import Spaces
from search.views import query_pictures
from tests.small_library import SmallLibrary, WordsEmbedder, picture_vector

pytestmark = pytest.mark.django_db

_OTHERS = ["white boat sea noon", "yellow tent mountains day", "brown dog beach morning", "grey windmill hill storm"]
_NAMES = {(255, 0, 0): "red", (0, 0, 255): "blue"}


class _ColourEmbedder(WordsEmbedder):
    """Sees a picture as the name of its colour, and remembers how many it was shown."""

    def __init__(self) -> None:
        self.shown = 0

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        self.shown += len(images)
        return self.embed_texts([_nearest(image) for image in images])


class Desk:
    """A library of pictures by their captions, and a search over it."""

    def __init__(self) -> None:
        self.rows = SmallLibrary()
        self.names: dict[int, str] = {}
        self.embedder = _ColourEmbedder()
        self.follower = Follower(snapshots=None)
        for caption in _OTHERS * 6:
            self.photo(caption)

    def photo(self, caption: str) -> Unit:
        unit = self.rows.photo(caption, vector=picture_vector(caption, noise=0.3))
        self.names[unit.pk] = caption
        return unit

    def found(self, text: str, *, good: bool = False) -> list[str]:
        self.follower.catch_up()
        result = search(parse_query(text), embedder=self.embedder, source=self.follower)
        return [self.names[hit.unit_id] for hit in result.hits if hit.good or not good]

    @property
    def spaces(self) -> Spaces:
        self.follower.catch_up()
        return Spaces(self.follower, embedder=self.embedder)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    here = replace(config(), places=Places(data=tmp_path))
    for module in (example_pictures, query_pictures):
        monkeypatch.setattr(module, "config", lambda: here)
    yield tmp_path
    wiring.media_reader().close()
    wiring.reset()


def test_a_picture_finds_what_looks_like_it_and_not_itself(desk: Desk) -> None:
    car = desk.photo("red car sunset")
    desk.photo("red car sunset")
    assert desk.found(f"like:{car.pk}", good=True) == ["red car sunset"]


def test_words_beside_a_picture_say_how_it_should_differ(desk: Desk) -> None:
    car = desk.photo("red car sunset")
    for caption in ("red car sunset", "red car snow", "old house snow"):
        desk.photo(caption)
    assert desk.found(f"like:{car.pk}")[0] == "red car sunset"
    assert desk.found(f"like:{car.pk} snow")[0] == "red car snow"
    assert "red car snow" in desk.found(f"like:{car.pk} snow", good=True)
    assert desk.found(f"like:{car.pk}^0.1 snow^3")[:2] != ["red car sunset", "red car snow"]


def test_more_like_this_and_less_like_that(desk: Desk) -> None:
    one, other = desk.photo("red car sunset"), desk.photo("sunset sea glow")
    desk.photo("red car garage")
    desk.photo("sunset glow sea")
    desk.photo("red car sunset")
    plain = desk.found(f"like:{one.pk}")
    less = desk.found(f"like:{one.pk} -like:{other.pk}^2")
    assert plain[0] == "red car sunset"
    assert less[0] == "red car garage"


def test_a_weighted_minus_pushes_away_and_leaves_nothing_out(desk: Desk) -> None:
    for caption in ("harbour fog", "harbour clear"):
        for _ in range(2):
            desk.photo(caption)
    pushed = desk.found("harbour -fog^1")
    assert pushed[:2] == ["harbour clear"] * 2
    assert "harbour fog" in pushed
    assert "harbour fog" not in desk.found("harbour -fog")


def test_weights_of_words_decide_what_counts_more(desk: Desk) -> None:
    desk.photo("lantern")
    desk.photo("canyon")
    assert desk.found("lantern^3 canyon")[0] == "lantern"
    assert desk.found("lantern canyon^3")[0] == "canyon"


def test_less_like_something_needs_something_to_look_for(desk: Desk) -> None:
    car = desk.photo("red car sunset")
    with pytest.raises(QueryError, match="needs something to look for"):
        desk.found(f"-like:{car.pk}")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("like:boat", "“boat” at character 1 is no picture"),
        ("sea like:5@90,0,20,20", "“@90,0,20,20” at character 5 is no part"),
        ("like:5^0.001", "The weight 0.001 at character 1"),
        ("(tag:boat)^2", "“^2” at character 11 weighs words"),
        ("like:picture-0123456789abcdef", "is not kept any more"),
        ("like:999999999", "Of number 999999999 no picture is known"),
    ],
)
def test_what_is_no_picture_is_said(desk: Desk, data: Path, typed: str, message: str) -> None:
    with pytest.raises(QueryError, match=message.replace("^", r"\^").replace("(", r"\(")):
        desk.found(typed)


def test_a_part_of_a_picture_is_looked_at_alone(desk: Desk, data: Path) -> None:
    unit = desk.photo("two halves")
    halves = np.zeros((100, 200, 3), np.uint8)
    halves[:, :100], halves[:, 100:] = (255, 0, 0), (0, 0, 255)
    _rendition(unit, halves, data / "renditions")
    desk.photo("red")
    desk.photo("blue")
    left, right = f"like:{unit.pk}@0,0,50,100", f"like:{unit.pk}@50,0,50,100"
    assert desk.found(left)[0] == "red"
    assert desk.found(right)[0] == "blue"
    shown = desk.embedder.shown
    desk.found(left)
    assert desk.embedder.shown == shown  # remembered, not looked at again
    part = pixels_of(Example(unit_id=unit.pk, region=Region(x=0.25, y=0.5, width=0.5, height=0.25)))
    assert part.shape == (25, 100, 3)


def test_a_given_picture_is_a_search(client: Client, desk: Desk, data: Path) -> None:
    desk.photo("blue")
    answer = client.post(
        "/pictures", {"picture": _file("dusk.png", (0, 0, 255))}, headers={"accept": "application/json"}
    )
    like = answer.json()["like"]
    assert desk.found(f"like:{like}")[0] == "blue"
    shown = client.get(f"/pictures/{like.removeprefix('picture-')}.jpg")
    assert shown["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(shown.getvalue())) as picture:
        assert picture.size == (64, 48)
    form = client.post("/pictures", {"picture": _file("dusk.png", (0, 0, 255)), "q": "at  night"})
    assert form.headers["Location"] == f"/?q=at+night+like%3A{like}"
    assert not list((data / "scratch").iterdir())  # what was given is gone; what was made of it stays


def test_what_cannot_be_searched_for_is_said(client: Client, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = {"accept": "application/json"}
    text = io.BytesIO(b"no picture at all")
    text.name = "a.jpg"
    refused = client.post("/pictures", {"picture": text}, headers=script)
    assert (refused.status_code, refused.json()["error"][:26]) == (422, "That can't be searched for")
    assert client.post("/pictures", headers=script).status_code == 400
    assert client.post("/pictures").headers["Location"] == "/"
    monkeypatch.setattr("search.views.query_pictures.MAX_BYTES", -(10**6))
    assert client.post("/pictures", {"picture": _file("a.png", (1, 2, 3))}, headers=script).status_code == 413
    assert client.get("/pictures/0123456789abcdef.jpg").status_code == 404
    assert client.get("/pictures/..%2Fcatalogue.jpg").status_code == 404


def test_given_pictures_are_not_kept_for_ever(client: Client, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _take((255, 0, 0))
    monkeypatch.setattr(example_pictures, "_KEPT_FILES", 1)
    second = _take((0, 0, 255))
    assert not example_pictures.path_of(first).exists()
    assert example_pictures.path_of(second).exists()


def test_frames_of_a_shot_all_count(desk: Desk) -> None:
    shots = desk.rows.video(["red car sunset", "white boat sea"])
    assert vectors_of(Example(unit_id=shots[0].pk), desk.spaces).shape == (2, 256)


def _take(colour: tuple[int, int, int]) -> str:
    return example_pictures.take([_file("a.png", colour).getvalue()])


def _file(name: str, colour: tuple[int, int, int]) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    file.seek(0)
    file.name = name
    return file


def _rendition(unit: Unit, picture: Pixels, folder: Path) -> None:
    folder.mkdir(parents=True)
    Image.fromarray(picture).save(folder / "halves.jpg", quality=95)
    Rendition.objects.create(
        asset=unit.asset,
        unit=unit,
        role=RenditionRole.THUMB,
        key="halves.jpg",
        mime="image/jpeg",
        width=200,
        height=100,
    )


def _nearest(image: Pixels) -> str:
    mean = image.reshape(-1, 3).mean(axis=0)
    return _NAMES[min(_NAMES, key=lambda colour: float(np.abs(mean - np.array(colour)).sum()))]
