"""`make bench`, or `python -m tests.bench`: what this machine does with the product, beside others doing the same.

One run: each task has a process and an empty data folder of its own, and in it the rounds alternate between the
product and its peers, so that the machine's noise hits all alike. Printed are medians over the rounds, and the ratios
of the same rounds. Nothing is asserted, nothing of the user's is written to; fetched model weights are only read.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from dam.config import config
from tests.bench.machine import describe
from tests.bench.measure import Report
from tests.bench.show import TABLE, show, write_into

PARTS: dict[str, tuple[str, ...]] = {
    "photos": ("photos", "heavy"),
    "video": ("video",),
    "speech": ("speech",),
    "query": ("vectors", "fill", "search"),
    "memory": ("indexing_memory", "fill", "search_memory"),
    "faces": ("faces",),
    "seen": ("seen",),
    "sounds": ("sounds",),
    "tags": ("tags",),
    "look": ("measures",),
    "stages": ("stages",),
    "many": ("many_fill", "many", "many_answers"),
}
_ASKED_FOR = frozenset({"many"})  # minutes, and gigabytes on disk: `make bench-search`
_FILLED = ("fill", "search", "search_memory")  # they share one data folder
_MANY = PARTS["many"]  # these, too
_ON_ONE_THREAD = (
    "vectors",
    "tags",
    "many",
)  # beside numpy: two waiting threads on busy cores would measure the waiting
_LONGEST_S = 1800
_ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run the tasks one after the other, print what they found."""
    options = _options()
    began = time.monotonic()
    console = Console(width=None if sys.stdout.isatty() else 200)
    report = Report(about=describe())
    with tempfile.TemporaryDirectory(prefix="afterimage-bench-") as folder:
        for task in tasks_of(options.only):
            with Console(stderr=True).status(f"measuring: {task.replace('_', ' ')} …"):
                report = report.joined(_run(task, Path(folder), options))
    ended = {"load at the end": f"{os.getloadavg()[0]:.1f}", "took": f"{time.monotonic() - began:.0f} s"}
    report = report.joined(Report(about={"command": _command(), **ended}))
    if options.json:
        options.json.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    if options.document:
        write_into(report, options.document, name=options.table)
    show(report, console)


def tasks_of(parts: list[str]) -> list[str]:
    """Return the tasks of these parts (none: of all but those that are asked for), each once."""
    usual = [part for part in PARTS if part not in _ASKED_FOR]
    return list(dict.fromkeys(task for part in parts or usual for task in PARTS[part]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny amounts: to see that it runs, not to quote")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of each measurement (3; 1 with --quick)")
    parser.add_argument("--vectors", type=int, default=0, help="of the part `many` (100,000; 2,000 with --quick)")
    parser.add_argument("--dimensions", type=int, default=512, help="of the part `many` (512)")
    parser.add_argument("--only", type=_parts, default=[], metavar="PART,…", help=f"of: {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the report to a file")
    parser.add_argument("--document", type=Path, metavar="FILE", help="also put the table into this Markdown file")
    parser.add_argument("--table", default=TABLE, metavar="NAME", help=f"… between the marks of that name ({TABLE})")
    options = parser.parse_args()
    options.rounds = max(1, options.rounds or (1 if options.quick else 3))
    options.vectors = max(1_000, options.vectors or (2_000 if options.quick else 100_000))
    return options


def _parts(text: str) -> list[str]:
    parts = [part for part in text.split(",") if part]
    for part in parts:
        if part not in PARTS:
            raise argparse.ArgumentTypeError(f"“{part}” is none of {', '.join(PARTS)}")
    return parts


def _run(task: str, folder: Path, options: argparse.Namespace) -> Report:
    shared = "filled" if task in _FILLED else "many" if task in _MANY else task
    data = folder / shared / "data"
    scratch, out = folder / task / "scratch", folder / f"{task}.json"
    for place in (data, scratch):
        place.mkdir(parents=True, exist_ok=True)
    models = config().places.models
    if models.is_dir() and not (data / "models").exists():
        (data / "models").symlink_to(models)
    command = [sys.executable, "-m", "tests.bench.task", task, "--rounds", str(options.rounds)]
    command += ["--vectors", str(options.vectors), "--dimensions", str(options.dimensions)]
    command += ["--scratch", str(scratch), "--out", str(out), *(["--quick"] if options.quick else [])]
    try:
        subprocess.run(
            command,
            cwd=_ROOT,
            env=_environment(task, data),
            check=True,
            timeout=_LONGEST_S,
            stdout=subprocess.DEVNULL,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return Report(remarks=(f"{task}: it failed: {error}",))
    return Report.from_json(json.loads(out.read_text(encoding="utf-8")))


def _environment(task: str, data: Path) -> dict[str, str]:
    ours = {
        "AFTERIMAGE_DATA": str(data),
        "AFTERIMAGE_OFFLINE": "1",
        "AFTERIMAGE_DATABASE_URL": "",
        "AFTERIMAGE_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "dam.settings",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # of weights that are made here
        "HF_HUB_OFFLINE": "1",
    }
    if task in _ON_ONE_THREAD:  # numpy's threads are set by its first import
        ours["OPENBLAS_NUM_THREADS"] = "1"
    return {**os.environ, **ours}


def _command() -> str:
    return " ".join(["python -m tests.bench", *sys.argv[1:]])


if __name__ == "__main__":
    main()
