"""`tf.config.experimental`: older names, and settings of GPUs."""

from ..arrays.cuda import gpu
from ..arrays.devices import LogicalDevice, PhysicalDevice, logical_devices, physical_devices
from ..settings import (
    enable_tensor_float_32_execution,
    set_op_determinism,
    tensor_float_32_execution_enabled,
)

__all__ = [
    "enable_op_determinism",
    "enable_tensor_float_32_execution",
    "get_device_details",
    "list_logical_devices",
    "list_physical_devices",
    "set_memory_growth",
    "tensor_float_32_execution_enabled",
]


def check_device(device) -> None:
    """Raises ValueError unless the device is one of those that are listed."""
    if device not in physical_devices():
        raise ValueError(
            f"Unrecognized device: {device!r}. Expected one of "
            f"tf.config.list_physical_devices(): {list(physical_devices())}."
        )


def list_physical_devices(device_type=None) -> list[PhysicalDevice]:
    """The hardware of this type ("CPU", "GPU"), or all of it."""
    return [one for one in physical_devices() if device_type in (None, one.device_type)]


def list_logical_devices(device_type=None) -> list[LogicalDevice]:
    """The devices of this type that a program can address, or all."""
    return [one for one in logical_devices() if device_type in (None, one.device_type)]


def set_memory_growth(device, enable) -> None:
    """Nothing to do for a GPU: CuPy takes memory as it is needed.

    Raises:
        ValueError: a device that is no GPU, or is not there.
    """
    check_device(device)
    if device.device_type != "GPU":
        raise ValueError(
            f"Cannot set memory growth on non-GPU and non-Pluggable devices. Received: {device}. "
            "Give one of tf.config.list_physical_devices('GPU')."
        )


def get_device_details(device) -> dict:
    """What is known of a device: a GPU's name and compute capability, nothing of a CPU."""
    check_device(device)
    if device.device_type == "CPU":
        return {}
    return gpu.details(int(device.name.rpartition(":")[2]))


def enable_op_determinism() -> None:
    """Has ops on a GPU give the same bits in each run; on the CPU they always do."""
    set_op_determinism(True)
