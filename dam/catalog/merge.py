"""Two that changed the same fields since they last agreed, brought together: pure, field by field.

The catalogue holds `ours`; `then` and `now` are what one outside place (a file or its sidecar) said when it was last
read and says now; `agreed` is what both sides last agreed on. What the outside did not change stays ours; what we
did not change becomes theirs; where both changed, keywords are joined and for the rest the user's rule decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dam.types import MediaMetadata, MergeRule, MetadataField

Values = Mapping[str, Any]  # by names of `MetadataField`, in the shapes of `AssetMetadata`
FIELDS = tuple(item.value for item in MetadataField)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What holds now, what was agreed on, and the fields in which both had changed to different values."""

    ours: dict[str, Any]
    agreed: dict[str, Any]
    conflicts: tuple[str, ...] = field(default=())


def values_of(metadata: MediaMetadata) -> dict[str, Any]:
    """Return the fields that a user may edit, as they are stored."""
    said = {name: getattr(metadata, name) for name in FIELDS}
    said["keywords"] = list(metadata.keywords)
    return said


def merge(*, ours: Values, agreed: Values, then: Values, now: Values, rule: MergeRule, theirs_newer: bool) -> Merged:
    """Bring both sides together; `theirs_newer` tells who changed last, for the rule NEWEST."""
    after, settled, conflicts = dict(ours), dict(agreed), []
    theirs_win = rule is MergeRule.THEIRS or (rule is MergeRule.NEWEST and theirs_newer)
    for name in FIELDS:
        mine, theirs, before = ours.get(name), now.get(name), agreed.get(name)
        if same(theirs, then.get(name)):
            continue
        if same(mine, theirs) or same(mine, before):
            after[name] = settled[name] = theirs
        elif name == MetadataField.KEYWORDS:
            after[name] = merge_keywords(mine or [], then.get(name) or [], theirs or [])
            settled[name] = theirs
        else:
            conflicts.append(name)
            settled[name] = theirs
            after[name] = theirs if theirs_win else mine
    return Merged(ours=after, agreed=settled, conflicts=tuple(conflicts))


def merge_keywords(ours: Sequence[str], then: Sequence[str], now: Sequence[str]) -> list[str]:
    """Return ours with what they added, without what they took away; letter case tells no two keywords apart."""
    before, after = {_key(word) for word in then}, {_key(word) for word in now}
    kept = [word for word in ours if _key(word) in after or _key(word) not in before]
    have = {_key(word) for word in kept}
    return [*kept, *(word for word in now if _key(word) not in before and _key(word) not in have)]


def same(one: Any, other: Any) -> bool:
    """Tell whether two values say the same; none, no text and no stars do."""
    return bool((one or None) == (other or None))


def _key(word: str) -> str:
    return word.casefold()
