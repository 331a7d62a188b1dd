"""The devices that arrays can lie on, by TensorFlow's names: there is one, the CPU."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from ..errors import InvalidArgumentError

_HERE = {"job": "localhost", "replica": "0", "task": "0"}
CPU = "/job:localhost/replica:0/task:0/device:CPU:0"


class PhysicalDevice(NamedTuple):
    """A piece of hardware."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A piece of hardware, or a part of one, as programs address it."""

    name: str
    device_type: str


PHYSICAL = (PhysicalDevice("/physical_device:CPU:0", "CPU"),)
LOGICAL = (LogicalDevice("/device:CPU:0", "CPU"),)


def device(device_name) -> AbstractContextManager:
    """A context in which tensors are made and computed on a device: on the CPU.

    Args:
        device_name: "/CPU:0", "cpu", "/device:CPU:0", a LogicalDevice, or None.

    Raises:
        InvalidArgumentError: a device that is not there, such as "/GPU:0".
        ValueError: no name of a device.
    """
    name = getattr(device_name, "name", device_name)
    if name is not None:
        _check(name)
    return nullcontext()


def _check(name: Any) -> None:
    if not isinstance(name, str):
        raise ValueError(f"Expecting a string device name. Got {type(name)}({name!r})")
    for word in filter(None, name.split("/")):
        key, _, rest = word.partition(":")
        if key in _HERE:
            there = rest == _HERE[key]
        else:
            kind = (rest.partition(":")[0] if key == "device" else key).upper()
            if not kind.endswith(("CPU", "GPU", "TPU")):
                raise ValueError(
                    f"Unknown attribute {word!r} is encountered while parsing the device spec: "
                    f"{name!r}. Expected a name such as '/CPU:0'."
                )
            there = kind.endswith("CPU")
        if not there:
            raise InvalidArgumentError(
                f"There is no device {name!r} here: minitape computes on the CPU of this machine. "
                "Write '/CPU:0', or ask tf.config.list_physical_devices('GPU') first what there is."
            )
