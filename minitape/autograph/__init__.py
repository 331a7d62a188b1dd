"""`tf.autograph`: accepted for TensorFlow's scripts. Functions run as Python; none is rewritten."""

from . import experimental

__all__ = ["experimental", "set_verbosity", "trace"]


def set_verbosity(level, alsologtostdout=False) -> None:
    """Nothing to say: no function is rewritten."""


def trace(*args) -> None:
    """Prints the arguments."""
    print(*args)
