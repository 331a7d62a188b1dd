"""`tf.config`: what a program runs on, and how.

Most of what can be set here changes nothing, and is answered as TensorFlow answers.
"""

from typing import Any, NamedTuple

from ..arrays.devices import (
    LogicalDevice,
    PhysicalDevice,
    default_device,
    logical_devices,
    physical_devices,
    set_default_device,
)
from ..settings import functions_run_eagerly, run_functions_eagerly
from . import experimental, optimizer, threading
from .placement import get_soft_device_placement, set_soft_device_placement

__all__ = [
    "LogicalDevice",
    "LogicalDeviceConfiguration",
    "PhysicalDevice",
    "experimental",
    "functions_run_eagerly",
    "get_default_device",
    "get_logical_device_configuration",
    "get_soft_device_placement",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "optimizer",
    "run_functions_eagerly",
    "set_default_device",
    "set_logical_device_configuration",
    "set_soft_device_placement",
    "set_visible_devices",
    "threading",
]


class LogicalDeviceConfiguration(NamedTuple):
    """How a device is to be divided."""

    memory_limit: Any = None
    experimental_priority: Any = None
    experimental_device_ordinal: Any = None


def list_physical_devices(device_type=None) -> list[PhysicalDevice]:
    """The hardware of this type ("CPU", "GPU"), or all of it."""
    return _of_type(physical_devices(), device_type)


def list_logical_devices(device_type=None) -> list[LogicalDevice]:
    """The devices of this type that a program can address, or all."""
    return _of_type(logical_devices(), device_type)


def get_default_device() -> LogicalDevice:
    """Where new tensors are put where no `tf.device` is around; see `set_default_device`."""
    device = default_device()
    return LogicalDevice(f"/device:{device.kind}:{device.number}", device.kind)


def get_visible_devices(device_type=None) -> list[PhysicalDevice]:
    """The same as `list_physical_devices`: no device is hidden."""
    return list_physical_devices(device_type)


def set_visible_devices(devices, device_type=None) -> None:
    """Names the devices that may be used: the CPU must be among them.

    Raises:
        ValueError: a device that is not there.
        RuntimeError: the CPU is left out.
    """
    devices = devices if isinstance(devices, (list, tuple)) else [devices]
    devices = [devices] if isinstance(devices, PhysicalDevice) else devices
    for device in devices:
        experimental.check_device(device)
    if not devices and device_type in (None, "CPU"):
        raise RuntimeError(
            "Visible devices cannot be modified after being initialized: minitape computes on the "
            "CPU, which must stay visible. Received: an empty list of devices."
        )


def get_logical_device_configuration(device) -> None:
    """None: the device is not divided."""
    experimental.check_device(device)


def set_logical_device_configuration(device, logical_devices) -> None:
    """Refuses to divide a device.

    Raises:
        RuntimeError: always.
    """
    experimental.check_device(device)
    raise RuntimeError(
        "Virtual devices cannot be modified after being initialized: minitape divides no device. "
        f"Received: {len(logical_devices)} logical devices. Leave the call out."
    )


def _of_type(devices: tuple, device_type: str | None) -> list:
    return [one for one in devices if device_type in (None, one.device_type)]
