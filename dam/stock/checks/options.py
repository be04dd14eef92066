"""What else an agency wants of an asset: a category, a price, a code."""

import re

from dam.stock.checks.limits import broken, cell
from dam.stock.item import Item, Surroundings, Violation
from dam.stock.profile import Option, Profile, ValueKind
from dam.types import Severity

_AMOUNT = re.compile(r"^\d{1,6}(\.\d{1,2})?$")
_FORMS = {
    ValueKind.AMOUNT: ("an amount such as 25 or 24.99", _AMOUNT),
    ValueKind.YES_NO: ("yes or no", re.compile(r"^(yes|no)$")),
}


def check_category(item: Item, agency: Profile, _around: Surroundings) -> list[Violation]:
    """Check how many categories there are, and that the agency has them."""
    rules, chosen = agency.category, item.categories
    if not rules.most:
        return []
    known = {choice.key for choice in rules.choices}
    unknown = [key for key in chosen if key not in known]
    if unknown:
        message = f"{agency.name} has no such category"
        return [broken(agency, "category.choices", "category", message, limit="", actual=", ".join(unknown))]
    if len(chosen) > rules.most:
        limit = f"at most {rules.most}"
        message = "There are too many categories"
        return [broken(agency, "category.most", "category", message, limit=limit, actual=str(len(chosen)))]
    if len(chosen) < max(rules.least, int(rules.needed)):
        message = "It has no category"
        limit = f"1 to {rules.most}" if rules.most > 1 else "one"
        return [
            Violation(
                field="category",
                # An agency that only recommends one takes it without, too.
                severity=Severity.ERROR if rules.least and agency.is_verified("category") else Severity.WARNING,
                message=message,
                limit=limit,
                actual="none",
                verified=agency.is_verified("category"),
            )
        ]
    return []


def check_options(item: Item, agency: Profile, _around: Surroundings) -> list[Violation]:
    """Check the further columns that its kind has."""
    wanted = [option for option in agency.options if item.kind in option.kinds]
    return [each for option in wanted for each in _option(option, item.choices.get(option.key, "").strip(), agency)]


def _option(option: Option, value: str, agency: Profile) -> list[Violation]:
    if not value:
        if not option.required:
            return []
        message = f"{agency.name} needs this for each asset: say it here, or under Options for all"
        return [broken(agency, f"options.{option.key}", option.key, message, limit="", actual="none")]
    if option.kind in _FORMS and not _FORMS[option.kind][1].match(value):
        limit = _FORMS[option.kind][0]
        message = f"{option.name} is not written so"
        return [Violation(field=option.key, severity=Severity.ERROR, message=message, limit=limit, actual=value)]
    return [] if option.kind in _FORMS else cell(option.key, value)
