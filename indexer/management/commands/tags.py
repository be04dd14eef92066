"""`manage.py tags PATH…` and `manage.py tags words`: what is in a file, who says so, and the user's own words."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from dam.catalog.models import Unit
from dam.catalog.readers.paths import assets_at
from dam.catalog.readers.tags import TagView, tags_of_asset, tags_of_units
from dam.catalog.upgrade import bring_up_to_date
from dam.errors import AfterimageError
from dam.tagging.own import WordFile, word_file
from dam.tagging.word_service import add_word, own_words, remove_word, take_word_file
from dam.terminal import shown


class Command(BaseCommand):
    """The tags of files, and the words that are asked for."""

    help = (
        "Show the tags of files with their certainty and who says so (a model with its version, a person, the file "
        "itself). `tags words` shows and changes your own words. Exit codes: 0 done, 1 it can't be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add paths and --json, and the options of `words`."""
        parser.add_argument(
            "paths",
            nargs="+",
            metavar="PATH",
            help="a file, absolute, from here, or as it lies in a library; or “words” alone (“./words” is a file)",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--rejected", action="store_true", help="also show what a person rejected")
        words = parser.add_argument_group("with “words”")
        words.add_argument("--list", action="store_true", help="show your own words (also without any option)")
        words.add_argument("--add", action="append", default=[], metavar="WORD", help="ask for a word of yours")
        words.add_argument("--remove", action="append", default=[], metavar="WORD", help="ask for it no longer")
        words.add_argument(
            "--file",
            type=Path,
            metavar="FILE",
            help="take these words: a line each, “parent/child = synonym, synonym”; # begins a remark",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        bring_up_to_date()
        try:
            if options["paths"] == ["words"]:
                self._words(options)
            elif options["add"] or options["remove"] or options["file"] or options["list"]:
                raise CommandError("--add, --remove, --file and --list go with `tags words`.")
            else:
                self._tags(options["paths"], as_json=options["json"], rejected=options["rejected"])
        except AfterimageError as error:
            raise CommandError(str(error)) from error

    def _tags(self, paths: Sequence[str], *, as_json: bool, rejected: bool) -> None:
        found = [(path, assets_at(path)) for path in paths]
        unknown = [path for path, assets in found if not assets]
        if unknown:
            raise CommandError(
                f"“{unknown[0]}” is in no library, or is not indexed yet. `manage.py index` takes a file's folder."
            )
        files = [_file(asset_id, path, rejected=rejected) for _, assets in found for asset_id, path in assets]
        if as_json:
            self.stdout.write(json.dumps(files[0] if len(files) == 1 else files, ensure_ascii=False, indent=1))
            return
        console = Console()
        for file in files:
            _print(file, console)

    def _words(self, options: dict[str, Any]) -> None:
        added = [add_word(word) for word in options["add"]]
        removed = [remove_word(word) for word in options["remove"]]
        taken = take_word_file(options["file"]) if options["file"] else None
        if options["json"]:
            self.stdout.write(json.dumps(_words_as_json(taken), ensure_ascii=False, indent=1))
            return
        console = Console()
        for word in added:
            console.print("Asked for from now on:", shown(word))
        for word in removed:
            console.print("No longer asked for:", shown(word))
        if taken is not None:
            console.print(f"{len(taken.concepts)} words taken into {word_file()}.")
            for line in taken.bad:
                console.print(shown(f"line {line.number}: {line.text}: {line.reason}", style="yellow"))
        if options["list"] or not (added or removed or taken):
            _print_words(console)
        elif added or removed or taken:
            console.print(
                "A running worker tags everything anew from stored vectors; else `manage.py index` does.",
                soft_wrap=True,
            )


def _file(asset_id: int, path: str, *, rejected: bool) -> dict[str, Any]:
    units = list(
        Unit.objects.filter(asset_id=asset_id)
        .order_by("start_ms", "kind", "position")
        .values_list("pk", "kind", "start_ms", "end_ms")
    )
    by_unit = tags_of_units([pk for pk, *_ in units])
    return {
        "path": path,
        "tags": [_tag(view) for view in tags_of_asset(asset_id, rejected=rejected)],
        "units": [
            {
                "kind": kind,
                "start_ms": start_ms,
                "end_ms": end_ms,
                "tags": [_tag(view) for view in by_unit.get(pk, [])],
            }
            for pk, kind, start_ms, end_ms in units
            if by_unit.get(pk)
        ],
    }


def _tag(view: TagView) -> dict[str, Any]:
    return {
        "name": view.name,
        "key": view.key,
        "kind": view.kind.value,
        "certainty": round(view.certainty, 3),
        "source": view.source,
        "model": view.model,
        "accepted": view.accepted,
        "at_ms": view.at_ms,
        "parents": list(view.parents),
    }


def _print(file: dict[str, Any], console: Console) -> None:
    console.print(shown(file["path"], style="bold"))
    if not file["tags"]:
        console.print("  no tags", style="dim")
        return
    table = Table(box=None, show_header=True, pad_edge=True)
    table.add_column("tag")
    table.add_column("certainty", justify="right")
    table.add_column("at", justify="right")
    table.add_column("who says so")
    timed = any(unit["end_ms"] for unit in file["units"])
    for tag in file["tags"]:
        source = {"model": tag["model"], "taught": f"taught: {tag['model']}"}.get(tag["source"], tag["source"])
        source += " (rejected)" if tag["accepted"] is False else ""
        moment = f"{tag['at_ms'] // 60_000}:{tag['at_ms'] % 60_000 / 1000:04.1f}" if timed else ""
        table.add_row(shown(tag["name"]), f"{tag['certainty']:.0%}", moment, shown(source, style="dim"))
    console.print(table)


def _print_words(console: Console) -> None:
    words = own_words()
    if not words:
        console.print(shown(f"No words of your own yet: --add one, or write {word_file()}."), style="dim")
        return
    table = Table("word", "synonyms", "from", box=None)
    for word in words:
        source = word_file().name if word.listed else "you"
        table.add_row(shown(word.path), shown(", ".join(word.synonyms)), source)
    console.print(table)


def _words_as_json(taken: WordFile | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "words": [
            {"name": word.name, "path": word.path, "synonyms": list(word.synonyms), "listed": word.listed}
            for word in own_words()
        ]
    }
    if taken is not None:
        told["bad_lines"] = [{"number": line.number, "text": line.text, "reason": line.reason} for line in taken.bad]
    return told
