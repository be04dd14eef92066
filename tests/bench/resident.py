"""How much memory processes hold, from Linux's /proc; elsewhere nothing is known."""

import re
from pathlib import Path

PROC = Path("/proc")


def peak_mb(pid: int | str = "self") -> float | None:
    """Return the most that a process has held since its start (VmHWM), in MB, or None where that is not known."""
    return _field(pid, "VmHWM")


def now_mb(pid: int | str = "self") -> float | None:
    """Return what a process holds (VmRSS), in MB, or None where that is not known."""
    return _field(pid, "VmRSS")


def children_of(pid: int, *, running: str) -> list[int]:
    """Return the children of a process whose command line holds `running`."""
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:  # it ended meanwhile
            continue
        if parent == pid and running in command:
            found.append(int(folder.name))
    return found


def _field(pid: int | str, name: str) -> float | None:
    try:
        text = (PROC / str(pid) / "status").read_text()
    except OSError:
        return None
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else None
