"""The keywords: how many, how long, and none of them twice."""

from dam.stock.checks.limits import broken, cell, counted, error, warning
from dam.stock.item import Fix, Item, Surroundings, Violation
from dam.stock.profile import Profile
from dam.stock.wording import mentions, names_in, protected, same, tired, twins


def check_keywords(item: Item, agency: Profile, _around: Surroundings) -> list[Violation]:
    """Check the keywords in their order."""
    return [*_counts(item, agency), *_lengths(item, agency), *_repeated(item), *_signs(item, agency), *_words(item)]


def _counts(item: Item, agency: Profile) -> list[Violation]:
    rules, count = agency.keywords, len(item.keywords)
    if count < rules.least:
        limit = f"at least {counted(rules.least, 'keyword')}"
        part = "keywords.least"
        return [broken(agency, part, "keywords", "There are too few keywords", limit=limit, actual=str(count))]
    if rules.most is not None and count > rules.most:
        limit = f"at most {counted(rules.most, 'keyword')}"
        fix = Fix(label=f"Keep the first {rules.most}", value=item.keywords[: rules.most])
        part, message = "keywords.most", "There are too many keywords"
        return [broken(agency, part, "keywords", message, limit=limit, actual=str(count), fix=fix)]
    return []


def _lengths(item: Item, agency: Profile) -> list[Violation]:
    found, rules = [], agency.keywords
    if rules.longest_each is not None:
        long = [word for word in item.keywords if len(word) > rules.longest_each]
        if long:
            limit = counted(rules.longest_each, "character")
            message = "A keyword is too long"
            actual = f"“{long[0][:30]}…” has {len(long[0])}"
            found.append(broken(agency, "keywords.longest_each", "keywords", message, limit=limit, actual=actual))
    whole = len(rules.separator.join(item.keywords))
    if rules.longest_all is not None and whole > rules.longest_all:
        limit = counted(rules.longest_all, "character")
        message = "All keywords together are too long"
        found.append(broken(agency, "keywords.longest_all", "keywords", message, limit=limit, actual=f"{whole:,}"))
    return found


def _repeated(item: Item) -> list[Violation]:
    words = item.keywords
    again = twins(words)
    if not again:
        return []
    gone = {at for at, _ in again}
    kept = tuple(word for at, word in enumerate(words) if at not in gone)
    equal = [words[at] for at, first in again if same(words[at], words[first])]
    plural = [f"{words[first]}/{words[at]}" for at, first in again if not same(words[at], words[first])]
    found = []
    fix = Fix(label=f"Drop the later {'one' if len(gone) == 1 else str(len(gone))}", value=kept)
    if equal:
        found.append(error("keywords", "Some keywords stand there twice", actual=", ".join(equal), fix=fix))
    if plural:
        message = "Some keywords are singular and plural of the same word"
        found.append(warning("keywords", message, actual=", ".join(plural), fix=fix))
    return found


def _signs(item: Item, agency: Profile) -> list[Violation]:
    separator = agency.keywords.separator
    split = [word for word in item.keywords if separator in word]
    if split:
        parts = (part.strip() for word in item.keywords for part in word.split(separator))
        fix = Fix(label="Make a keyword of each part", value=tuple(dict.fromkeys(part for part in parts if part)))
        message = f"A keyword holds “{separator}”, which parts keywords"
        return [error("keywords", message, actual=split[0], fix=fix)]
    for at, word in enumerate(item.keywords):
        wrong = cell("keywords", word)
        if wrong:
            fixed = wrong[0].fix.value if wrong[0].fix else ""
            others = tuple(str(fixed) if place == at else each for place, each in enumerate(item.keywords))
            fix = Fix(label=wrong[0].fix.label if wrong[0].fix else "Drop it", value=tuple(filter(None, others)))
            return [error("keywords", wrong[0].message, actual=word[:40], fix=fix)]
    return []


def _words(item: Item) -> list[Violation]:
    found = []
    marked = [word for word in item.keywords if mentions(word, protected())]
    if marked and not item.editorial:
        fix = Fix(label="Leave them out", value=tuple(word for word in item.keywords if word not in marked))
        found.append(error("keywords", "Some may be trademarks", actual=", ".join(marked), fix=fix))
    worn = [word for word in item.keywords if mentions(word, tired())]
    if worn:
        fix = Fix(label="Leave them out", value=tuple(word for word in item.keywords if word not in worn))
        found.append(warning("keywords", "Some say nothing to a buyer", actual=", ".join(worn), fix=fix))
    people = [] if item.editorial else [word for word in item.keywords if names_in(word, item.rights.named)]
    if people:
        fix = Fix(label="Leave them out", value=tuple(word for word in item.keywords if word not in people))
        found.append(warning("keywords", "Some are names of people", actual=", ".join(people), fix=fix))
    return found
