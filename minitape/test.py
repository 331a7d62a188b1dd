"""`tf.test`: the names alone; the function stands in `minitape.learn`."""

from .learn.check import compute_gradient  # noqa: F401
