"""Where edits are written to, and who is right when two changed the same field: the user's choices."""

from dam.catalog.models import Preference
from dam.types import MergeRule, WriteMode

_MODE, _RULE = "metadata_write", "metadata_merge"


def write_mode() -> WriteMode:
    """Return where edits are written to; a sidecar unless the user chose otherwise."""
    value = Preference.objects.filter(key=_MODE).values_list("value", flat=True).first()
    return WriteMode(value) if value in set(WriteMode) else WriteMode.SIDECAR


def merge_rule() -> MergeRule:
    """Return who is right; the newest unless the user chose otherwise."""
    value = Preference.objects.filter(key=_RULE).values_list("value", flat=True).first()
    return MergeRule(value) if value in set(MergeRule) else MergeRule.NEWEST


def choose_mode(mode: WriteMode) -> None:
    """Write edits there from now on."""
    Preference.objects.update_or_create(key=_MODE, defaults={"value": mode.value})


def choose_rule(rule: MergeRule) -> None:
    """Let that side be right from now on."""
    Preference.objects.update_or_create(key=_RULE, defaults={"value": rule.value})
