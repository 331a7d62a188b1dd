"""`tf.linalg`: the names alone; the ops stand in `minitape.ops`."""

from .ops import (  # noqa: F401
    eye,
    global_norm,
    l2_normalize,
    matmul,
    norm,
    normalize,
    tensordot,
)
