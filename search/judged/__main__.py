"""`python -m search.judged`, in the data folder that its environment names: started by `manage.py judge`.

Leaves its findings as JSON in the file that it is told; says on standard output what it is at.
"""

import argparse
import json
import os
from pathlib import Path

import django


def main() -> None:
    """Prepare the empty catalogue, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", required=True)
    parser.add_argument("--each", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    django.setup()
    # Models can be imported only now.
    from dam import wiring
    from dam.catalog.upgrade import bring_up_to_date
    from search.judged.judge import judge
    from search.judged.report import as_markdown, as_values

    bring_up_to_date()
    found = judge(
        wiring.embedder(),
        sizes=options.sizes,
        each=options.each,
        seed=options.seed,
        processes=os.cpu_count() or 1,
        on_step=lambda step: print(step, flush=True),  # noqa: T201 - the command that started it reads along
    )
    answer = {"table": as_markdown(found), "judgements": as_values(found)}
    options.out.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
