from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dam.demo import MEDIA
from dam.demo.photos import PHOTOS
from dam.engines import packs
from dam.engines.evaluation import evaluate_recall

CLIP = Path(packs.__file__).parent / "starter" / "clip"


class Starter:
    """The shipped weights through open_clip alone, as any other program would load them."""

    def __init__(self) -> None:
        import open_clip
        import torch

        self._torch = torch
        self._model, self._preprocess = open_clip.create_model_from_pretrained(f"local-dir:{CLIP}")
        self._tokenizer = open_clip.get_tokenizer(f"local-dir:{CLIP}")
        self._model.eval()

    def embed_images(self, images: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        with self._torch.inference_mode():
            batch = self._torch.stack([self._preprocess(Image.fromarray(image)) for image in images])
            return np.asarray(self._model.encode_image(batch, normalize=True).numpy(), np.float32)

    def embed_texts(self, texts: list[str]) -> NDArray[np.float32]:
        with self._torch.inference_mode():
            return np.asarray(self._model.encode_text(self._tokenizer(texts), normalize=True).numpy(), np.float32)


@pytest.fixture(scope="module")
def starter() -> Starter:
    return Starter()


@pytest.fixture(scope="module")
def photos(starter: Starter) -> NDArray[np.float32]:
    pictures = []
    for photo in PHOTOS:
        with Image.open(MEDIA / photo.shoot.folder / photo.name) as picture:
            pictures.append(np.asarray(picture.convert("RGB"), np.uint8))
    return starter.embed_images(pictures)


def test_pack_is_under_twenty_megabytes() -> None:
    assert sum(path.stat().st_size for path in CLIP.iterdir()) < 20_000_000


def test_nine_of_ten_phrases_find_a_right_scene_first(starter: Starter) -> None:
    report = evaluate_recall(starter, scenes=300)
    assert report.recall_at_1 >= 0.90, report
    assert report.recall_at_5 >= 0.95, report
    assert report.hard_negative_recall >= 0.90, report
    assert report.n == 300


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("red car at sunset", "DSC_0412.jpg"),
        ("blue car at sunset", "DSC_0418.jpg"),
        ("red car at night", "IMG_7021.jpg"),
        ("red boat at sunset", "DSC_0431.jpg"),
        ("windmill", "DSC_1180.jpg"),
    ],
)
def test_phrase_finds_its_demo_photo_first(
    starter: Starter, photos: NDArray[np.float32], text: str, name: str
) -> None:
    scores = photos @ starter.embed_texts([text])[0]
    assert PHOTOS[int(scores.argmax())].name == name


def test_what_is_not_there_scores_lower_than_what_is(starter: Starter, photos: NDArray[np.float32]) -> None:
    present = ["red car at sunset", "blue car at sunset", "windmill", "dog in the snow", "city at night"]
    absent = ["xylophone", "wedding cake recipe", "qwertzuiop", "portrait of a woman", "quarterly report"]
    best = (photos @ starter.embed_texts(present + absent).T).max(axis=0)
    assert best[: len(present)].min() > best[len(present) :].max()
