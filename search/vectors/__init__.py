"""Vectors that follow the catalogue, and what is asked of them."""
