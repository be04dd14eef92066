r"""ExifTool, one process kept open: the tags of a file, read and written.

Its own wrapper, not PyExifTool 0.5.6: that one reads for ever when the process dies amid a command, knows no time
limit, and forks with a `preexec_fn` amid threads. ExifTool parses what nobody vouches for, so it runs with limits
(see `exiftool_child`) and is killed when it takes too long.

Values never stand in the stream of arguments: they come in a JSON file (`-json=`), so no newline in a value can
become an option. (`#[CSTR]` lines, ExifTool's own way, turn `$` into `\$` in 12.57.) Paths are given by this
program: they begin with "/" and hold no newline.
"""

import contextlib
import json
import os
import re
import secrets
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from dam.engines.media.children import plain_environment
from dam.errors import MetadataToolFailed, MetadataToolMissing

log = structlog.get_logger(__name__)

PROGRAM = "exiftool"
MISSING = "ExifTool is not installed: metadata can be read, but not written."
HINT = "Install it (Debian, Ubuntu: apt install libimage-exiftool-perl; macOS: brew install exiftool)."
READ_S, WRITE_S = 60.0, 600.0  # a video of 100 GB is copied by ExifTool at some 200 MB/s
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_MOST_OUTPUT = 64 * 1024 * 1024
_BLOCK = 64 * 1024
_DONE = re.compile(r"1 image files (updated|created|unchanged)")
_TAG = re.compile(r"[A-Za-z][\w-]*:[A-Za-z][\w-]*")


def is_installed() -> bool:
    """Tell whether ExifTool is on the PATH."""
    return shutil.which(PROGRAM) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    output: bytes
    errors: str
    failed: bool


class ExifTool:
    """The `MetadataTool` port; several threads may call it, one at a time is served."""

    def __init__(self, *, memory_bytes: int, program: str = PROGRAM) -> None:
        self._memory_bytes = memory_bytes
        self._program = program
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def read(self, path: Path, *, tags: Sequence[str] = ()) -> dict[str, object]:
        """Return the file's tags as "Group:Name" → value, structures whole; all of them, or those named.

        Raises MetadataToolMissing, MetadataToolFailed.
        """
        asked = [f"-{_checked(tag)}" for tag in tags]
        common = ["-j", "-G1", "-struct", "-a", "-u", "-n", "-api", "largefilesupport=1"]
        answer = self._run([*common, *asked, _path(path)], time_s=READ_S)
        try:
            (found,) = json.loads(answer.output)
        except (ValueError, TypeError) as error:
            raise MetadataToolFailed(f"ExifTool can't read the file: {answer.errors or 'no answer'}.") from error
        if not isinstance(found, dict) or ("ExifTool:Error" in found and not tags):
            raise MetadataToolFailed(f"ExifTool can't read the file: {found.get('ExifTool:Error', 'no answer')}.")
        return found

    def write(
        self, path: Path, *, values: Mapping[str, object], clear: Sequence[str] = (), recode_iptc: bool = False
    ) -> str:
        """Write tags into a file (that is ours to change), or make a new sidecar; returns ExifTool's warnings.

        `clear` are tags to take away; `recode_iptc` brings all of IPTC to UTF-8 first.
        Raises MetadataToolMissing, MetadataToolFailed.
        """
        for tag in values:
            _checked(tag)
        target = ["-overwrite_original", "-n", "-api", "largefilesupport=1", _path(path)]
        if recode_iptc:
            # A command of its own: what is copied and what is set would be joined where a tag takes several values.
            self._change(["-tagsfromfile", "@", "-iptc:all", "-IPTC:CodedCharacterSet=UTF8", *target])
        arguments = [f"-{_checked(tag)}=" for tag in clear] + (["-IPTCDigest=new"] if recode_iptc else [])
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump([{"SourceFile": "*", **values}], file, ensure_ascii=False)
            file.flush()
            if values:
                arguments.append(f"-json={file.name}")
            return self._change([*arguments, *target])

    def _change(self, arguments: Sequence[str]) -> str:
        answer = self._run(arguments, time_s=WRITE_S)
        # Which stream the count comes on depends on where the values came from.
        said = f"{answer.output.decode('utf-8', 'replace')} {answer.errors}"
        if answer.failed or not _DONE.search(said):
            raise MetadataToolFailed(f"ExifTool can't write into the file: {answer.errors or 'no answer'}.")
        return _DONE.sub("", answer.errors).strip()

    def close(self) -> None:
        """End the process; it starts again when needed."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process id, for tests and logs."""
        return self._process.pid if self._process else None

    def _run(self, arguments: Sequence[str], *, time_s: float) -> _Answer:
        with self._lock:
            if self._process is None or not self._process.alive:
                self._end()
                self._process = _Process(self._program, memory_bytes=self._memory_bytes)
            try:
                return self._process.ask(arguments, time_s=time_s)
            except MetadataToolFailed:
                self._end()
                raise

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


