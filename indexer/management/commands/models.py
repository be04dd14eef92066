"""`manage.py models list | pull | use | verify | export | import | evaluate`: the model packs of this machine."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from dam import wiring
from dam.catalog import pack as choices
from dam.config import config
from dam.engines import fetching, weights
from dam.engines.archive import export_pack, import_pack
from dam.engines.evaluation import evaluate_recall
from dam.engines.packs import Pack, load_pack, load_packs
from dam.errors import AfterimageError, ModelUnavailable

EXIT_FAILED = 1
EXIT_NO_HUB = 3
EXIT_STOPPED = 130  # what a shell gives for Ctrl-C

_DEFAULT = "standard"


class Command(BaseCommand):
    """Model packs: what is here, fetched, chosen, whole, and how good."""

    help = (
        "List, fetch, choose, check, copy and measure model packs. Exit codes: 0 done, 1 it can't be done or "
        "something is wrong (the reason is printed), 3 no model hub answers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the seven verbs."""
        verbs = parser.add_subparsers(
            dest="verb", required=True, metavar="list | pull | use | verify | export | import | evaluate"
        )
        listing = verbs.add_parser("list", help="show the packs, their models, licences and sizes")
        listing.add_argument("--json", action="store_true", help="print JSON")
        pull = verbs.add_parser("pull", help="fetch a pack's weights; goes on where an earlier try stopped")
        _add_pack(pull, default=_DEFAULT)
        pull.add_argument("--captions", action="store_true", help="also the optional model that describes pictures")
        pull.add_argument("--use", action="store_true", help="then use it, as `models use` does")
        use = verbs.add_parser("use", help="search with this pack; where another was used, once it has caught up")
        use.add_argument("pack", help=f"one of: {', '.join(load_packs())}")
        use.add_argument("--wait", action="store_true", help="once it has caught up, wait until it is chosen again")
        _add_pack(verbs.add_parser("verify", help="read every weight and compare checksums"), default="")
        export = verbs.add_parser("export", help="write a fetched pack to one file, for a machine without a network")
        export.add_argument("pack", help="the pack")
        export.add_argument("file", type=Path, help="the archive to write (.tar)")
        importing = verbs.add_parser("import", help="install a pack from such a file")
        importing.add_argument("file", type=Path, help="the archive to read")
        evaluate = verbs.add_parser("evaluate", help="measure a pack's recall on 500 held-out scenes")
        _add_pack(evaluate, default="")
        evaluate.add_argument("--json", action="store_true", help="print JSON")
        evaluate.add_argument("--scenes", type=int, default=500, help="how many scenes (default: %(default)s)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        verbs = {
            "list": self._list,
            "pull": self._pull,
            "use": self._use,
            "verify": self._verify,
            "export": self._export,
            "import": self._import,
            "evaluate": self._evaluate,
        }
        try:
            verbs[options["verb"]](options)
        except (AfterimageError, ImproperlyConfigured, OSError) as error:
            raise CommandError(str(error), returncode=EXIT_FAILED) from error
        except KeyboardInterrupt:
            self._say("Stopped. The same command goes on from here.")
            sys.exit(EXIT_STOPPED)

    def _list(self, options: dict[str, Any]) -> None:
        active, building = wiring.active_pack(), wiring.building_pack()
        rows = [_row(pack, active, building) for pack in load_packs().values()]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        table = Table("pack", "", "to fetch", "models", "licence")
        for row in rows:
            state = "in use" if row["in_use"] else "being built" if row["building"] else ""
            size = "ships with it" if not row["about_mb"] else f"{row['about_mb'] / 1000:.1f} GB"
            table.add_row(
                str(row["name"]),
                state or ("here" if row["here"] else "not fetched"),
                size,
                "\n".join(model["name"] + (" (optional)" if model["optional"] else "") for model in row["models"]),
                "\n".join(_licence_cell(model) for model in row["models"]),
            )
        console = _console(self.stdout)
        console.print(table)
        for row in rows:
            console.print(f"[bold]{row['name']}[/bold]: {row['summary']}")
        for pack in load_packs().values():
            self._mind_licences(pack)
        choice = choices.active()
        if choice and choice.note:
            self._say(choice.note)

    def _pull(self, options: dict[str, Any]) -> None:
        pack, answering = load_pack(options["pack"]), wiring.active_pack()
        choices.pin(answering.name)
        self._mind_licences(pack)
        try:
            with _Bars(_console(self.stderr)) as bars:
                fetched = fetching.fetch(
                    pack,
                    models=config().places.models,
                    optional=["captions"] if options["captions"] else [],
                    offline=config().env.offline,
                    on_progress=bars.show,
                )
        except ModelUnavailable as error:
            note = (
                f"No model hub answers from here ({error}): using the {answering.name} pack. "
                f"`manage.py models pull {pack.name}` tries again."
            )
            choices.write_note(note)
            self.stderr.write(note)
            sys.exit(EXIT_NO_HUB)
        choices.write_note("")
        if not pack.needs_fetching:
            self._say(f"The pack “{pack.name}” comes with the project; there is nothing to fetch.")
        elif fetched:
            here = [model for model in pack.models if not model.optional or options["captions"]]
            licences = ", ".join(f"{model.name}: {model.licence}" for model in here)
            self._say(f"The pack “{pack.name}” is here. Licences: {licences}.")
        else:
            self._say(f"The pack “{pack.name}” was here already.")
        if options["use"]:
            self._use(options)

    def _use(self, options: dict[str, Any]) -> None:
        pack = load_pack(options["pack"])
        missing = weights.missing_words(pack, models=config().places.models)
        if missing:
            raise ModelUnavailable(missing)
        self._mind_licences(pack)
        choice = choices.use(pack.name, answering=wiring.active_pack().name, wait=options.get("wait", False))
        if choice.waits:
            self._say(
                f"“{choice.building}” is being built beside “{choice.name}”, which goes on to answer. "
                f"`manage.py pins run --pack {choice.building}` compares the two, "
                f"`manage.py models use {choice.building}` switches."
            )
        elif choice.building:
            self._say(f"“{choice.building}” is being built; “{choice.name}” answers until it is complete.")
        else:
            self._say(f"“{choice.name}” answers now.")
        if config().env.pack and config().env.pack != pack.name:
            self._say(f"AFTERIMAGE_PACK is set to {config().env.pack}, which goes before this choice.")

    def _mind_licences(self, pack: Pack) -> None:
        for model in pack.models:
            if model.is_non_commercial and model.home == pack.name:
                self._say(
                    f"Mind the licence: {model.name} of the pack “{pack.name}” may NOT be used commercially "
                    f"({model.licence}). Who uses it accepts that."
                )

    def _verify(self, options: dict[str, Any]) -> None:
        pack = load_pack(options["pack"]) if options["pack"] else wiring.active_pack()
        with _Bars(_console(self.stderr)) as bars:
            problems = weights.verify(pack, models=config().places.models, on_bytes=bars.counter("reading"))
        if problems:
            first = "; ".join(f"{problem.model}: {problem.file} {problem.what}" for problem in problems)
            raise CommandError(f"The pack “{pack.name}” is not whole: {first}.", returncode=EXIT_FAILED)
        self._say(f"The pack “{pack.name}” is whole.")

    def _export(self, options: dict[str, Any]) -> None:
        pack = load_pack(options["pack"])
        with _Bars(_console(self.stderr)) as bars:
            export_pack(pack, options["file"], models=config().places.models, on_bytes=bars.counter("writing"))
        self._say(f"{options['file']} holds the pack “{pack.name}”.")

    def _import(self, options: dict[str, Any]) -> None:
        choices.pin(wiring.active_pack().name)
        with _Bars(_console(self.stderr)) as bars:
            pack = import_pack(options["file"], models=config().places.models, on_bytes=bars.counter("reading"))
        self._say(f"The pack “{pack.name}” is here. `manage.py models use {pack.name}` searches with it.")

    def _evaluate(self, options: dict[str, Any]) -> None:
        pack = load_pack(options["pack"]) if options["pack"] else wiring.active_pack()
        embedder = wiring.embedder(pack.name)
        report = evaluate_recall(embedder, scenes=options["scenes"])
        if options["json"]:
            values = {"pack": pack.name, "model": embedder.info.name, **asdict(report)}
            self.stdout.write(json.dumps(values, indent=2, ensure_ascii=False))
            return
        table = Table("measure", embedder.info.name)
        for name, value in asdict(report).items():
            table.add_row(name.replace("_", " "), f"{value:.3f}" if isinstance(value, float) else str(value))
        _console(self.stdout).print(table)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)


