"""The product's shell and its shared nouns: types, ports, catalogue, engines, vectors."""

VERSION = "0.1.0"  # pyproject.toml has the same
