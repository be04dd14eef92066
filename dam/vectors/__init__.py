"""Vector stores: FAISS (the embedded default) and an exact numpy one (the oracle of the contract tests)."""
