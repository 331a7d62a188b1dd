"""`tf.bitwise`: the names alone; the ops stand in `minitape.ops`."""

from .ops import (  # noqa: F401
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    invert,
    left_shift,
    right_shift,
)