class _Process:
    """One ExifTool process that waits for commands."""

    def __init__(self, program: str, *, memory_bytes: int) -> None:
        if shutil.which(program) is None:
            raise MetadataToolMissing(f"{MISSING} {HINT}")
        watched, self._lifeline = os.pipe()  # never written: its end tells the child that we are gone
        command = [sys.executable, "-P", "-m", "dam.engines.exiftool_child"]
        try:
            self._process = subprocess.Popen(
                [*command, "--lifeline", str(watched), "--memory", str(memory_bytes), program],
                pass_fds=(watched,),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=plain_environment() | {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as error:
            os.close(self._lifeline)
            raise MetadataToolFailed(f"ExifTool can't be started: {error.strerror}.") from error
        finally:
            os.close(watched)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, arguments: Sequence[str], *, time_s: float) -> _Answer:
        token = secrets.token_hex(8)
        number = str(secrets.randbelow(10**9))
        # ${status} is 0, or 1 and 2 for failures; both streams end in a word that no file can know beforehand.
        lines = ["-charset", "filename=utf8", *arguments, "-echo4", f"{token} ${{status}}", f"-execute{number}", ""]
        stdout, stderr = self._exchange(
            "\n".join(lines).encode(), (f"{{ready{number}}}\n".encode(), token.encode()), time_s=time_s
        )
        errors, _, status = stderr.decode("utf-8", "replace").rpartition(token)
        said = " ".join(errors.split())
        return _Answer(
            output=stdout.rpartition(b"{ready")[0], errors=said[:500].rstrip("."), failed=status.strip() != "0"
        )

    def _exchange(self, request: bytes, ends: tuple[bytes, bytes], *, time_s: float) -> tuple[bytes, bytes]:
        """Send a command and read both streams at once up to their ends, within the time. Raises."""
        process = self._process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise MetadataToolFailed("ExifTool was started without its pipes.")
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except OSError as error:
            raise MetadataToolFailed("ExifTool ended before it was asked.") from error
        until_s = time.monotonic() + time_s
        parts = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
        wanted = dict(zip(parts, ends, strict=True))
        with selectors.DefaultSelector() as selector:
            for descriptor in parts:
                selector.register(descriptor, selectors.EVENT_READ)
            while wanted:
                ready = selector.select(max(0.0, until_s - time.monotonic()))
                if not ready and time.monotonic() >= until_s:
                    raise MetadataToolFailed(f"ExifTool took longer than {time_s:.0f} s and was stopped.")
                for key, _ in ready:
                    self._take(key.fd, parts[key.fd])
                    end = wanted.get(key.fd)
                    if end is not None and end in parts[key.fd] and parts[key.fd].endswith(b"\n"):
                        del wanted[key.fd]
        out, err = parts.values()
        return bytes(out), bytes(err)

    @staticmethod
    def _take(descriptor: int, part: bytearray) -> None:
        block = os.read(descriptor, _BLOCK)
        if not block:
            raise MetadataToolFailed("ExifTool ended without an answer.")
        part += block
        if len(part) > _MOST_OUTPUT:
            raise MetadataToolFailed("The file has more metadata than can be worked with.")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        os.close(self._lifeline)


def _checked(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        raise ValueError(f"no tag: {tag!r}")
    return tag


def _path(path: Path) -> str:
    text = str(path.absolute())
    if not text.isprintable():
        raise MetadataToolFailed("ExifTool can't be given a path with such a name.")
    return text
