"""`tf.compat.v1`: the few names of TensorFlow 1 that programs without graphs and sessions use."""

from ...ops.graph import executing_eagerly
from ...ops.random import set_seed
from . import logging

__all__ = [
    "disable_eager_execution",
    "enable_eager_execution",
    "enable_v2_behavior",
    "executing_eagerly",
    "logging",
    "set_random_seed",
]


def set_random_seed(seed) -> None:
    """Sets the global seed: `tf.random.set_seed`."""
    set_seed(seed)


def enable_eager_execution(config=None, device_policy=None, execution_mode=None) -> None:
    """Nothing to do: every op is run when it is called."""


def enable_v2_behavior() -> None:
    """Nothing to do: this is TensorFlow 2's behaviour."""


def disable_eager_execution() -> None:
    """Refuses to build graphs.

    Raises:
        NotImplementedError: always, with what to do instead.
    """
    raise NotImplementedError(
        "minitape has no graphs and sessions, every op is run when it is called. Leave "
        "disable_eager_execution() out, and write the program as for TensorFlow 2."
    )
