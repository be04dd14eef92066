"""Django's handle on the catalogue."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The app `catalog`."""

    name = "dam.catalog"
    label = "catalog"
    verbose_name = "Catalogue"
