"""What stock agencies are sent and want to see: releases, and how a violation of their rules weighs."""

from enum import StrEnum


class ReleaseKind(StrEnum):
    """Whose consent a release is."""

    MODEL = "model"  # a person's
    PROPERTY = "property"  # an owner's, of a place or a thing


class Severity(StrEnum):
    """What a violation does to an export."""

    ERROR = "error"  # the agency would refuse it: it is not exported
    WARNING = "warning"  # somebody should look; exported when they say so


class DeliveryForm(StrEnum):
    """What an export was written as."""

    FOLDER = "folder"
    ZIP = "zip"
