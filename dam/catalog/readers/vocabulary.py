"""The user's own keywords: every path that is in use, how often, and the ones used last."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dam.catalog import words
from dam.catalog.keywords import key, leaf, parts
from dam.catalog.lexicon import folded
from dam.catalog.models import AssetMetadata
from dam.catalog.remembered import Remembered

_USED_LAST = 200

_used: dict[str, str] = {}


@dataclass(frozen=True)
class Vocabulary:
    """Keywords as the user writes them, with the number of assets that have each."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def by_leaf(self) -> Mapping[str, list[str]]:
        """The paths by their last word, folded; the most used first."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.counts, key=lambda path: (-self.counts[path], path)):
            found[folded(leaf(path))].append(path)
        return found

    def path_of(self, word: str) -> str:
        """Return the path that the user gives most for a word; "" where it is none of theirs."""
        return next(iter(self.by_leaf.get(folded(word), ())), "")


def vocabulary() -> Vocabulary:
    """Return the keywords in use; as a rule some seconds old, but with those that were used here since."""
    known = _KEYWORDS()
    keys = {key(path) for path in known.counts} if _used else set[str]()
    fresh = {path: 1 for used, path in _used.items() if used not in keys}
    return Vocabulary({**known.counts, **fresh}) if fresh else known


def beginning(typed: str, *, limit: int) -> list[tuple[str, int]]:
    """Return (path, assets) for paths in which a word begins so; those whose last word does first."""
    start = words.folded(typed.replace("|", " "))
    known = vocabulary()
    if not start:
        recent = [path for path in reversed(_used.values()) if path in known.counts]
        common = sorted(known.counts, key=lambda path: (-known.counts[path], path))
        return [(path, known.counts[path]) for path in dict.fromkeys([*recent, *common])][:limit]
    ranked = []
    for path, count in known.counts.items():
        names = [words.folded(part) for part in parts(path)]
        whole = " ".join(names)
        place = 0 if names and names[-1].startswith(start) else 1 if whole.startswith(start) else 2
        if place < 2 or f" {start}" in whole:
            ranked.append((place, -count, path))
    return [(path, -less) for _, less, path in sorted(ranked)[:limit]]


def just_used(paths: Iterable[str]) -> None:
    """Remember keywords that somebody gave here just now, the last one last."""
    for path in paths:
        _used.pop(key(path), None)
        _used[key(path)] = path
    while len(_used) > _USED_LAST:
        del _used[next(iter(_used))]


def forget() -> None:
    """Forget what was used here (tests: another catalogue)."""
    _used.clear()


def _load() -> Vocabulary:
    ways: dict[str, Counter[str]] = defaultdict(Counter)
    for said in AssetMetadata.objects.exclude(keywords=[]).values_list("keywords", flat=True).iterator():
        for word in said:
            if parts(str(word)):
                ways[key(str(word))][str(word)] += 1
    return Vocabulary({spelled.most_common(1)[0][0]: spelled.total() for spelled in ways.values()})


_KEYWORDS = Remembered(_load)