class _Bars:
    """Progress on a terminal: one bar a file, or one count of bytes; nothing where nobody looks."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, now: fetching.Progress) -> None:
        """Show how far a file is."""
        key = f"{now.model}/{now.file}"
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(f"{now.model} · {now.file}", total=now.total)
        self._progress.update(self._tasks[key], completed=now.done)

    def counter(self, verb: str) -> Any:
        """Return a function that counts bytes."""
        task = self._progress.add_task(verb, total=None)
        return lambda size: self._progress.advance(task, size)


def _add_pack(parser: ArgumentParser, *, default: str) -> None:
    words = f"the pack (default: {default or 'the one in use'})"
    parser.add_argument("pack", nargs="?", default=default, help=words)


def _row(pack: Pack, active: Pack, building: Pack | None) -> dict[str, Any]:
    return {
        "name": pack.name,
        "in_use": pack.name == active.name,
        "building": building is not None and pack.name == building.name,
        "here": weights.is_present(pack, models=config().places.models),
        "about_mb": pack.about_mb,
        "summary": pack.summary,
        "models": [
            {
                "port": model.port,
                "name": model.name,
                "licence": model.licence,
                "non_commercial": model.is_non_commercial,
                "about_mb": model.about_mb,
                "optional": model.optional,
            }
            for model in pack.models
        ],
    }


def _licence_cell(model: dict[str, Any]) -> str:
    return f"[bold red]{model['licence']}[/bold red]" if model["non_commercial"] else str(model["licence"])


def _console(stream: Any) -> Console:
    return Console(file=getattr(stream, "_out", stream), stderr=False)
