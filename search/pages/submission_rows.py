"""One asset of a submission as its row shows it: fields with counters and problems, choices, suggestions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from dam.catalog.readers.browse import Tile, tiles_of_assets
from dam.stock.checks.rights import why_editorial
from dam.stock.gather import Gathered
from dam.stock.item import Violation
from dam.stock.profile import Option, Profile, TextRules
from dam.stock.wording import leaf
from dam.types import Severity

PAGE = 50
_TEXTS = ("title", "description", "keywords")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a row: what is in it, how long it is and may be, what is wrong; if it is said here alone."""

    name: str
    label: str
    value: str
    count: int
    limit: str
    problems: tuple[Violation, ...]
    here_only: bool = False

    @property
    def is_wrong(self) -> bool:
        """Tell whether an error stands at it."""
        return any(each.severity is Severity.ERROR for each in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: `fields` by name, and `options` with what is said of this asset alone."""

    gathered: Gathered
    tile: Tile | None
    fields: Mapping[str, Field]
    options: Sequence[tuple[Option, Field]]
    names: tuple[str, ...]
    why_editorial: str
    first: int

    @property
    def id(self) -> int:
        """The asset."""
        return self.gathered.item.asset_id

    @property
    def shown(self) -> list[Field]:
        """The fields that the row has for its agency."""
        return [self.fields[name] for name in self.names]

    @property
    def state(self) -> str:
        """In a word: ready, warnings or errors."""
        if self.gathered.errors:
            return "errors"
        return "warnings" if self.gathered.warnings else "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many assets of a submission are ready, have warnings alone, have errors."""

    ready: int
    warnings: int
    errors: int

    @property
    def whole(self) -> int:
        """All of them."""
        return self.ready + self.warnings + self.errors

    @property
    def problems(self) -> int:
        """Those with anything in their way."""
        return self.warnings + self.errors


def counts(every: Iterable[Gathered]) -> Counts:
    """Count the assets of a submission by what stands in their way."""
    ready = warnings = errors = 0
    for each in every:
        if each.errors:
            errors += 1
        elif each.warnings:
            warnings += 1
        else:
            ready += 1
    return Counts(ready=ready, warnings=warnings, errors=errors)


def rows(some: Sequence[Gathered], agency: Profile) -> list[Row]:
    """Return the rows of some assets: one query for all their pictures."""
    tiles = {tile.asset_id: tile for tile in tiles_of_assets([each.item.asset_id for each in some])}
    return [row(each, agency, tile=tiles.get(each.item.asset_id)) for each in some]


def row(each: Gathered, agency: Profile, *, tile: Tile | None = None) -> Row:
    """Return one asset's row."""
    item, said = each.item, each.said
    wrong: dict[str, list[Violation]] = {}
    for found in each.violations:
        wrong.setdefault(found.field, []).append(found)

    def field(
        name: str, label: str, value: str, *, count: int = 0, limit: str = "", here_only: bool = False
    ) -> Field:
        problems = tuple(wrong.get(name, ()))
        return Field(
            name=name, label=label, value=value, count=count, limit=limit, problems=problems, here_only=here_only
        )

    fields = {
        "file": field("file", "File", item.own_name),
        "file_name": field(
            "file_name",
            "Name of the copy",
            item.file_name,
            count=len(item.file_name),
            limit=str(agency.file.name_longest or ""),
            here_only=bool(said.file_name),
        ),
        "title": field(
            "title",
            "Title",
            item.title,
            count=len(item.title),
            limit=_limit(agency.title),
            here_only=said.title is not None,
        ),
        "description": field(
            "description",
            "Description",
            item.description,
            count=len(item.description),
            limit=_limit(agency.description),
            here_only=said.description is not None,
        ),
        "keywords": field(
            "keywords",
            "Keywords",
            "\n".join(item.keywords),
            count=len(item.keywords),
            limit=_keyword_limit(agency),
            here_only=said.keywords is not None,
        ),
        "category": field("category", "Category", ",".join(item.categories)),
        "editorial": field("editorial", "Editorial use", _YES_NO.get(said.editorial, "")),
    }
    # One that is said of all stands in a row only where something is wrong with it.
    theirs = [each for each in agency.options if (each.each or each.key in wrong) and item.kind in each.kinds]
    return Row(
        gathered=each,
        tile=tile,
        fields=fields,
        options=[(option, field(option.key, option.name, said.choices.get(option.key, ""))) for option in theirs],
        names=_names(agency),
        why_editorial=why_editorial(item),
        first=agency.keywords.first,
    )


def typed(form: QueryDict, each: Gathered, agency: Profile) -> dict[str, Any]:
    """Return what a row's form says, by the names of `Said`; fields that it does not send are left out."""
    found: dict[str, Any] = {}
    for name in ("title", "description"):
        if name in form:
            found[name] = str(form[name]).strip()
    if "keywords" in form:
        found["keywords"] = read_keywords(str(form["keywords"]))
    if "file_name" in form:
        name = str(form["file_name"]).strip()
        found["file_name"] = "" if name == each.item.own_name else name
    if "categories_sent" in form:
        known = {choice.key for choice in agency.category.choices}
        chosen = [str(key) for key in form.getlist("category") if key in known]
        found["categories"] = tuple(dict.fromkeys(chosen))
    if "editorial" in form:
        found["editorial"] = {"yes": True, "no": False}.get(str(form["editorial"]))
    sent = {
        option.key: str(form[f"option-{option.key}"]).strip()
        for option in agency.options
        if f"option-{option.key}" in form
    }
    if sent:
        found["choices"] = {**each.said.choices, **sent}
    return found


def read_keywords(text: str) -> tuple[str, ...]:
    """Return keywords that were typed one a line, in their order; empty lines are no keywords."""
    return tuple(word for word in (" ".join(line.split()) for line in text.splitlines()) if word)


def as_paths(words: Sequence[str], own: Sequence[str]) -> list[str]:
    """Return keywords as the asset has them: one that is the last part of a path stays that path."""
    paths = {leaf(path): path for path in reversed(own)}
    return [paths.get(word, word) for word in words]


def is_text(name: str) -> bool:
    """Tell whether a field is one that the asset itself has, too."""
    return name in _TEXTS


_YES_NO = {True: "yes", False: "no", None: ""}


def _names(agency: Profile) -> tuple[str, ...]:
    there = {
        "title": agency.title.sent, "description": agency.description.sent, "category": bool(agency.category.most),
    }  # fmt: skip
    every = ("file", "file_name", "title", "description", "keywords", "category", "editorial")
    return tuple(name for name in every if there.get(name, True))


def _limit(rules: TextRules) -> str:
    if rules.shortest is not None and rules.longest is not None:
        return f"{rules.shortest}–{rules.longest}"
    return str(rules.longest or "")


def _keyword_limit(agency: Profile) -> str:
    rules = agency.keywords
    if rules.most is None:
        return f"at least {rules.least}" if rules.least else ""
    return f"{rules.least}–{rules.most}" if rules.least > 1 else str(rules.most)
