"""The catalogue: the only ORM. Others call `readers` (queries), `writers` (changes) and `jobs` (what is left)."""
