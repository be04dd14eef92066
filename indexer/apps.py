"""Django's handle on the indexer."""

from importlib import import_module

from django.apps import AppConfig


class IndexerConfig(AppConfig):
    """The app `indexer`: commands and tasks, no tables."""

    name = "indexer"

    def ready(self) -> None:
        """Register the system checks; they need the tables' classes, which exist only now."""
        import_module("dam.checks")
