"""Whether a folder lies on another machine, whose changes raise no events here (Linux; elsewhere: not known)."""

from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_NETWORK_TYPES = frozenset(
    {
        "9p", "afs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
        "fuse.sshfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs",
    }
)  # fmt: skip


def is_on_network(folder: Path, *, mounts: Path = _MOUNTS) -> bool:
    """Tell whether `folder` (absolute, links resolved) lies on a network file system."""
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return False
    best, kind = -1, ""
    for line in lines:
        fields = line.split(b" ")
        if len(fields) < 3:
            continue
        # Blanks and the like in a mount point are written as octal escapes (man 5 fstab).
        point = Path(fields[1].decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape"))
        if len(point.parts) >= best and folder.is_relative_to(point):
            best, kind = len(point.parts), fields[2].decode("ascii", "replace")
    return kind in _NETWORK_TYPES
