"""The product's shell and its shared nouns: types, ports, catalogue, engines, vectors."""
