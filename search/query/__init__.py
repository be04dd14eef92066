"""The language of a search: what may be typed, as a grammar, as a tree, and back as text."""
