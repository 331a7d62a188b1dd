"""LearningRateScheduler and ReduceLROnPlateau: the learning rate from epoch to epoch."""

import warnings

import numpy

from ..messages import say
from .callback import Callback
from .monitor import MonitorCallback


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch; the logs get a "learning_rate".

    Args:
        schedule: `schedule(epoch, learning_rate)`, which returns a float; or `schedule(epoch)`.
        verbose: 1 to print each rate.

    Raises:
        ValueError: when an epoch begins: the schedule returned something else than a float.
    """

    def __init__(self, schedule, verbose=0):
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        """Sets the rate."""
        optimizer = self.model.optimizer
        if not hasattr(optimizer, "learning_rate"):
            raise ValueError(
                "LearningRateScheduler needs an optimizer with a `learning_rate`. Received: "
                f"{optimizer!r}."
            )
        try:
            rate = self.schedule(epoch, _rate(optimizer))
        except TypeError:  # it takes the epoch alone
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, numpy.float32)):
            raise ValueError(
                "The `schedule` of LearningRateScheduler should return a float. Received: "
                f"{rate!r} of type {type(rate).__name__}."
            )
        optimizer.learning_rate = rate
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch, logs=None):
        """Notes the rate in the logs."""
        if logs is not None:
            logs["learning_rate"] = _rate(self.model.optimizer)


class ReduceLROnPlateau(MonitorCallback):
    """Lowers the learning rate after `patience` epochs without an improvement.

    The logs get a "learning_rate".

    Args:
        monitor: the number's name in the logs.
        factor: the new rate is the old one times this.
        patience: how many epochs without an improvement to wait for.
        verbose: 1 to print each new rate.
        mode: "min", "max", or "auto" to decide by the name.
        min_delta: the smallest difference that counts as an improvement.
        cooldown: how many epochs after a reduction are left out of account.
        min_lr: the lowest rate.

    Raises:
        ValueError: a factor of 1 or more.
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
        **kwargs,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(
                "ReduceLROnPlateau lowers the rate, so `factor` must be below 1. Received: "
                f"factor={factor}."
            )
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs=None):
        """Begins anew, so that it can be used again."""
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        """Looks at the epoch's value."""
        self._set_monitor_op()
        logs = {} if logs is None else logs
        logs["learning_rate"] = _rate(self.model.optimizer)
        current = logs.get(self.monitor)
        if current is None:
            warnings.warn(
                f"ReduceLROnPlateau watches {self.monitor!r}, which the logs don't have. They "
                f"have: {', '.join(logs)}. A name with 'val_' needs validation data.",
                stacklevel=2,
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        old = _rate(self.model.optimizer)
        if old <= numpy.float32(self.min_lr):
            return
        new = max(old * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = new
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0

    def in_cooldown(self) -> bool:
        """Whether a reduction was made so recently that nothing is expected yet."""
        return self.cooldown_counter > 0


def _rate(optimizer) -> float:
    return float(numpy.asarray(optimizer.learning_rate))
