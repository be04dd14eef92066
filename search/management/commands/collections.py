"""`manage.py collections list | show | add | remove | export`: collections made by hand, without a browser."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dam.catalog.readers.browse import places_of
from dam.catalog.readers.collection_items import Item, made_named
from dam.catalog.readers.paths import assets_at
from dam.catalog.upgrade import bring_up_to_date
from dam.errors import AfterimageError, CollectionError
from search.saved import made
from search.saved.made import Made
from search.selection import Picked, everything

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would reckon


class Command(BaseCommand):
    """Collections that people make by hand."""

    help = (
        "List, fill, empty and write out collections that are made by hand. "
        "Exit codes: 0 done, 1 it can't be done (the reason is printed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list | add | remove | export")
        listing = verbs.add_parser("list", help="show the collections, the last used first")
        listing.add_argument("--json", action="store_true", help="print JSON")
        add = verbs.add_parser(
            "add", help="put files, or what a search finds, into a collection; it is made if needed"
        )
        add.add_argument("name", help="the collection")
        add.add_argument("path", nargs="*", help="files that are indexed")
        add.add_argument("--query", default="", help="all good hits of this search, in their order")
        remove = verbs.add_parser("remove", help="take files out of a collection, or delete it whole")
        remove.add_argument("name", help="the collection")
        remove.add_argument("path", nargs="*", help="files; all that is of them is taken out")
        remove.add_argument("--all", action="store_true", help="delete the collection, never what is in it")
        export = verbs.add_parser("export", help="write out what is in a collection, in its order")
        export.add_argument("name", help="the collection")
        export.add_argument("--csv", action="store_true", help="as CSV; else as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        bring_up_to_date()
        verbs = {"list": self._list, "add": self._add, "remove": self._remove, "export": self._export}
        try:
            verbs[options["verb"]](options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=1) from error

    def _list(self, options: dict[str, Any]) -> None:
        every = made.all_made()
        if options["json"]:
            self.stdout.write(json.dumps([_told(one) for one in every], indent=2, ensure_ascii=False))
            return
        if not every:
            self.stdout.write('No collections yet. Make one: manage.py collections add "Pitch deck" --query boat')
            return
        table = Table("", "name", "things", "last used", "note")
        for one in every:
            cells = (str(one.id), one.name, f"{one.count:,}", f"{one.used_at:%Y-%m-%d %H:%M}", one.note)
            table.add_row(*(Text(cell) for cell in cells))
        Console().print(table)

    def _add(self, options: dict[str, Any]) -> None:
        picked = [Picked(asset_id=asset) for asset in _assets(options["path"])]
        if options["query"]:
            picked += everything(urlencode({"q": options["query"]}))
        if not picked:
            raise CollectionError(
                "There is nothing to add: name files that are indexed, or give a --query that finds."
            )
        there = made_named(options["name"])
        added = made.add(there.id, picked) if there else made.create(options["name"], picked)
        known = f", {added.known:,} were there already" if added.known else ""
        self.stdout.write(f"{added.new:,} added to “{made.get(added.collection_id).name}”{known}.")

    def _remove(self, options: dict[str, Any]) -> None:
        found = _named(options["name"])
        if options["all"]:
            made.delete(found.id)
            self.stdout.write(f"“{found.name}” is deleted; what was in it stays in the library.")
            return
        if not options["path"]:
            raise CollectionError("Which files? Name them, or delete the whole collection with --all.")
        assets = set(_assets(options["path"]))
        gone, _ = made.remove(found.id, [item.id for item in made.items(found.id) if item.asset_id in assets])
        self.stdout.write(f"{gone:,} taken out of “{found.name}”.")

    def _export(self, options: dict[str, Any]) -> None:
        found = _named(options["name"])
        items = made.items(found.id)
        rows = _rows(items)
        if not options["csv"]:
            body = {**_told(found), "items": rows}
            self.stdout.write(json.dumps(body, indent=1, ensure_ascii=False))
            return
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=["path", "library", "start_ms", "end_ms", "note"])
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _plain(value) for name, value in row.items()})
        self.stdout.write(text.getvalue(), ending="")


def _assets(paths: Iterable[str]) -> list[int]:
    """Return the assets of files. Raises CollectionError for one that is not indexed."""
    found = []
    for path in paths:
        here = assets_at(path)
        if not here:
            raise CollectionError(f"{path} is not indexed: `manage.py status` tells how far indexing is.")
        found += [asset for asset, _ in here]
    return list(dict.fromkeys(found))


def _named(name: str) -> Made:
    found = made_named(name)
    if found is None:
        raise CollectionError(f"There is no collection “{name}”: `manage.py collections list` names them.")
    return found


def _rows(items: list[Item]) -> list[dict[str, object]]:
    places = places_of({item.asset_id for item in items})
    return [
        {
            "path": places[item.asset_id].path if item.asset_id in places else "",
            "library": places[item.asset_id].library if item.asset_id in places else "",
            "start_ms": item.start_ms,
            "end_ms": item.end_ms,
            "note": item.note,
        }
        for item in items
    ]


def _plain(value: object) -> object:
    """Keep a spreadsheet from taking a name or a note for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _told(one: Made) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "note": one.note,
        "count": one.count,
        "created_at": one.created_at.isoformat(),
        "used_at": one.used_at.isoformat(),
    }
