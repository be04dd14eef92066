"""`manage.py judge`: how often the search is right, and how often it says “nothing good” where nothing is."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from dam import wiring
from dam.config import config
from dam.engines.packs import Pack, load_pack
from dam.errors import AfterimageError
from search.judged.judge import EACH, SIZES
from search.judged.scenes import HELD_OUT_SEED
from search.judged.words import load_words

_BEGIN, _END = "<!-- judged -->", "<!-- /judged -->"


class Command(BaseCommand):
    """Judge a pack on libraries whose truth is known; the user's own library is not looked at."""

    help = (
        "Draw libraries of several sizes, ask them questions whose answers are known, and questions that have none, "
        "and count. Everything happens in a temporary folder; your own library is neither read nor changed. Compare "
        "packs with --pack."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what is judged, and where the findings go."""
        least = len(load_words().written) + len(load_words().titled) + len(load_words().named)
        parser.add_argument("--pack", default="", help="the pack to judge (the one in use)")
        parser.add_argument(
            "--sizes", type=_sizes, default=SIZES, help=f"pictures in the libraries, at least {least} (60,300,2000)"
        )
        parser.add_argument("--each", type=int, default=EACH, help="questions of a kind and size (%(default)s)")
        parser.add_argument("--seed", type=int, default=HELD_OUT_SEED, help="of scenes and questions (%(default)s)")
        parser.add_argument("--json", action="store_true", help="print JSON, with the questions that went wrong")
        parser.add_argument("--document", type=Path, help="also write the table into this Markdown file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Judge in a child with an empty data folder, and print."""
        try:
            pack = load_pack(options["pack"]) if options["pack"] else _pack_in_use()
        except AfterimageError as error:
            raise CommandError(str(error)) from error
        found = self._judged(pack.name, options)
        if options["document"]:
            _write_into(options["document"], found["table"], command=_command())
        self.stdout.write(json.dumps(found["judgements"], indent=1) if options["json"] else found["table"])

    def _judged(self, pack: str, options: dict[str, Any]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="afterimage-judge-") as folder:
            data, out = Path(folder) / "data", Path(folder) / "found.json"
            data.mkdir()
            if config().places.models.is_dir():
                (data / "models").symlink_to(config().places.models)
            command = [sys.executable, "-m", "search.judged", "--out", str(out), "--seed", str(options["seed"])]
            command += ["--each", str(options["each"]), "--sizes", *map(str, options["sizes"])]
            with subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=_environment(data, pack), stdout=subprocess.PIPE, text=True
            ) as child:
                for line in child.stdout or ():
                    self.stderr.write(f"{line.rstrip()} …")
            if child.returncode or not out.is_file():
                raise CommandError("It could not be judged; the reason stands above.")
            found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
            return found


def _pack_in_use() -> Pack:
    try:
        return wiring.active_pack()
    except DatabaseError:  # no catalogue yet: nothing was chosen in it
        return wiring.choose_pack(env=config().env.pack)


def _environment(data: Path, pack: str) -> dict[str, str]:
    ours = {
        "AFTERIMAGE_DATA": str(data),
        "AFTERIMAGE_PACK": pack,
        "AFTERIMAGE_OFFLINE": "1",
        "AFTERIMAGE_DATABASE_URL": "",
        "AFTERIMAGE_LOG_LEVEL": "ERROR",
    }
    return {**os.environ, **ours}


def _sizes(text: str) -> tuple[int, ...]:
    words = load_words()
    least = len(words.written) + len(words.titled) + len(words.named)
    try:
        sizes = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} are no numbers with commas") from error
    if not sizes or sizes[0] < least:
        raise ArgumentTypeError(f"a library needs at least {least} pictures, to hold all words")
    return sizes


def _write_into(document: Path, table: str, *, command: str) -> None:
    """Put the table between the document's marks. Raises CommandError where it has none."""
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise CommandError(f"{document} has no “{_BEGIN}” … “{_END}” to write between.")
    document.write_text(f"{before}{begin}\n\n`{command}`\n\n{table}\n\n{end}{after}", encoding="utf-8")


def _command() -> str:
    return " ".join(["manage.py", *sys.argv[1:]])
