"""What a token of the API may do."""

from enum import StrEnum


class Scope(StrEnum):
    """One right; a token has any of them, none includes another, and none of them makes tokens."""

    READ = "read"
    ORIGINALS = "originals"
    WRITE = "write"
    ADMIN = "admin"

    @property
    def in_words(self) -> str:
        """What it allows, for the page and the documents."""
        return _IN_WORDS[self]


_IN_WORDS = {
    Scope.READ: "search, and see everything: assets, previews, people, tags, collections, libraries, jobs",
    Scope.ORIGINALS: "download the original files",
    Scope.WRITE: "change people, tags, transcripts and collections",
    Scope.ADMIN: "add, edit and remove libraries, retry jobs, and share collections with guests",
}
