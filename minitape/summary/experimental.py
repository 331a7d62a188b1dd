"""`tf.summary.experimental`: the step that summaries have if they aren't given one."""

from .writer import get_step, set_step

__all__ = ["get_step", "set_step"]
