"""Django's handle on the indexer."""

from django.apps import AppConfig


class IndexerConfig(AppConfig):
    """The app `indexer`: commands and tasks, no tables."""

    name = "indexer"
