"""A model hub on loopback: Hugging Face's listing and files with ranges; it can break off and lie."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = "c" * 40


class FakeHub:
    """`files` are the repository's; `break_after` cuts each answer short; `ranges` are the ranges asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.stated = dict(files)
        self.break_after: int | None = None
        self.ranges: list[str] = []
        self.url = ""

    def listing(self) -> dict[str, object]:
        siblings = []
        for name, raw in self.stated.items():
            git = hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
            item: dict[str, object] = {"rfilename": name, "size": len(raw), "blobId": git}
            if name.endswith((".safetensors", ".bin", ".onnx")):
                item["lfs"] = {"sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw), "pointerSize": 130}
            siblings.append(item)
        return {
            "id": "maker/model",
            "sha": COMMIT,
            "siblings": siblings,
            "tags": [],
            "private": False,
            "downloads": 0,
        }


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/api/models/maker/model"):
                return self._send(200, json.dumps(hub.listing()).encode())
            found = re.fullmatch(rf"/maker/model/resolve/{COMMIT}/([\w./]+)", self.path)
            if not found or found[1] not in hub.files:
                return self._send(404, b"")
            raw = hub.files[found[1]]
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            hub.ranges.append(f"{found[1]} {self.headers.get('Range', 'all')}")
            return self._send(206 if asked else 200, raw[int(asked[1]) if asked else 0 :], cut=hub.break_after)

        def _send(self, status: int, raw: bytes, cut: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw[:cut])

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
