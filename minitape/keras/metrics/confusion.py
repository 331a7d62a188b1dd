"""Metrics of the confusion matrix: what is right and wrong at each threshold."""

from ... import ops
from ..variables import Variable
from .counts import CELLS, LOWEST, Counts, at_one, share

__all__ = [
    "TruePositives",
    "FalsePositives",
    "TrueNegatives",
    "FalseNegatives",
    "Precision",
    "Recall",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
    "PrecisionAtRecall",
    "RecallAtPrecision",
]


# -- single cells --------------------------------------------------------------------------------


class _OneCell(Counts):
    """How many (how much sample weight) are in one cell, at each threshold."""

    _cell: str
    _cells = ("accumulator",)
    accumulator: Variable

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self._set_thresholds(thresholds)
        self._add_cells()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.accumulator.assign_add(self._counted(y_true, y_pred, sample_weight)[self._cell])

    def result(self):
        return at_one(ops.convert_to_tensor(self.accumulator), self.thresholds)

    def get_config(self) -> dict:
        return super().get_config() | {"thresholds": self.init_thresholds}


class TruePositives(_OneCell):
    """How many are positive and predicted so. `thresholds`: one or several, by default 0.5."""

    _cell = "true_positives"


class FalsePositives(_OneCell):
    """How many are negative, predicted positive. `thresholds`: one or several, by default 0.5."""

    _cell = "false_positives"


class TrueNegatives(_OneCell):
    """How many are negative and predicted so. `thresholds`: one or several, by default 0.5."""

    _cell = "true_negatives"


class FalseNegatives(_OneCell):
    """How many are positive, predicted negative. `thresholds`: one or several, by default 0.5."""

    _cell = "false_negatives"


# -- precision and recall ------------------------------------------------------------------------


class _Share(Counts):
    """The share that the first of two cells has in both, at each threshold."""

    _direction = "up"

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = self._top_k = top_k
        self.class_id = self._class_id = class_id
        self._set_thresholds(thresholds, default=0.5 if top_k is None else LOWEST)
        self._add_cells()

    def result(self):
        part, rest = (getattr(self, cell) for cell in self._cells)
        return at_one(share(part, rest), self.thresholds)

    def get_config(self) -> dict:
        return super().get_config() | {
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Share):
    """How many of those predicted positive are: tp / (tp + fp).

    Args:
        thresholds: one or several; by default 0.5, or none with `top_k`.
        top_k: only the k largest predictions of a sample may be positive.
        class_id: the one class to look at.
        name: name in logs.
        dtype: float type of the result.
    """

    _cells = ("true_positives", "false_positives")


class Recall(_Share):
    """How many of the positives are predicted so: tp / (tp + fn).

    Args:
        thresholds: one or several; by default 0.5, or none with `top_k`.
        top_k: only the k largest predictions of a sample may be positive.
        class_id: the one class to look at.
        name: name in logs.
        dtype: float type of the result.
    """

    _cells = ("true_positives", "false_negatives")


# -- the best of one under a bound on the other --------------------------------------------------


class _BestAt(Counts):
    """The largest `_wanted` over all thresholds where `_bounded` is at least the given value.

    Args (of the subclasses, whose first argument is the bound):
        num_thresholds: how many thresholds, evenly from 0 to 1, are tried.
        class_id: the one class to look at.
        name: name in logs.
        dtype: float type of the result.
    """

    _direction = "up"
    _bounded: str
    _wanted: str

    def __init__(self, num_thresholds, class_id, name, dtype):
        bound = getattr(self, self._bounded)
        if not 0 <= bound <= 1:
            raise ValueError(f"Expected {self._bounded} in [0, 1]. Received: {bound}.")
        if num_thresholds <= 0:
            raise ValueError(f"Expected num_thresholds > 0. Received: {num_thresholds}.")
        super().__init__(name=name, dtype=dtype)
        self.value = bound
        self.num_thresholds = num_thresholds
        self.class_id = self._class_id = class_id
        last = num_thresholds - 1
        self.thresholds = [i / last for i in range(num_thresholds)] if last else [0.5]
        self._even = num_thresholds > 1
        self._add_cells()

    def result(self):
        tp, fp, tn, fn = (getattr(self, cell) for cell in CELLS)
        rates = {
            "sensitivity": (tp, fn),
            "recall": (tp, fn),
            "specificity": (tn, fp),
            "precision": (tp, fp),
        }
        allowed = ops.greater_equal(share(*rates[self._bounded]), self.value)
        return ops.reduce_max(ops.where(allowed, share(*rates[self._wanted]), 0.0))

    def get_config(self) -> dict:
        return super().get_config() | {
            "num_thresholds": self.num_thresholds,
            "class_id": self.class_id,
            self._bounded: self.value,
        }


class SensitivityAtSpecificity(_BestAt):
    """The best tp / (tp + fn) where tn / (tn + fp) is at least `specificity`."""

    _bounded, _wanted = "specificity", "sensitivity"

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        self.specificity = specificity
        super().__init__(num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_BestAt):
    """The best tn / (tn + fp) where tp / (tp + fn) is at least `sensitivity`."""

    _bounded, _wanted = "sensitivity", "specificity"

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        self.sensitivity = sensitivity
        super().__init__(num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_BestAt):
    """The best tp / (tp + fp) where tp / (tp + fn) is at least `recall`."""

    _bounded, _wanted = "recall", "precision"

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        self.recall = recall
        super().__init__(num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_BestAt):
    """The best tp / (tp + fn) where tp / (tp + fp) is at least `precision`."""

    _bounded, _wanted = "precision", "recall"

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        self.precision = precision
        super().__init__(num_thresholds, class_id, name, dtype)
