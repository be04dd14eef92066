"""Where models run: the setting, or the best that the machine has."""

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
