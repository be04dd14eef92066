"""What is kept of searches: collections, and pinned queries with why each of their runs was made."""

from enum import StrEnum


class CollectionKind(StrEnum):
    """What a collection's members come from."""

    SEARCH = "search"  # whatever its search finds now
    MADE = "made"  # what somebody put into it, in their order


class RunCause(StrEnum):
    """Why the pinned queries were run."""

    HAND = "hand"
    PINS = "pins"  # some were added since
    MODELS = "models"  # another pack, or another model of a stage
    VOCABULARY = "vocabulary"
    TUNING = "tuning"  # thresholds: how scores become certainties, and where hits end
