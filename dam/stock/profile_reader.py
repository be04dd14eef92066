"""The tables of one profile file to the parts of a profile; whatever is wrong or unknown is named."""

import codecs
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from dam.errors import ConfigError
from dam.stock.profile import (
    CAPTION_PARTS,
    VALUES,
    Category,
    CategoryRules,
    Column,
    CsvForm,
    EditorialRules,
    FileRules,
    KeywordRules,
    Option,
    TextRules,
    Told,
    ValueKind,
    parts_of,
)
from dam.types import MediaKind

_KEY = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")
_SENT = (MediaKind.PHOTO, MediaKind.VIDEO)
_Value = TypeVar("_Value")
_Enum = TypeVar("_Enum", bound=StrEnum)
_NOTHING: Any = object()


class Reader:
    """Takes entries out of the tables of one file, with an error that says where; `finish` refuses what is left."""

    def __init__(self, file_name: str, values: Mapping[str, Any], *, path: str = "") -> None:
        self._file, self._values, self._path = file_name, dict(values), path

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise ConfigError for an entry."""
        raise ConfigError(f"The agency file {self._file} is wrong: {self._path}{key} {problem}.")

    def finish(self) -> None:
        """Refuse entries that nothing asked for: a slip in a name would leave a limit unchecked."""
        if self._values:
            self.fail(next(iter(self._values)), "is not an entry that is known here")

    def value(self, key: str, kind: type[_Value], default: Any = _NOTHING) -> _Value:
        """Return an entry of a type; without a default it must be there."""
        found = self._values.pop(key, _NOTHING)
        if found is _NOTHING:
            if default is _NOTHING:
                self.fail(key, "is missing")
            return default  # type: ignore[no-any-return]
        if not isinstance(found, kind) or (kind is not bool and isinstance(found, bool)):
            self.fail(key, f"must be a {_NAMES.get(kind, kind.__name__)}")
        return found

    def text(self, key: str, default: Any = _NOTHING) -> str:
        """Return a text."""
        return self.value(key, str, default)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty where there is none."""
        found = self.value(key, list, [])
        if not all(isinstance(item, str) and item for item in found):
            self.fail(key, "must be a list of texts")
        return tuple(found)

    def number(self, key: str) -> int | None:
        """Return a whole number from 0 on, or None."""
        found: int | None = self.value(key, int, None)
        if found is not None and found < 0:
            self.fail(key, "must not be negative")
        return found

    def size(self, key: str) -> float | None:
        """Return a number from 0 on, or None."""
        if isinstance(self._values.get(key), int):
            return self.number(key)
        found: float | None = self.value(key, float, None)
        if found is not None and not found >= 0:
            self.fail(key, "must not be negative")
        return found

    def key(self, name: str) -> str:
        """Return a key: small letters, digits and hyphens."""
        found = self.text(name)
        if not _KEY.match(found):
            self.fail(name, "must be small letters, digits and hyphens")
        return found

    def choice(self, key: str, kind: type[_Enum], default: Any = _NOTHING) -> _Enum:
        """Return a word of an enumeration."""
        found = self.text(key, default)
        try:
            return kind(found)
        except ValueError:
            self.fail(key, f"must be one of {', '.join(kind)}")

    def kinds(self, key: str, *, default: tuple[MediaKind, ...] | None) -> tuple[MediaKind, ...]:
        """Return photo, video or both."""
        found = self.texts(key)
        if not found and default is not None:
            return default
        if not found or any(word not in _SENT for word in found):
            self.fail(key, "must name photo, video or both")
        return tuple(MediaKind(word) for word in found)

    def table(self, key: str) -> "Reader":
        """Return the reader of a table; of an empty one where it is not there."""
        return Reader(self._file, self.value(key, dict, {}), path=f"{self._path}{key}.")

    def tables(self, key: str) -> list["Reader"]:
        """Return the readers of a list of tables."""
        found = self.value(key, list, [])
        if not all(isinstance(item, dict) for item in found):
            self.fail(key, "must be a list of tables")
        return [Reader(self._file, item, path=f"{self._path}{key}[{at}].") for at, item in enumerate(found)]

    def file(self, kinds: tuple[MediaKind, ...]) -> FileRules:
        """Read what files may be sent."""
        table = self.table("file")
        formats = table.table("formats")
        found = FileRules(
            formats={kind: tuple(ending.lower().lstrip(".") for ending in formats.texts(kind)) for kind in kinds},
            name_longest=table.number("name_longest"),
            least_megapixels=table.size("least_megapixels"),
            least_open_mb=table.size("least_open_mb"),
            most_mb=table.size("most_mb"),
        )
        for kind, endings in found.formats.items():
            if not endings:
                self.fail(f"file.formats.{kind}", "must name the endings that are taken")
        formats.finish()
        table.finish()
        return found

    def words(self, key: str) -> TextRules:
        """Read what a title or a description must be."""
        table = self.table(key)
        found = TextRules(
            sent=table.value("sent", bool, True),
            required=table.value("required", bool, False),
            shortest=table.number("shortest"),
            longest=table.number("longest"),
            without=table.texts("without"),
            people=table.value("people", bool, True),
        )
        if found.shortest is not None and found.longest is not None and found.shortest > found.longest:
            self.fail(f"{key}.shortest", "is more than the longest")
        table.finish()
        return found

    def keywords(self) -> KeywordRules:
        """Read how many keywords there may be."""
        table = self.table("keywords")
        found = KeywordRules(
            least=table.number("least") or 0,
            most=table.number("most"),
            first=table.number("first") or 0,
            longest_each=table.number("longest_each"),
            longest_all=table.number("longest_all"),
            separator=table.text("separator", ","),
        )
        if found.most is not None and found.least > found.most:
            self.fail("keywords.least", "is more than the most")
        table.finish()
        return found

    def category(self) -> CategoryRules:
        """Read the categories that there are to choose from."""
        table = self.table("category")
        choices = []
        for each in table.tables("choices"):
            key = each.text("key")
            choices.append(Category(key=key, name=each.text("name", key)))
            each.finish()
        found = CategoryRules(
            least=table.number("least") or 0,
            most=table.number("most") or 0,
            needed=table.value("needed", bool, False),
            choices=tuple(choices),
        )
        if found.most and not choices:
            self.fail("category.choices", "are missing")
        table.finish()
        return found

    def editorial(self) -> EditorialRules:
        """Read how editorial use is told."""
        table = self.table("editorial")
        found = EditorialRules(
            how=table.choice("how", Told, Told.PORTAL),
            caption=table.text("caption", ""),
            caption_in=table.text("caption_in", "title"),
            state=table.text("state", ""),
            date=table.text("date", "%Y-%m-%d"),
        )
        if found.caption_in not in {"title", "description"}:
            table.fail("caption_in", "must be title or description")
        try:
            names = parts_of(found.caption) | parts_of(found.state)
        except ValueError as error:
            table.fail("caption", f"can't be read: {error}")
        if names - CAPTION_PARTS:
            table.fail("caption", f"may hold {', '.join(sorted(CAPTION_PARTS))} in braces")
        table.finish()
        return found

    def options(self) -> tuple[Option, ...]:
        """Read what else is said of assets."""
        found = []
        for table in self.tables("options"):
            found.append(
                Option(
                    key=table.text("key"),
                    name=table.text("name"),
                    kind=table.choice("kind", ValueKind, ValueKind.TEXT),
                    required=table.value("required", bool, False),
                    each=table.value("each", bool, False),
                    kinds=table.kinds("kinds", default=_SENT),
                )
            )
            table.finish()
        self._options = {option.key for option in found}
        return tuple(found)

    def csvs(self) -> tuple[CsvForm, ...]:
        """Read the CSVs, byte for byte; after the options, which columns may name."""
        return tuple(self._csv(table) for table in self.tables("csv"))

    def _csv(self, table: "Reader") -> CsvForm:
        columns = []
        allowed = {*VALUES, *(f"option:{key}" for key in self._options)}
        for each in table.tables("columns"):
            column = Column(name=each.text("name"), value=each.text("value"))
            if column.value not in allowed:
                each.fail("value", f"must be one of {', '.join(sorted(allowed))}")
            columns.append(column)
            each.finish()
        if not columns:
            table.fail("columns", "are missing")
        found = CsvForm(
            columns=tuple(columns),
            kinds=table.kinds("kinds", default=_SENT),
            separator=table.text("separator", ","),
            quote_all=table.value("quote_all", bool, False),
            bom=table.value("bom", bool, False),
            encoding=table.text("encoding", "utf-8"),
            line_end=table.text("line_end", "\r\n"),
            date=table.text("date", "%Y-%m-%d"),
            most_rows=table.number("most_rows"),
            most_bytes=table.number("most_bytes"),
            split=table.value("split", bool, False),
        )
        if len(found.separator) != 1 or found.line_end not in {"\r\n", "\n"}:
            table.fail("separator", "must be one character, and line_end a line's end")
        try:
            codecs.lookup(found.encoding)
        except LookupError:
            table.fail("encoding", "is not known")
        table.finish()
        return found


_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", list: "list", dict: "table"}
