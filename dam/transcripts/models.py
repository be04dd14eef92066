"""Which models' vectors follow the spoken lines: those that answer now, and those being made beside them."""

from dam import wiring


def line_models() -> list[str]:
    """Return the embedders whose vectors of spoken lines are searched, or soon will be."""
    packs = [pack for pack in (wiring.active_pack(), wiring.building_pack()) if pack is not None]
    found = (pack.model("embedder") for pack in packs)
    return list(dict.fromkeys(model.name for model in found if model is not None))
