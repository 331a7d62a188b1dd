"""TraceNaNs: finds where a NaN is born while a model is trained."""

from ...learn.nans import NaNTracer, trace_nans
from .callback import Callback


class TraceNaNs(Callback):
    """Ends training with an error at the op that makes the first NaN or Inf: see `trace_nans`.

    The error tells the op, forward or backward, its layer, the batch and the usual cure. Steps run
    in Python while it looks, so have it begin shortly before the batch that goes wrong.

    Args:
        epoch: the epoch from which on it looks, from 0.
        batch: the batch of that epoch from which on it looks, from 0.
        raise_at_once: whether to raise; otherwise births are collected in `births`.
        ignore: names of ops that are left alone.

    Raises:
        NaNError: (an InvalidArgumentError, in `fit`) its `birth` holds what it tells.
    """

    def __init__(self, epoch=0, batch=0, raise_at_once=True, ignore=()):
        self._begin = (epoch, batch)
        self._epoch = 0
        self._tracer: NaNTracer = trace_nans(raise_at_once, ignore)
        self.births = self._tracer.births

    def on_epoch_begin(self, epoch, logs=None):
        """Remembers the epoch."""
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        """Begins to look, if it is time."""
        if (self._epoch, batch) >= self._begin:
            self._tracer.__enter__()

    def on_train_batch_end(self, batch, logs=None):
        """Other callbacks, and evaluations, may do with NaN what they like."""
        self._tracer.__exit__()
