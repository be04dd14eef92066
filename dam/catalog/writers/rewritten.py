"""Files whose metadata was rewritten: other bytes, another fingerprint, the same asset."""

from dam.catalog.models import Asset, KnownFingerprint, MediaFile
from dam.errors import MetadataToolFailed
from dam.types.files import FileStamp


def expect(asset_id: int, fingerprint: str) -> None:
    """Let content with this fingerprint be known as that asset, besides the content that it has now.

    To be called before the file is there. Raises MetadataToolFailed where it is another asset's.
    """
    asset = Asset.objects.get(pk=asset_id)
    other = Asset.objects.filter(fingerprint=fingerprint).exclude(pk=asset_id).exists()
    if other or KnownFingerprint.objects.filter(fingerprint=fingerprint).exclude(asset_id=asset_id).exists():
        raise MetadataToolFailed("The file would become the same as another one of the library.")
    KnownFingerprint.objects.bulk_create(
        [KnownFingerprint(fingerprint=known, asset_id=asset_id) for known in {asset.fingerprint, fingerprint}],
        ignore_conflicts=True,
    )


def note(file_id: int, asset_id: int, *, fingerprint: str, size_bytes: int, stamp: FileStamp) -> None:
    """Write what the file is now: the asset's fingerprint, and the stamp by which a scan finds it unchanged."""
    Asset.objects.filter(pk=asset_id).update(fingerprint=fingerprint, size_bytes=size_bytes)
    MediaFile.objects.filter(pk=file_id).update(
        size_bytes=stamp.size_bytes, mtime_ns=stamp.mtime_ns, inode=stamp.inode
    )
