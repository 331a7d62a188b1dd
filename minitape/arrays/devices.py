"""The devices that arrays lie on, by TensorFlow's names, and the one where new tensors are put.

"/CPU:0" is NumPy's memory; "/GPU:0" and so on are NVIDIA's cards, through CuPy; "/SIM:0" is a card
that is simulated: the same kernels run on the CPU, thread by thread, and say where one of them
reads past an array. An op runs where its inputs lie. Nothing is moved by itself but numbers.
"""

import os
import threading
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any, NamedTuple

import numpy

from ..errors import InvalidArgumentError
from .convert import as_array
from .cuda import gpu, simulator
from .dtypes import DType, as_dtype

_HERE = {"job": "localhost", "replica": "0", "task": "0"}
_KINDS = ("CPU", "GPU", "SIM", "TPU")


class PhysicalDevice(NamedTuple):
    """A piece of hardware."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A piece of hardware, or a part of one, as programs address it."""

    name: str
    device_type: str


class Device(NamedTuple):
    """Where arrays lie: a kind ("CPU", "GPU", "SIM") and a number."""

    kind: str
    number: int = 0

    @property
    def name(self) -> str:
        """TensorFlow's whole name of it."""
        return f"/job:localhost/replica:0/task:0/device:{self.kind}:{self.number}"

    def put(self, array: Any) -> Any:
        """The values of an array, which lies anywhere, on this device; itself if it is there."""
        if device_of(array) == self:
            return array
        array = array.get() if hasattr(array, "get") else array
        if self.kind == "CPU" or array.dtype.kind == "O":  # texts stay where Python is
            return array
        return simulator.put(array) if self.kind == "SIM" else gpu.put(array, self.number)


CPU = Device("CPU")


def device_of(array: Any) -> Device:
    """Where an array lies."""
    if type(array) is numpy.ndarray or isinstance(array, numpy.generic):
        return CPU
    if type(array) is simulator.SimulatedArray:
        return Device("SIM")
    return Device("GPU", array.device.id)


# -- where new tensors are put ---------------------------------------------------------------------


class _Placement(threading.local):
    """The devices of the `device` contexts that are open in a thread, the innermost last."""

    def __init__(self):
        self.open: list[Device] = []


_placement = _Placement()
_chosen: list[Device] = []  # by `set_default_device`: one or none


def current_device() -> Device:
    """Where new tensors are put: the `device` around this, or the default."""
    return _placement.open[-1] if _placement.open else default_device()


def default_device() -> Device:
    """The device without `device` around: the one that was set, MINITAPE_DEVICE, a GPU, the CPU."""
    return _chosen[0] if _chosen else _default()


@cache
def _default() -> Device:
    name = os.environ.get("MINITAPE_DEVICE")
    if name:
        return named_device(name) or CPU
    return Device("GPU") if gpu.count() else CPU


def set_default_device(name) -> None:
    """Says where new tensors are put where no `device` is around: "/CPU:0", "/GPU:1", "/SIM:0".

    Args:
        name: the device's name, a LogicalDevice, or None for what it was at the start.

    Raises:
        InvalidArgumentError: a device that is not there.
    """
    device = named_device(getattr(name, "name", name))
    _chosen[:] = [] if device is None else [device]


def placed(array: Any) -> Any:
    """A new array where new tensors are put, if it is NumPy's: others stay where they are."""
    device = current_device()
    return array if device is CPU or device_of(array) != CPU else device.put(array)


def new_array(value: Any, dtype: DType | None = None, hint: Any = None) -> Any:
    """What `as_array` makes of a value, where new tensors are put."""
    return placed(as_array(value, dtype, None if hint is None else as_dtype(hint)))


def beside(array: Any, other: Any) -> Any:
    """An array on the device of another one."""
    if type(array) is type(other) or isinstance(other, numpy.generic):
        return array
    return device_of(other).put(array)


def is_placed() -> bool:
    """Whether there is a `device` around this."""
    return bool(_placement.open)


def near(array: Any) -> AbstractContextManager:
    """A context in which tensors are made where an array lies, if no `device` is around it."""
    where = device_of(array)
    return nullcontext() if is_placed() or where == current_device() else _within(where)


def device(device_name) -> AbstractContextManager:
    """A context in which tensors are made on a device.

    Args:
        device_name: "/CPU:0", "/GPU:0", "/SIM:0", "cpu", "/device:GPU:1", a LogicalDevice, or None
            for what is the case anyway.

    Raises:
        InvalidArgumentError: a device that is not there, with what it lacks.
        ValueError: no name of a device.
    """
    found = named_device(getattr(device_name, "name", device_name))
    return nullcontext() if found is None else _within(found)


@contextmanager
def _within(device: Device):
    _placement.open.append(device)
    try:
        yield
    finally:
        _placement.open.pop()


def named_device(name: Any) -> Device | None:
    """The device that a name means; None where it names none.

    Raises:
        InvalidArgumentError: a device that is not there.
        ValueError: no name of a device.
    """
    if name is None:
        return None
    if not isinstance(name, str):
        raise ValueError(f"Expecting a string device name. Got {type(name)}({name!r})")
    found = None
    for word in filter(None, name.split("/")):
        key, _, rest = word.partition(":")
        if key in _HERE:
            if rest != _HERE[key]:
                raise _missing(name, "minitape computes on this machine alone")
            continue
        kind, _, number = (rest if key == "device" else word).partition(":")
        if kind.upper() not in _KINDS or not (number or "0").isdigit():
            raise ValueError(
                f"Unknown attribute {word!r} is encountered while parsing the device spec: "
                f"{name!r}. Expected a name such as '/CPU:0'."
            )
        found = Device(kind.upper(), int(number or 0))
    if found is not None:
        _check_there(name, found)
    return CPU if found == CPU else found  # so that `is` tells it


def _check_there(name: str, device: Device) -> None:
    if device.kind == "TPU":
        raise _missing(name, "minitape knows no TPU")
    if device.kind == "GPU" and device.number >= gpu.count():
        raise _missing(name, gpu.why_not() or f"this machine has {gpu.count()} of them")
    if device.kind in ("CPU", "SIM") and device.number:
        raise _missing(name, f"there is one {device.kind}, number 0")


def _missing(name: str, why: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"There is no device {name!r} here: {why}. Write '/CPU:0', or '/SIM:0' for a simulated "
        "card, or ask tf.config.list_physical_devices('GPU') first what there is."
    )


# -- what there is ---------------------------------------------------------------------------------


def physical_devices() -> tuple[PhysicalDevice, ...]:
    """The hardware: the CPU, and the GPUs that CuPy finds."""
    gpus = (PhysicalDevice(f"/physical_device:GPU:{n}", "GPU") for n in range(gpu.count()))
    return (PhysicalDevice("/physical_device:CPU:0", "CPU"), *gpus)


def logical_devices() -> tuple[LogicalDevice, ...]:
    """The hardware as programs address it."""
    gpus = (LogicalDevice(f"/device:GPU:{n}", "GPU") for n in range(gpu.count()))
    return (LogicalDevice("/device:CPU:0", "CPU"), *gpus)
