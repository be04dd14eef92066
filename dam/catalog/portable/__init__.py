"""Rows that leave one catalogue and arrive in another: every reference is by what it means, never by a number."""
