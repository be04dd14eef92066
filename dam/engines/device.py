"""Where models run: the setting, or the best that the machine has."""

import platform
from pathlib import Path

from dam.errors import ConfigError


def pick_device(wanted: str) -> str:
    """Return "cpu", "cuda" or "mps" for a setting that may also be "auto".

    Raises ConfigError when the setting names a device that is not there.
    """
    import torch

    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(device for device in ("cuda", "mps", "cpu") if here[device])
    if not here.get(wanted, False):
        present = ", ".join(device for device, there in here.items() if there)
        raise ConfigError(f"AFTERIMAGE_DEVICE is {wanted}, which this machine does not have; it has {present}.")
    return wanted


def likely_gpu(wanted: str) -> bool:
    """Tell whether `wanted` will come out as a GPU, without loading torch: for what is worth doing side by side."""
    if wanted != "auto":
        return wanted not in {"", "cpu"}
    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return apple or Path("/dev/nvidiactl").exists() or Path("/dev/kfd").exists()
