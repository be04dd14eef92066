"""Leaving at any time: everything that people said, exported in open formats, and an installation rebuilt from it."""
