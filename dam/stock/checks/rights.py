"""Whether it may be sold for any use: recognised people and writing without a release make it editorial."""

from dam.stock.checks.limits import counted, error, warning
from dam.stock.item import Item, Rights, Surroundings, Violation
from dam.stock.profile import Profile, Told

_MOST_NAMED = 3


def check_rights(item: Item, agency: Profile, _around: Surroundings) -> list[Violation]:
    """Check that what is sent for any use has its releases, and say what the agency must be told by hand."""
    rights = item.rights
    if item.editorial:
        return _editorial(item, agency)
    found = []
    if rights.needs_model:
        message = f"{people_without_release(rights)} without a model release: attach one, or send it as editorial"
        found.append(error("editorial", message, limit="a release on file"))
    if rights.needs_property:
        lines = ", ".join(f"“{line[:30]}”" for line in rights.writing[:_MOST_NAMED])
        message = "It shows writing that may be somebody's name or logo: look at it, or attach a property release"
        found.append(warning("editorial", message, limit="a release on file", actual=lines))
    return found


def why_editorial(item: Item) -> str:
    """Return why an item is editorial although nobody chose it; "" where somebody did, or where it is not."""
    if item.said_editorial is not None or not item.editorial:
        return ""
    if item.rights.needs_model:
        return f"{people_without_release(item.rights)} without a model release"
    return f"writing in it (“{item.rights.writing[0][:30]}”) without a property release"


def people_without_release(rights: Rights) -> str:
    """Return who is to be recognised without a release, in words."""
    named = ", ".join(rights.unreleased[:_MOST_NAMED])
    more = len(rights.unreleased) - _MOST_NAMED
    parts = [f"{named} and {more} more" if more > 0 else named] if named else []
    if rights.strangers:
        parts.append(f"{counted(rights.strangers, 'unnamed face')}")
    return " and ".join(parts)


def _editorial(item: Item, agency: Profile) -> list[Violation]:
    told_in_csv = agency.editorial.how is Told.COLUMN
    if told_in_csv or item.kind not in agency.kinds:
        return []
    message = f"{agency.name} is not told by the export that it is editorial: say so on its own page after the upload"
    return [warning("editorial", message)]
