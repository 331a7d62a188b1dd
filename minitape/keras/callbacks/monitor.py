"""MonitorCallback: what the callbacks share that watch one number of the logs."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy

from ...settings import floatx
from .callback import Callback


class MonitorCallback(Callback):
    """Watches one number of the logs, and knows whether a value of it is better than another.

    A value is better if it is smaller (mode "min") or larger ("max") by more than `min_delta`.

    Args:
        monitor: the number's name in the logs.
        mode: "min", "max", or "auto" to decide by the name: a loss is to be small, and a metric
            given to `compile` says itself which it is.
        baseline: the value to begin with as the best one.
        min_delta: the smallest difference that counts.

    Attributes:
        best: the best value so far, or None.

    Raises:
        ValueError: with "auto", at the end of an epoch: nothing says whether the number is to be
            small or large.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__} knows the modes 'auto', 'min' and 'max'. Received: "
                f"mode={mode!r}; 'auto' is used.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op: Callable | None = None

    def _set_monitor_op(self) -> None:
        """Finds out what is better; not before the model has its metrics."""
        if self.monitor_op is None:
            mode = self._inferred_mode() if self.mode == "auto" else self.mode
            self.monitor_op = numpy.less if mode == "min" else numpy.greater

    def _inferred_mode(self) -> str:
        name = self.monitor.removeprefix("val_")
        # The metrics that `compile` was given stand in a metric that keeps them together.
        for group in getattr(self.model, "metrics", []):
            for metric in getattr(group, "metrics", []):
                direction = getattr(metric, "_direction", None)
                if metric.name == name and direction is not None:
                    return "max" if direction == "up" else "min"
        if name == "loss":
            return "min"
        raise ValueError(
            f"{type(self).__name__} can't tell whether monitor={self.monitor!r} should be small or "
            "large. Pass mode='min' or mode='max'."
        )

    def _is_improvement(self, value: Any, reference: Any) -> bool:
        if reference is None:
            return True
        self._set_monitor_op()
        assert self.monitor_op is not None
        delta = self.min_delta if self.monitor_op is numpy.greater else -self.min_delta
        # Compared in the type that the values were computed in, as in Keras.
        value, reference = numpy.asarray([value - delta, reference], dtype=floatx())
        return bool(self.monitor_op(value, reference))
