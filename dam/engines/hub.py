"""Model hubs over HTTP: what files there are, and one file to disk, going on where an earlier try stopped.

The listing comes through huggingface_hub; the bytes do not, since that library (2.x) throws away what an interrupted
process had fetched. Only public files are asked for, so no token is ever sent.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from dam.engines.packs import HubSource, UrlSource
from dam.engines.weights import hash_file
from dam.errors import EngineError, ModelUnavailable

ENDPOINT = "https://huggingface.co"
CONNECT_S = 5.0  # a hub that answers does so in well under a second; without a network this is the whole wait
READ_S = 30.0
BLOCK = 1 << 20
ATTEMPTS = 4  # in a row without one new byte
FOUND, PARTLY, NOT_THERE = 200, 206, 416


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file that can be fetched: its size and its checksum, of either kind that hubs state."""

    name: str
    url: str
    size_bytes: int
    sha256: str = ""
    git_sha1: str = ""  # of small files, which the hub keeps in git

    @property
    def origin(self) -> str:
        """The address, for the manifest."""
        return self.url

    def matches(self, path: Path) -> bool:
        """Whether the file at `path` has this checksum."""
        if self.sha256:
            return hash_file(path) == self.sha256
        # Git's object id: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects; SHA-1 is the hub's choice.
        raw = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest() == self.git_sha1


def list_files(source: HubSource) -> list[RemoteFile]:
    """Ask the hub which files of a repository there are. Raises ModelUnavailable, EngineError."""
    from huggingface_hub import HfApi, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    endpoint = os.environ.get("HF_ENDPOINT") or ENDPOINT  # read now: the library reads it when it is imported
    try:
        found = HfApi(endpoint=endpoint).model_info(
            source.repository, revision=source.revision, files_metadata=True, timeout=CONNECT_S, token=False
        )
    except HfHubHTTPError as error:
        raise EngineError(f"The hub has no {source.repository}: {_one_line(error)}") from error
    except OfflineModeIsEnabled as error:
        raise ModelUnavailable("HF_HUB_OFFLINE is set: no model hub is asked.") from error
    except Exception as error:  # the library's HTTP client has exceptions of its own for each way not to be reached
        raise _no_answer(endpoint, error) from error
    files = []
    for item in found.siblings or ():
        if not any(_matches(item.rfilename, pattern) for pattern in source.patterns):
            continue
        url = hf_hub_url(source.repository, item.rfilename, revision=found.sha, endpoint=endpoint)
        size = item.lfs.size if item.lfs else item.size
        files.append(
            RemoteFile(
                name=PurePosixPath(item.rfilename).name,
                url=url,
                size_bytes=int(size or 0),
                sha256=item.lfs.sha256 if item.lfs else "",
                git_sha1=item.blob_id or "",
            )
        )
    missing = set(source.required) - {item.rfilename for item in found.siblings or ()}
    if missing:
        raise EngineError(f"{source.repository} has no {', '.join(sorted(missing))} any more.")
    if len({file.name for file in files}) < len(files):
        raise EngineError(f"{source.repository} has two files of one name in folders that the pack takes from.")
    return files


def describe_url(source: UrlSource) -> RemoteFile:
    """Ask how large a file is. Raises ModelUnavailable, EngineError."""
    with _opened(Request(source.url, method="HEAD"), timeout_s=CONNECT_S) as answer:  # noqa: S310 - _opened checks
        size = int(answer.headers.get("Content-Length") or 0)
    return RemoteFile(name=source.file_name, url=source.url, size_bytes=size, sha256=source.sha256)


def download(file: RemoteFile, path: Path, *, on_done: Callable[[int], None]) -> None:
    """Bring `file` to `path`, appending to what is there; `on_done` gets the bytes that are here so far.

    Raises ModelUnavailable when the hub stops answering (what came stays for the next try), EngineError, OSError.
    """
    if path.exists() and path.stat().st_size >= file.size_bytes:
        path.unlink()  # whole, but with another checksum
    failures = 0
    while (before := path.stat().st_size if path.exists() else 0) < file.size_bytes or not path.exists():
        try:
            _append(file, path, before, on_done)
        except ModelUnavailable:
            failures = 0 if path.exists() and path.stat().st_size > before else failures + 1
            if failures == ATTEMPTS:
                raise
            continue
        if path.stat().st_size == before and file.size_bytes:
            failures += 1
            if failures == ATTEMPTS:
                raise EngineError(f"{file.name} can't be fetched: the hub sends nothing.")


def _matches(path: str, pattern: str) -> bool:
    """Compare folders as they are and names by pattern: `*.json` takes no file from a folder."""
    file, wanted = PurePosixPath(path), PurePosixPath(pattern)
    return file.parent == wanted.parent and fnmatchcase(file.name, wanted.name)


def _append(file: RemoteFile, path: Path, here: int, on_done: Callable[[int], None]) -> None:
    headers = {"Range": f"bytes={here}-"} if here else {}
    with _opened(Request(file.url, headers=headers), timeout_s=READ_S) as answer:  # noqa: S310 - _opened checks
        if here and answer.status != PARTLY:  # a server that can't resume sends it all
            here = 0
        with path.open("ab" if here else "wb") as out:
            try:
                while block := answer.read(BLOCK):
                    out.write(block)
                    here += len(block)
                    on_done(here)
                    if here > file.size_bytes:
                        raise EngineError(f"{file.name} is larger than its hub said.")
            except (HTTPException, ConnectionError, TimeoutError) as error:
                raise _no_answer(file.url, error) from error


@contextmanager
def _opened(request: Request, *, timeout_s: float) -> Iterator[HTTPResponse]:
    if request.type not in ("http", "https"):
        raise EngineError(f"{request.full_url} is not an address of the web.")
    try:
        answer: HTTPResponse = urlopen(request, timeout=timeout_s)  # noqa: S310 - the scheme was just checked
    except HTTPError as error:
        with error:
            raise EngineError(f"{request.full_url} answers {error.code} {error.reason}.") from error
    except (URLError, HTTPException, OSError) as error:
        raise _no_answer(request.full_url, error) from error
    with answer:
        yield answer


def _no_answer(address: str, error: Exception) -> ModelUnavailable:
    host = address.split("/")[2] if "//" in address else address
    return ModelUnavailable(f"{host}: {_one_line(error)}")


def _one_line(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    lines = str(reason).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160]
