"""The catalogue's tables, made or brought up to date: every command may be the first one that a user runs."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dam.config import config


def bring_up_to_date() -> bool:
    """Make the data folder and apply what migrations are missing; returns whether there were any."""
    config().places.data.mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", verbosity=0, interactive=False)
    return True
