"""One task of the benchmark, in a process and a data folder of its own: `python -m tests.bench.task NAME …`.

Started by `tests.bench`, with the environment set; leaves its report as JSON in the file that it is told.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import django

from tests.bench.measure import Report

TASKS = (
    *("photos", "heavy", "video", "speech", "vectors", "fill", "search", "search_memory", "indexing_memory"),
    *("faces", "seen", "sounds", "tags", "measures", "stages"),
    *("many_fill", "many", "many_answers"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much is measured; `scratch` is a folder that is deleted afterwards."""

    rounds: int
    quick: bool
    scratch: Path
    vectors: int = 100_000  # of the tasks that ask among many
    dimensions: int = 512


def main() -> None:
    """Run the task and write its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=TASKS)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    django.setup()
    from dam.catalog.upgrade import bring_up_to_date  # models can be imported only now

    bring_up_to_date()
    # Each task is a module with one function, imported here so that none pays for another's libraries.
    measure: Callable[[Settings], Report] = import_module(f"tests.bench.{options.name}").measure
    report = measure(
        Settings(
            rounds=options.rounds,
            quick=options.quick,
            scratch=options.scratch,
            vectors=options.vectors,
            dimensions=options.dimensions,
        )
    )
    options.out.write_text(json.dumps(report.as_json()), encoding="utf-8")


if __name__ == "__main__":
    main()
