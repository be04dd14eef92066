"""Originals to pixels, sound and metadata: decoder children and what runs inside them."""
