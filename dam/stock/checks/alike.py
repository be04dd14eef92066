"""What looks the same: within the submission, and among what was sent before."""

from dam.stock.checks.limits import warning
from dam.stock.item import Item, Surroundings, Violation
from dam.stock.profile import Profile

_MOST_NAMED = 3


def check_alike(_item: Item, agency: Profile, around: Surroundings) -> list[Violation]:
    """Warn of near-duplicates: agencies refuse the second of them, and close accounts over many."""
    found = []
    beside = [other for other in around.alike if not other.sent]
    before = [other for other in around.alike if other.sent]
    most = agency.versions
    if beside and (most is None or len(beside) + 1 > most):
        names = _names([other.name for other in beside])
        message = f"It looks like {names} of this submission"
        limit = f"{most} versions of one motif" if most is not None else ""
        found.append(warning("file", message, limit=limit, actual=f"{len(beside) + 1} alike"))
    elif beside:
        names = _names([other.name for other in beside])
        found.append(warning("file", f"It looks like {names} of this submission: send both only if they differ"))
    if around.sent_before:
        found.append(warning("file", f"It went to {agency.name} on {around.sent_before} already"))
    elif before:
        names = _names([f"{other.name} ({other.sent})" for other in before])
        found.append(warning("file", f"It looks like what went to {agency.name} before: {names}"))
    return found


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
