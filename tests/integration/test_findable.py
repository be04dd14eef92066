"""A file that comes into a watched folder is found by a web process that was already running."""

import http.client
from pathlib import Path
from urllib.parse import quote, urlsplit

from PIL import Image

from tests.stack import DONE_S, number, running, stages_left, until

FINDABLE_S = 15.0  # the promise is five seconds after its processing; two cores may be shared by test processes


def page(url: str, query: str) -> str:
    """Return the search page's text."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request("GET", f"/?q={quote(query)}")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_new_photo_is_found_without_a_restart_and_a_deleted_one_is_not(tmp_path: Path) -> None:
    folder, data = tmp_path / "pictures", tmp_path / "data"
    folder.mkdir()
    Image.new("RGB", (320, 240), (20, 20, 200)).save(folder / "harbour.jpg")
    with running(data, "--media", str(folder)) as stack:
        url = stack.address()
        ready = "SELECT count(*) FROM catalog_asset WHERE state = 'ready'"
        until(lambda: number(data, ready) == 1, limit_s=DONE_S, what="the first photo", log=lambda: stack.log)
        web = stack.children()["web"]
        assert "vineyard.jpg" not in page(url, "vineyard")

        Image.new("RGB", (320, 240), (200, 20, 20)).save(folder / "vineyard.jpg")
        until(
            lambda: number(data, ready) == 2 and not stages_left(data),
            limit_s=DONE_S, what="the new photo is processed", log=lambda: stack.log,
        )  # fmt: skip
        until(
            lambda: "vineyard.jpg" in page(url, "vineyard"),
            limit_s=FINDABLE_S, what="the new photo is findable", log=lambda: stack.log,
        )  # fmt: skip

        (folder / "vineyard.jpg").unlink()
        gone = "SELECT count(*) FROM catalog_mediafile WHERE state = 'missing'"
        until(lambda: number(data, gone) == 1, limit_s=DONE_S, what="the deletion is seen", log=lambda: stack.log)
        assert "vineyard.jpg" not in page(url, "vineyard")
        assert stack.children()["web"] == web
