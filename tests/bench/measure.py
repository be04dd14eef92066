"""The arithmetic of the benchmark: the order of the rounds, medians, percentiles, ratios. No clock, no files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, TypeVar

OURS = "Afterimage"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: `beside` is this value ÷ ours of the same round (the median over the rounds)."""

    what: str
    who: str
    value: float
    unit: str
    beside: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one task measured; `remarks` say what could not run here and why.

    `line` is what the last line of output says instead of all of it, where a task chose its figures.
    """

    figures: tuple[Figure, ...] = ()
    remarks: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)

    def joined(self, other: "Report") -> "Report":
        """Return both, in order."""
        return Report(
            figures=self.figures + other.figures,
            remarks=self.remarks + other.remarks,
            about=self.about | other.about,
            line=self.line | other.line,
        )

    def as_json(self) -> dict[str, Any]:
        """Return plain values for `json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Report":
        """Return what `as_json` gave."""
        return cls(
            figures=tuple(Figure(**figure) for figure in values["figures"]),
            remarks=tuple(values["remarks"]),
            about=dict(values["about"]),
            line=dict(values.get("line", {})),
        )


def orders(names: Sequence[str], rounds: int) -> list[list[str]]:
    """Return who runs when, a list per round: each round begins with the next one, so that nobody is always first."""
    return [[names[(place + number) % len(names)] for place in range(len(names))] for number in range(rounds)]


def interleaved(contenders: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run every contender once per round; return what each gave, by round."""
    values: dict[str, list[T]] = {name: [] for name in contenders}
    for order in orders(list(contenders), rounds):
        for name in order:
            values[name].append(contenders[name]())
    return values


def figures_of(
    what: str, unit: str, values: Mapping[str, Sequence[float]], *, notes: Mapping[str, str] | None = None
) -> tuple[Figure, ...]:
    """Return a figure per contender: the median of its rounds, and beside it its ratio to ours."""
    ours = values.get(OURS)
    return tuple(
        Figure(
            what=what,
            who=who,
            value=median(given),
            unit=unit,
            beside=None if who == OURS or ours is None else ratio(given, ours),
            note=(notes or {}).get(who, ""),
        )
        for who, given in values.items()
    )


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """Return the median over the rounds of theirs ÷ ours: noise that hits a whole round cancels out."""
    return median(one / other for one, other in zip(theirs, ours, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of all do not exceed (nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(0, int(rank) - 1)]


def latency_figures(
    what: str, rounds: Mapping[str, Sequence[Sequence[float]]], *, notes: Mapping[str, str] | None = None
) -> tuple[Figure, ...]:
    """Return p50 and p95 per contender from the milliseconds of each round's queries: medians over the rounds."""
    found: tuple[Figure, ...] = ()
    for percent in (50, 95):
        values = {who: [percentile(each, percent) for each in given] for who, given in rounds.items()}
        found += figures_of(f"{what}, p{percent}", "ms", values, notes=notes if percent == 50 else None)
    return found
