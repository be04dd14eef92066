"""Choices that people made in the pages or by a command, each under one name with one default."""

from dam.catalog.models import Preference

FACES = "faces"  # look for faces at all
CAPTIONS = "captions"  # write a sentence about each picture: slow, so it is asked for
HISTORY = "history"  # remember what was searched

_DEFAULTS: dict[str, bool] = {FACES: True, CAPTIONS: False, HISTORY: True}


def is_on(name: str) -> bool:
    """Return a switch's position."""
    value = Preference.objects.filter(key=name).values_list("value", flat=True).first()
    return _DEFAULTS[name] if value is None else bool(value)


def switch(name: str, *, on: bool) -> None:
    """Put a switch into a position."""
    if name not in _DEFAULTS:
        raise KeyError(name)
    Preference.objects.update_or_create(key=name, defaults={"value": on})
