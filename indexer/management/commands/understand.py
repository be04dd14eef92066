"""`manage.py understand [--captions on|off]`: what is looked for in pictures and sound, by which model, how far."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q
from rich.console import Console
from rich.table import Table

from dam import wiring
from dam.catalog import current, preferences
from dam.catalog.models import StageRun
from dam.catalog.upgrade import bring_up_to_date
from dam.config import config
from dam.engines import weights
from dam.errors import AfterimageError
from dam.types import SWAPPED, StageState
from indexer.compose import make_plan

_POSITIONS = ("on", "off")


class Command(BaseCommand):
    """The stages that understand, their models and their switches."""

    help = (
        "Show what is looked for in pictures and sound, and switch captions on or off. Switched off, the sentences "
        "that are there stay. Exit codes: 0 done, 1 it can't be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch and --json."""
        parser.add_argument("--captions", choices=_POSITIONS, help="write a sentence about each picture (slow)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Switch what was asked for, or show how things stand."""
        bring_up_to_date()
        try:
            if options["captions"]:
                self._switch_captions(on=options["captions"] == "on")
                return
            rows = _rows()
        except AfterimageError as error:
            raise CommandError(str(error), returncode=1) from error
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        table = Table("stage", "shown", "being built", "done", "left", "failed")
        for row in rows:
            shown = str(row["model"]) or ("" if row["runs"] else "off")
            table.add_row(
                row["stage"], shown, row["building"], *(str(row[key]) for key in ("done", "left", "failed"))
            )
        _console(self.stdout).print(table)

    def _switch_captions(self, *, on: bool) -> None:
        preferences.switch(preferences.CAPTIONS, on=on)
        if not on:
            self.stdout.write("No more captions are written; those that are there stay.")
            return
        pack = wiring.building_pack() or wiring.active_pack()
        if pack.captions is None:
            self.stdout.write(f"Captions are on, but the pack “{pack.name}” has no model for them.")
        elif weights.is_model_present(pack.captions, models=config().places.models):
            self.stdout.write(f"Captions are on: {pack.captions.name} describes each picture once the rest is done.")
        else:
            self.stdout.write(
                f"Captions are on; `manage.py models pull {pack.name} --captions` fetches {pack.captions.name} "
                f"({pack.captions.about_mb / 1000:.1f} GB), and they wait until it is here."
            )


def _console(stream: Any) -> Console:
    """Write to what the command's stream wraps: only that knows whether it is a terminal, and how wide."""
    return Console(file=getattr(stream, "_out", stream))


def _rows() -> list[dict[str, Any]]:
    """Return what each stage shows, what is being made beside it, and how far the newest of the two is."""
    plan, shown, building = make_plan(), current.models_in_use(), current.being_built()
    left = Q(state__in=[StageState.DUE, StageState.RUNNING])
    counts = {
        (stage, model): {"done": done, "left": due, "failed": failed}
        for stage, model, done, due, failed in StageRun.objects.filter(stage__in=SWAPPED)
        .values_list("stage", "model")
        .annotate(
            done=Count("pk", filter=Q(state=StageState.DONE)),
            due=Count("pk", filter=left),
            failed=Count("pk", filter=Q(state=StageState.FAILED)),
        )
    }
    rows = []
    for stage in SWAPPED:
        model = shown.get(stage) or next(iter(plan.of(stage)), "")
        newest = building.get(stage) or model
        here = counts.get((stage.value, newest), {"done": 0, "left": 0, "failed": 0})
        names = {"model": model, "building": building.get(stage, "")}
        rows.append({"stage": stage.value, "runs": bool(plan.of(stage)), **names, **here})
    return rows
