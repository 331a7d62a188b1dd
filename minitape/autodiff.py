"""`tf.autodiff`: the names alone; the recorders stand in `minitape.engine`."""

from .engine import ForwardAccumulator, GradientTape  # noqa: F401
