"""Judgements as a table for people (Markdown, which reads well in a terminal, too) and as plain values."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from search.judged.judge import BEYOND, Judgement
from search.judged.measure import Tally

_HEAD = (
    "| asked | questions | nothing good | wrong | precision | recall | @1 | @5 | @10 | MRR | wrong at -2 … 2 |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
)


def as_markdown(judgements: Sequence[Judgement]) -> str:
    """Return a table per size; “wrong” is an answer that was lost, or something good where there is no answer."""
    return "\n\n".join(_section(one) for one in judgements)


def as_values(judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """Return the same for `json`, with the questions that went wrong."""
    return [{**asdict(one), "lost": one.lost(), "fooled": one.fooled(), "kept": 1 - one.lost()} for one in judgements]


def _section(one: Judgement) -> str:
    libraries = "one library" if one.libraries == 1 else f"{one.libraries} libraries"
    title = (
        f"**{one.pictures:,} pictures** ({libraries}): {one.lost():.1%} of the answers lost, "
        f"{1 - one.fooled():.1%} of the questions without an answer told “nothing good”"
    )
    return "\n".join([title, "", *_HEAD, *(_row(each) for each in sorted(one.tallies, key=_order))])


def _order(one: Tally) -> tuple[bool, bool, str]:
    return not one.must, one.kind in BEYOND, one.kind


def _row(one: Tally) -> str:
    cells = [
        f"{one.kind}{' *' if one.kind in BEYOND else ''}", str(one.count), _percent(one.nothing_good),
        _percent(one.missed), _percent(one.precision), _percent(one.recall), _percent(one.first),
        _percent(one.first_five), _percent(one.first_ten), "" if one.mrr is None else f"{one.mrr:.2f}",
        " · ".join(f"{100 * share:.0f}" for share in one.by_strictness),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
