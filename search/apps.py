"""Django's handle on the search."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The app `search`: pages and commands, no tables."""

    name = "search"
