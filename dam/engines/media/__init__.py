"""Originals to pixels, sound and metadata, in decoder children: `reader` is the port, `child` the other side."""
