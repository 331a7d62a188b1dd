"""EarlyStopping: ends training when it has stopped getting better."""

import warnings

from ..messages import say
from .monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Ends training after `patience` epochs without an improvement.

    Args:
        monitor: the number's name in the logs.
        min_delta: the smallest difference that counts as an improvement.
        patience: how many epochs without one to wait for.
        verbose: 1 to say when it stops.
        mode: "min", "max", or "auto" to decide by the name.
        baseline: epochs that are no better than this count as epochs without an improvement.
        restore_best_weights: whether the model gets back the weights of its best epoch.
        start_from_epoch: the epochs before this one are left out of account.

    Attributes:
        stopped_epoch: the epoch it stopped after, or 0.
        best_epoch: the epoch of the best value.
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: list | None = None

    def on_train_begin(self, logs=None):
        """Begins anew, so that it can be used again."""
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        """Looks at the epoch's value."""
        self._set_monitor_op()
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        """Gives the best weights back."""
        if self.verbose and self.stopped_epoch:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                say(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs):
        """The watched value in the logs; None, with a warning, where it is missing."""
        logs = logs or {}
        if self.monitor not in logs:
            warnings.warn(
                f"EarlyStopping watches {self.monitor!r}, which the logs don't have. They have: "
                f"{', '.join(logs)}. A name with 'val_' needs validation data.",
                stacklevel=2,
            )
        return logs.get(self.monitor)
