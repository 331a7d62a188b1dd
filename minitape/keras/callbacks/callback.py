"""Callback: code that runs at fixed moments of training."""

from typing import Any


class Callback:
    """Subclass it and write the hooks you need; `self.model` and `self.params` are there.

    `logs` is a dict of floats: running means of the epoch so far, for a batch; the epoch's
    results, for an epoch. Batches and epochs are counted from 0.
    """

    params: dict | None = None
    model: Any = None

    def set_params(self, params: dict) -> None:
        """Learns how long training will be: {"verbose", "epochs", "steps"}."""
        self.params = params

    def set_model(self, model) -> None:
        """Learns which model is trained."""
        self.model = model

    def on_train_begin(self, logs=None):
        """Training starts."""

    def on_train_end(self, logs=None):
        """Training has ended; logs are those of the last epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """An epoch starts."""

    def on_epoch_end(self, epoch, logs=None):
        """An epoch has ended; logs have the validation's results too, with "val_" before."""

    def on_batch_begin(self, batch, logs=None):
        """The same as `on_train_batch_begin`."""

    def on_batch_end(self, batch, logs=None):
        """The same as `on_train_batch_end`."""

    def on_train_batch_begin(self, batch, logs=None):
        """A batch of training starts."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """A batch of training has ended."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs=None):
        """An evaluation starts."""

    def on_test_end(self, logs=None):
        """An evaluation has ended."""

    def on_test_batch_begin(self, batch, logs=None):
        """A batch of an evaluation starts."""

    def on_test_batch_end(self, batch, logs=None):
        """A batch of an evaluation has ended."""

    def on_predict_begin(self, logs=None):
        """A prediction starts."""

    def on_predict_end(self, logs=None):
        """A prediction has ended."""

    def on_predict_batch_begin(self, batch, logs=None):
        """A batch of a prediction starts."""

    def on_predict_batch_end(self, batch, logs=None):
        """A batch of a prediction has ended."""
