"""`tf.distribute`: strategies for one replica, which is all that one CPU has."""

from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from typing import Any

from .arrays.devices import device
from .ops import reduce_mean, reduce_sum

__all__ = [
    "MirroredStrategy",
    "OneDeviceStrategy",
    "ReduceOp",
    "Strategy",
    "get_strategy",
    "has_strategy",
]


class ReduceOp(Enum):
    """How the values of replicas, or of an axis, are put together."""

    SUM = "SUM"
    MEAN = "MEAN"


class Strategy:
    """Runs a program on one replica: as it stands.

    Attributes:
        num_replicas_in_sync: 1.
    """

    num_replicas_in_sync = 1

    def scope(self) -> AbstractContextManager:
        """A context in which variables and models are made."""
        return nullcontext(self)

    def run(self, fn, args=(), kwargs=None, options=None) -> Any:
        """What a function gives."""
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op, value, axis=None) -> Any:
        """The value of the one replica, summed or averaged along an axis if one is given."""
        if axis is None:
            return value
        is_mean = ReduceOp(getattr(reduce_op, "value", str(reduce_op).upper())) is ReduceOp.MEAN
        return (reduce_mean if is_mean else reduce_sum)(value, axis)

    def experimental_distribute_dataset(self, dataset, options=None) -> Any:
        """The dataset itself."""
        return dataset

    def experimental_local_results(self, value) -> tuple:
        """The value of each replica."""
        return (value,)


class MirroredStrategy(Strategy):
    """A copy of the variables on each GPU, of which there is none: on the CPU.

    Args:
        devices: their names; all there are unless given.
        cross_device_ops: not used.

    Raises:
        InvalidArgumentError: a device that is not there.
    """

    def __init__(self, devices=None, cross_device_ops=None):
        for name in devices or ():
            device(name)


class OneDeviceStrategy(MirroredStrategy):
    """Everything on one device.

    Args:
        device: its name.

    Raises:
        InvalidArgumentError: it is not there.
    """

    def __init__(self, device):
        super().__init__([device])


_DEFAULT = Strategy()


def get_strategy() -> Strategy:
    """The strategy in use."""
    return _DEFAULT


def has_strategy() -> bool:
    """False: no program is spread over several devices."""
    return False
