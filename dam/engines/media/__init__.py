"""Originals to pixels, sound and metadata, in decoder children: see `reader` (the port) and `child` (the other side)."""
