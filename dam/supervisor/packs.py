"""Which model pack is fetched in the background while metadata and previews already go on."""

from dam.catalog import pack as choices
from dam.config import Config
from dam.engines import weights
from dam.engines.packs import load_pack
from dam.supervisor.child import ChildSpec

_WANTED = "standard"


def fetcher(settings: Config) -> ChildSpec | None:
    """Return the child that fetches a pack, or None when there is nothing to fetch (or the settings forbid it).

    On the first start `standard` is fetched and then used; a note in the run folder has that tried again at the
    next start until it has worked, so that an interrupted download goes on. Raises ConfigError for an unknown pack.
    """
    env, places = settings.env, settings.places
    if env.offline:
        return None
    if env.pack:
        here = weights.is_present(load_pack(env.pack), models=places.models)
        return None if here else ChildSpec(name="models", command=("models", "pull", env.pack), restart=False)
    note = places.run / "fetch-models"
    chosen = choices.active()
    if chosen is None:
        note.touch()
    elif _WANTED in (chosen.name, chosen.building):
        note.unlink(missing_ok=True)
    if not note.exists():
        return None
    return ChildSpec(name="models", command=("models", "pull", _WANTED, "--use"), restart=False)
