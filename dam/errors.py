"""Every error that Afterimage raises on purpose, as one tree.

    AfterimageError
    ├── ConfigError            the settings can't be used as they are
    ├── MediaError             this file can't become an asset
    │   ├── UnsupportedMedia   not a format that we read (or not media at all)
    │   ├── DamagedMedia       a format that we read, but the bytes are broken
    │   ├── MediaTooLarge      over a limit: pixels, memory, time
    │   ├── DecoderCrashed     the decoder child died or had to be killed
    │   └── MediaVanished      the file went away or changed while it was read
    ├── EngineError            a model can't be loaded or failed
    │   ├── ModelUnavailable   its weights are not here and can't be fetched
    │   └── PackIncomplete     some of the library has no vectors by that pack yet
    ├── MetadataToolFailed     metadata can't be written into a file, or read from it
    │   └── MetadataToolMissing    ExifTool is not installed
    ├── StoreError             a vector index or a rendition can't be read or written
    ├── QueryError             the words of a search can't be understood
    ├── CollectionError        a collection or a pinned query can't be made or changed like that
    ├── StockError             a submission, a release or an export can't be made like that
    ├── SelectionError         what is selected is nothing, or more than can be worked with at once
    ├── PeopleError            what was asked of people or faces can't be done
    │   └── AlreadyNamed       somebody else has that name: they may be merged
    ├── TagError               a tag can't be made or changed so
    ├── MetadataError          a title, a keyword … can't be changed so
    ├── TranscriptError        a transcript can't be changed or read like that
    ├── TokenError             a token of the API can't be made, or is not there
    ├── ShareError             a collection can't be shared like that
    ├── HandOffError           what was asked for can't be downloaded or taken to an edit
    └── TakeoutError           an archive can't be written there, or can't be read whole

The message of each is one plain sentence that may be shown to the user as it is.
"""


class AfterimageError(Exception):
    """The root: `str(error)` is a sentence for the user."""


class ConfigError(AfterimageError):
    """The settings can't be used as they are; the message names the setting."""


class MediaError(AfterimageError):
    """This file can't become an asset; the batch goes on."""


class UnsupportedMedia(MediaError):
    """Not a format that we read, or not media at all."""


class DamagedMedia(MediaError):
    """A format that we read, but nothing usable is in the bytes."""


class MediaTooLarge(MediaError):
    """Over one of our limits: pixels, memory or time."""


class DecoderCrashed(MediaError):
    """The decoder child died or had to be killed; worth another attempt."""


class MediaVanished(MediaError):
    """The file went away, or changed, while it was being read; worth another attempt."""


class EngineError(AfterimageError):
    """A model can't be loaded, or failed while it was computing."""


class ModelUnavailable(EngineError):
    """A model's weights are not on this machine and no hub answers."""


class PackIncomplete(EngineError):
    """A pack can't be asked yet: `missing` units have no vectors of its model."""

    def __init__(self, message: str, *, missing: int) -> None:
        super().__init__(message)
        self.missing = missing


class MetadataToolFailed(AfterimageError):
    """Metadata can't be read from a file or written into it by ExifTool."""


class MetadataToolMissing(MetadataToolFailed):
    """ExifTool is not installed."""


class StoreError(AfterimageError):
    """A vector index or a rendition can't be read or written."""


class QueryError(AfterimageError):
    """The words of a search can't be understood; the message says where."""


class CollectionError(AfterimageError):
    """A collection or a pinned query can't be made or changed in the way that was asked for."""


class StockError(AfterimageError):
    """A submission, a release or an export can't be made or changed in the way that was asked for."""


class SelectionError(AfterimageError):
    """Nothing is selected, or more than can be worked with at once."""


class PeopleError(AfterimageError):
    """What was asked of people or faces can't be done as things are."""


class AlreadyNamed(PeopleError):
    """Somebody else has that name: `existing_id` is the person to merge into."""

    def __init__(self, message: str, *, existing_id: int) -> None:
        super().__init__(message)
        self.existing_id = existing_id


class TagError(AfterimageError):
    """A tag can't be made or changed in the way that was asked for."""


class MetadataError(AfterimageError):
    """A field of an asset's metadata can't be changed in the way that was asked for; the message names the field."""


class TranscriptError(AfterimageError):
    """A transcript can't be changed, or a file can't be read as one; the message says why."""


class TokenError(AfterimageError):
    """A token of the API can't be made, or is not there."""


class ShareError(AfterimageError):
    """A collection can't be shared in the way that was asked for, or a link is not there."""


class HandOffError(AfterimageError):
    """What was asked for can't be handed out: nothing is left of it, or it is more than is given at once."""


class TakeoutError(AfterimageError):
    """An archive can't be written there, or is not whole; nothing was changed."""
