"""The pages, by noun: each fetches, calls one thing, and answers."""
