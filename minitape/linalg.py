"""`tf.linalg`: the names alone; the ops stand in `minitape.ops`."""

from .ops import eye, global_norm, matmul, tensordot  # noqa: F401
