"""`manage.py people`: who is known, where they are seen, and what can be said and undone about them."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from dam.catalog import preferences
from dam.catalog.readers.appearances import AppearanceAt, appearances_of
from dam.catalog.readers.people import PersonView, people
from dam.catalog.upgrade import bring_up_to_date
from dam.errors import AfterimageError
from dam.people import service
from dam.terminal import shown
from dam.types import UnitKind

_PLACES_SHOWN = 3  # of each person, without --paths


class Command(BaseCommand):
    """People: listed, named, merged, forgotten; and the switch of the whole feature."""

    help = (
        "List the people in photos and videos, name or merge them, forget somebody, turn the looking for faces off "
        "or on. Exit codes: 0 done, 1 it can't be done (the reason is printed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options of the list, and the verbs."""
        parser.add_argument("--json", action="store_true", help="print JSON: each person with all paths and times")
        parser.add_argument("--all", action="store_true", help="list hidden people, too")
        parser.add_argument("--paths", action="store_true", help="list every path, not only the first few")
        verbs = parser.add_subparsers(dest="verb", metavar="name | merge | undo | forget | off | on")
        name = verbs.add_parser("name", help="give a person a name")
        name.add_argument("id", type=int, help="the person's number, as the list shows it")
        name.add_argument("name", help="the name")
        merge = verbs.add_parser("merge", help="make several people one")
        merge.add_argument("ids", type=int, nargs="+", help="the people's numbers")
        merge.add_argument("--into", type=int, required=True, metavar="ID", help="the one that stays")
        undo = verbs.add_parser("undo", help="take a change back")
        undo.add_argument("change", type=int, help="the change's number, as it was printed")
        forget = verbs.add_parser("forget", help="delete all that is known of a person; the files are not touched")
        forget.add_argument("id", type=int, help="the person's number")
        forget.add_argument("--yes", action="store_true", help="really: this can't be undone")
        off = verbs.add_parser("off", help="look for no faces any more, and delete all people and faces")
        off.add_argument("--yes", action="store_true", help="really: this can't be undone")
        verbs.add_parser("on", help="look for faces (again)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        bring_up_to_date()
        verbs = {
            "name": self._name,
            "merge": self._merge,
            "undo": self._undo,
            "forget": self._forget,
            "off": self._off,
            "on": self._on,
        }
        try:
            verbs.get(options["verb"] or "", self._list)(options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=1) from error

    def _list(self, options: dict[str, Any]) -> None:
        listed = people() + (people(hidden=True) if options["all"] else [])
        places = appearances_of([view.id for view in listed])
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(view, places.get(view.id, [])) for view in listed], indent=2))
            return
        if not preferences.is_on(preferences.FACES):
            self.stdout.write("Faces are not looked for. Turn it on: manage.py people on")
            return
        if not listed:
            self.stdout.write("Nobody is known yet. Index a folder: manage.py index FOLDER")
            return
        table = Table("", "name", "faces", "files", "seen in", box=None)
        for view in listed:
            lines = [_line(place) for place in places.get(view.id, [])]
            if not options["paths"] and len(lines) > _PLACES_SHOWN + 1:
                lines = [*lines[:_PLACES_SHOWN], f"… and {len(lines) - _PLACES_SHOWN} more"]
            name = shown(view.name) if view.name else shown("no name", style="dim")
            if view.hidden:
                name.append(" (hidden)", style="dim")
            cells = [shown(line) for line in lines]
            seen = shown("")
            for number, cell in enumerate(cells):
                seen = seen.append("\n" if number else "").append_text(cell)
            table.add_row(str(view.id), name, str(view.faces), str(view.assets), seen)
        Console().print(table)

    def _name(self, options: dict[str, Any]) -> None:
        change = service.name_person(options["id"], options["name"])
        self._done(f"Person {options['id']} is “{options['name']}” now.", change)

    def _merge(self, options: dict[str, Any]) -> None:
        change = service.merge(options["ids"], options["into"])
        self._done(f"They are one now: person {options['into']}.", change)

    def _undo(self, options: dict[str, Any]) -> None:
        if not service.undo(options["change"]):
            raise CommandError("There is no such change, or it was undone before.", returncode=1)
        self.stdout.write("Undone.")

    def _forget(self, options: dict[str, Any]) -> None:
        _insist(options, "Everything that is known of that person would be deleted, for good.")
        report = service.forget(options["id"])
        self.stdout.write(
            f"Forgotten: {report.faces} appearances in {report.assets} files, with their vectors and pictures."
        )
        if report.named_in:
            self.stdout.write("These files name the person themselves, and were not touched:")
            for path in report.named_in:
                self.stdout.write(f"  {shown(path)}")
        self._say_if_traces_are_left(report.wiped)

    def _off(self, options: dict[str, Any]) -> None:
        _insist(options, "All faces, people and names would be deleted, for good.")
        count = service.switch_faces(False)
        self.stdout.write(f"Faces are not looked for any more; {count} were deleted. The files were not touched.")

    def _on(self, options: dict[str, Any]) -> None:  # noqa: ARG002 - as the others
        service.switch_faces(True)
        self.stdout.write("Faces are looked for: by the worker, or with manage.py index.")

    def _done(self, text: str, change: int) -> None:
        self.stdout.write(f"{text} To take it back: manage.py people undo {change}")

    def _say_if_traces_are_left(self, wiped: bool) -> None:
        if not wiped:
            self.stdout.write(
                "The database is in use, so its file could not be rewritten: deleted bytes are overwritten, older "
                "copies may be left in free pages. Stop the other processes and forget once more to be sure."
            )


def _insist(options: dict[str, Any], what: str) -> None:
    if not options["yes"]:
        raise CommandError(f"{what} Say --yes if that is wanted.", returncode=1)


def _line(place: AppearanceAt) -> str:
    if place.unit_kind == UnitKind.PHOTO:
        return place.path
    return f"{place.path}  {_clock(place.start_ms)}–{_clock(place.end_ms)}"


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02}"


def _as_json(view: PersonView, places: Sequence[AppearanceAt]) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "state": view.state,
        "appearances": view.faces,
        "assets": view.assets,
        "faces": [
            {"path": place.path, "unit": place.unit_kind.value, "start_ms": place.start_ms, "end_ms": place.end_ms}
            | {"source": place.source.value, "likeness": round(place.likeness, 3)}
            for place in places
        ],
    }
