"""The title and the description: their length, what they may hold, and the caption that editorial use asks for."""

from dam.stock.captions import caption_start, editorial_caption
from dam.stock.checks.limits import broken, cell, counted, error, warning
from dam.stock.item import Fix, Item, Surroundings, Violation
from dam.stock.profile import Profile, TextRules
from dam.stock.wording import mentions, names_in, protected, tired


def check_title(item: Item, agency: Profile, _around: Surroundings) -> list[Violation]:
    """Check the title."""
    found = _text("title", item.title, agency.title, item, agency) if agency.title.sent else []
    if agency.title.sent and not agency.title.people and not item.editorial:
        people = names_in(item.title, item.rights.named)
        if people:
            fix = Fix(label="Leave the name out", value=_without(item.title, people))
            message = f"{agency.name} wants no people's names in titles"
            found.append(
                broken(agency, "title.people", "title", message, limit="", actual=", ".join(people), fix=fix)
            )
    return found


def check_description(item: Item, agency: Profile, _around: Surroundings) -> list[Violation]:
    """Check the description."""
    if not agency.description.sent:
        return []
    return _text("description", item.description, agency.description, item, agency)


def _text(field: str, text: str, rules: TextRules, item: Item, agency: Profile) -> list[Violation]:
    if not text.strip():
        if not rules.required:
            return []
        fix = _from_other(field, item)
        missing = f"{agency.name} needs a {field}"
        return [broken(agency, f"{field}.required", field, missing, limit="", actual="none", fix=fix)]
    found = [*cell(field, text), *_lengths(field, text, rules, agency)]
    for sign in rules.without:
        if sign in text:
            fix = Fix(label=f"Take out “{sign}”", value=" ".join(text.replace(sign, " ").split()))
            message = f"{agency.name} takes no “{sign}” in a {field}"
            found.append(broken(agency, f"{field}.without", field, message, limit="", actual=sign, fix=fix))
    return [*found, *_caption(field, text, item, agency), *_words(field, text, item)]


def _lengths(field: str, text: str, rules: TextRules, agency: Profile) -> list[Violation]:
    found = []
    if rules.longest is not None and len(text) > rules.longest:
        limit, actual = counted(rules.longest, "character"), str(len(text))
        found.append(
            broken(agency, f"{field}.longest", field, f"The {field} is too long", limit=limit, actual=actual)
        )
    if rules.shortest is not None and len(text) < rules.shortest:
        limit, actual = f"at least {counted(rules.shortest, 'character')}", str(len(text))
        found.append(
            broken(agency, f"{field}.shortest", field, f"The {field} is too short", limit=limit, actual=actual)
        )
    return found


def _caption(field: str, text: str, item: Item, agency: Profile) -> list[Violation]:
    """Check that an editorial caption says where and when, in the agency's own form."""
    if not item.editorial or agency.editorial.caption_in != field:
        return []
    start = caption_start(item, agency.editorial)
    if not start or text.casefold().startswith(start.casefold()):
        return _unknown_place(field, item, agency)
    built = editorial_caption(item, agency.editorial, text)
    fix = Fix(label="Begin with place and date", value=built)
    message = "Editorial captions begin with place and date"
    return [broken(agency, "editorial.caption", field, message, limit=start, actual=text[:40], fix=fix)]


def _unknown_place(field: str, item: Item, agency: Profile) -> list[Violation]:
    missing = []
    if agency.editorial.caption:
        missing = [name for name, value in (("city", item.spot.city), ("country", item.spot.country)) if not value]
        missing += [] if item.taken_on else ["date"]
    if not missing:
        return []
    message = f"An editorial caption needs the {' and the '.join(missing)}: add it to the asset's metadata"
    return [broken(agency, "editorial.caption", field, message, limit="", actual="unknown")]


def _words(field: str, text: str, item: Item) -> list[Violation]:
    found = []
    marks = mentions(text, protected())
    if marks and not item.editorial:
        found.append(error(field, "It names what may be a trademark", actual=", ".join(marks)))
    worn = mentions(text, tired())
    if worn and field == "title":
        found.append(warning(field, "It holds words that say nothing to a buyer", actual=", ".join(worn)))
    return found


def _from_other(field: str, item: Item) -> Fix | None:
    other = item.description if field == "title" else item.title
    if not other.strip():
        return None
    return Fix(label=f"Take the {'description' if field == 'title' else 'title'}", value=other)


def _without(title: str, people: tuple[str, ...]) -> str:
    for name in people:
        at = title.casefold().find(name.casefold())
        if at >= 0:
            title = f"{title[:at]}{title[at + len(name) :]}"
    return " ".join(title.split()).strip(" ,-–")
