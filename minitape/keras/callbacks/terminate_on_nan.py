"""TerminateOnNaN: ends a training that has gone wrong."""

import numpy

from ..messages import say
from .callback import Callback


class TerminateOnNaN(Callback):
    """Ends training after a batch whose loss is nan or infinite.

    Args:
        raise_error: whether to raise, so that no other callback takes it for a regular end.

    Raises:
        RuntimeError: after such a batch, with `raise_error`.
    """

    def __init__(self, raise_error: bool = False):
        self.raise_error = raise_error

    def on_batch_end(self, batch, logs=None):
        """Looks at the batch's loss."""
        loss = (logs or {}).get("loss")
        if loss is None or numpy.all(numpy.isfinite(loss)):
            return
        if self.raise_error:
            raise RuntimeError(
                f"The loss became {loss} in batch {batch}; raise_error=True ends training here. "
                "Use minitape.learn.trace_nans() to find the op that made it."
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
