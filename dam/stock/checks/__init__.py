"""One item against one agency: every violation, field by field.

    violations(item, agency, around=Surroundings())   # -> [Violation(field="title", …), …], errors first

Nothing here reads a file or the catalogue; what a check can't know (None) it does not judge.
"""

from dam.stock.checks.alike import check_alike
from dam.stock.checks.file import check_file, check_name, check_quality
from dam.stock.checks.keywords import check_keywords
from dam.stock.checks.options import check_category, check_options
from dam.stock.checks.rights import check_rights
from dam.stock.checks.text import check_description, check_title
from dam.stock.item import Item, Surroundings, Violation
from dam.stock.profile import Profile
from dam.types import Severity

__all__ = ["FIELDS", "blocking", "violations"]

FIELDS = ("file", "file_name", "title", "description", "keywords", "category", "editorial")

_CHECKS = (
    check_file, check_quality, check_alike, check_name, check_title, check_description, check_keywords,
    check_category, check_rights, check_options,
)  # fmt: skip


def violations(item: Item, agency: Profile, *, around: Surroundings | None = None) -> list[Violation]:
    """Return what stands in the way of sending an item to an agency, errors first, in the order of the fields."""
    where = around or Surroundings()
    found = [each for check in _CHECKS for each in check(item, agency, where)]
    return sorted(found, key=lambda each: each.severity is not Severity.ERROR)


def blocking(found: list[Violation], *, allow_warnings: bool) -> list[Violation]:
    """Return those that keep an item from being exported."""
    return [each for each in found if not allow_warnings or each.severity is Severity.ERROR]
