"""`manage.py tokens create | list | revoke`: what programs sign in to the API with."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dam.catalog.readers.tokens import TokenView, list_tokens
from dam.catalog.upgrade import bring_up_to_date
from dam.catalog.writers.tokens import create_token, revoke_token
from dam.errors import AfterimageError
from dam.types import Scope

_LONGEST_DAYS = 3650


class Command(BaseCommand):
    """Tokens of the API."""

    help = (
        "Make, list or revoke tokens of the API. A token is printed once, when it is made: keep it like a password. "
        "Exit codes: 0 done, 1 it can't be done (the reason is printed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="create | list | revoke")
        create = verbs.add_parser("create", help="make a token and print it")
        create.add_argument("--name", required=True, help="what it is for")
        create.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=[scope.value for scope in Scope],
            help="; ".join(f"{scope.value}: {scope.in_words}" for scope in Scope) + " (may be repeated)",
        )
        create.add_argument("--days", type=int, default=None, help="it runs out after so many days; else never")
        listing = verbs.add_parser("list", help="show the tokens, without their secrets")
        listing.add_argument("--json", action="store_true", help="print JSON")
        revoke = verbs.add_parser("revoke", help="let a token work no more")
        revoke.add_argument("id", type=int, help="its number, as `list` shows it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        bring_up_to_date()
        verbs = {"create": self._create, "list": self._list, "revoke": self._revoke}
        try:
            verbs[options["verb"]](options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=1) from error

    def _create(self, options: dict[str, Any]) -> None:
        days = options["days"]
        if days is not None and not 1 <= days <= _LONGEST_DAYS:
            raise CommandError(f"--days takes 1 to {_LONGEST_DAYS}.", returncode=1)
        expires_at = timezone.now() + timedelta(days=days) if days else None
        _, secret = create_token(options["name"], [Scope(scope) for scope in options["scope"]], expires_at=expires_at)
        self.stderr.write("This is the token. It is shown this once:")
        self.stdout.write(secret)

    def _list(self, options: dict[str, Any]) -> None:
        tokens = list_tokens()
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(token) for token in tokens], indent=2))
            return
        if not tokens:
            self.stdout.write("No tokens yet. Make one: manage.py tokens create --name backup --scope read")
            return
        table = Table("", "name", "scopes", "made", "last used", "runs out")
        for token in tokens:
            used, out = _day(token.last_used_at, "never"), _day(token.expires_at, "never")
            out = f"{out} (has run out)" if token.expired else out
            cells = (str(token.id), token.name, " ".join(token.ordered), _day(token.created_at, ""), used, out)
            table.add_row(*(Text(cell) for cell in cells))
        Console().print(table)

    def _revoke(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"“{revoke_token(options['id'])}” is revoked.")


def _day(moment: Any, none: str) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else none


def _as_json(token: TokenView) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": [scope.value for scope in token.ordered],
        "created_at": token.created_at.isoformat(),
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "expired": token.expired,
    }
