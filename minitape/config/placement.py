"""Where ops are computed: on the CPU."""

from .settings import SETTINGS


def get_log_device_placement() -> bool:
    """What `set_log_device_placement` was told."""
    return SETTINGS["log_device_placement"]


def set_log_device_placement(enabled) -> None:
    """Accepted for TensorFlow's scripts: no line is printed for each op."""
    SETTINGS["log_device_placement"] = bool(enabled)


def get_soft_device_placement() -> bool:
    """What `set_soft_device_placement` was told."""
    return SETTINGS["soft_device_placement"]


def set_soft_device_placement(enabled) -> None:
    """Accepted for TensorFlow's scripts: nothing is moved to a device that wasn't asked for."""
    SETTINGS["soft_device_placement"] = bool(enabled)
