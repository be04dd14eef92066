"""`manage.py work`: one worker."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from dam.config import config
from dam.supervisor.log import log_to_stderr
from indexer.celery import app
from indexer.worker import work


class Command(BaseCommand):
    """Does what is due: previews, vectors, transcripts. `manage.py run` starts one; start more on more machines."""

    help = "Run a worker: it does what is due until it is told to stop (Ctrl-C; twice: at once)."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Work until a signal comes."""
        log_to_stderr(config().env.log_level)
        sys.exit(work(app))
