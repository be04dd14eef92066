"""Queries on the catalogue that others call."""
