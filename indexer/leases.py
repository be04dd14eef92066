"""Both kinds of jobs, stages of assets and writing of metadata, where they are handled alike."""

from dam.catalog import jobs
from dam.catalog.writers import metadata_writes


def any_due() -> bool:
    """Tell whether a claim would find something now."""
    return jobs.any_due() or metadata_writes.any_due()


def renew(owner: str, *, lease_s: int) -> int:
    """Extend the leases of everything that `owner` holds; returns how many."""
    return jobs.renew(owner, lease_s=lease_s) + metadata_writes.renew(owner, lease_s=lease_s)


def release(owner: str) -> int:
    """Give back everything that `owner` holds, unharmed; returns how many."""
    return jobs.release(owner) + metadata_writes.release(owner)


def release_dead() -> int:
    """Give back what processes of this machine held that are no longer alive; returns how many."""
    return jobs.release_dead() + metadata_writes.release_dead()
