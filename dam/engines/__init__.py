"""Adapters around model and media libraries: the only place, with `dam.vectors`, that imports them."""
