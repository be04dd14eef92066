"""`manage.py library add | list | edit | remove`: the folders that are indexed."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dam.catalog.readers.libraries import list_libraries
from dam.catalog.upgrade import bring_up_to_date
from dam.catalog.writers.libraries import add_library, edit_library, remove_library
from dam.errors import AfterimageError
from dam.types.files import LibraryRoot

_GLOBS = "as in .gitignore, without regard to case: “*.jpg” anywhere, “Raw/**” from the root, “cache/” for folders"


class Command(BaseCommand):
    """Libraries: root folders with what of them is wanted."""

    help = (
        "Add, list, edit or remove libraries: the folders that are indexed and watched. A running watcher follows "
        "within two seconds. Exit codes: 0 done, 1 it can't be done (the reason is printed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the four verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="add | list | edit | remove")
        add = verbs.add_parser("add", help="index and watch a folder")
        add.add_argument("root", type=Path, help="the folder")
        add.add_argument("--name", default="", help="what to call it; else the folder's name")
        _add_globs(add)
        listing = verbs.add_parser("list", help="show the libraries")
        listing.add_argument("--json", action="store_true", help="print JSON")
        edit = verbs.add_parser(
            "edit", help="change the name or the patterns; each pattern list is replaced as a whole"
        )
        edit.add_argument("id", type=int, help="the library's number, as `list` shows it")
        edit.add_argument("--name", default=None, help="a new name")
        _add_globs(edit)
        edit.add_argument("--include-all", action="store_true", help="drop the include patterns")
        edit.add_argument("--exclude-none", action="store_true", help="drop the exclude patterns")
        remove = verbs.add_parser("remove", help="forget a library; the files on disk are not touched")
        remove.add_argument("id", type=int, help="the library's number, as `list` shows it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        bring_up_to_date()
        verbs = {"add": self._add, "list": self._list, "edit": self._edit, "remove": self._remove}
        try:
            verbs[options["verb"]](options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=1) from error

    def _add(self, options: dict[str, Any]) -> None:
        library = add_library(
            options["root"],
            name=options["name"],
            include=options["include"] or (),
            exclude=options["exclude"] or (),
        )
        self._say(f"Library {library.id}, “{library.name}”: {library.root}")

    def _list(self, options: dict[str, Any]) -> None:
        libraries = list_libraries()
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(library) for library in libraries], indent=2))
            return
        if not libraries:
            self._say("No libraries yet. Add one: manage.py library add FOLDER")
            return
        table = Table("", "name", "folder", "include", "exclude", "")
        for library in libraries:
            cells = (
                str(library.id),
                library.name,
                str(library.root),
                " ".join(library.include),
                " ".join(library.exclude),
                "" if library.online else "offline",
            )
            # As text: a folder may be called “[bold]”.
            table.add_row(*(Text(cell) for cell in cells))
        Console().print(table)

    def _edit(self, options: dict[str, Any]) -> None:
        library = edit_library(
            options["id"],
            name=options["name"],
            include=() if options["include_all"] else options["include"],
            exclude=() if options["exclude_none"] else options["exclude"],
        )
        self._say(f"Library {library.id}, “{library.name}”: changed.")

    def _remove(self, options: dict[str, Any]) -> None:
        library = remove_library(options["id"])
        self._say(f"Library “{library.name}” is forgotten; nothing in {library.root} was touched.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)


def _add_globs(parser: ArgumentParser) -> None:
    parser.add_argument("--include", action="append", metavar="GLOB", help=f"index only what matches: {_GLOBS}")
    parser.add_argument("--exclude", action="append", metavar="GLOB", help="leave out what matches; may be repeated")


def _as_json(library: LibraryRoot) -> dict[str, object]:
    return {
        "id": library.id,
        "name": library.name,
        "root": str(library.root),
        "include": list(library.include),
        "exclude": list(library.exclude),
        "online": library.online,
    }
