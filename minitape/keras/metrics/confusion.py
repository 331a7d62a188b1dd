"""Metrics of the confusion matrix: what is right and wrong at each threshold.

A prediction above a threshold is positive. The cells are sums of sample weights: true positives,
false positives, true negatives and false negatives, one number of each for every threshold.
"""

from ... import ops
from ...arrays import as_dtype
from ...config import epsilon, floatx
from ..activations import sigmoid
from ..losses.loss import as_tensor, squeeze_or_expand_to_same_rank
from ..variables import Variable
from .metric import Metric

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
    "AUC",
]

_LOWEST = -1e10  # what is not among the k largest predictions becomes this
_CELLS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


# -- counting ------------------------------------------------------------------------------------


def _are_even(thresholds) -> bool:
    """Whether they are 0, 1 / n, 2 / n, ..., 1; then counting needs no comparison with each."""
    last = len(thresholds) - 1
    return last >= 2 and all(
        abs(t - i / last) <= epsilon() + 1e-5 * i / last for i, t in enumerate(thresholds)
    )


def _sums_above(values, y_pred, thresholds, even: bool):
    """For each threshold (rows) and label (columns) the sum of the values with y_pred above it.

    Even thresholds are told apart by rounding, so that the work does not grow with their number.

    Args:
        values: of shape (samples, labels).
        y_pred: of the same shape.
        thresholds: in rising order if they are even.
        even: whether they divide [0, 1] evenly; the outer two may stand a little outside.
    """
    count, labels = len(thresholds), values.shape[1]
    if not even:
        limits = ops.reshape(as_tensor(thresholds, values.dtype), (-1, 1, 1))
        above = ops.greater(ops.expand_dims(y_pred, 0), limits)
        return ops.reduce_sum(ops.where(above, values, 0.0), axis=1)
    highest = ops.ceil(ops.clip_by_value(y_pred, 0.0, 1.0) * float(count - 1)) - 1.0
    if thresholds[0] < 0:
        highest = ops.maximum(highest, 0.0)
    cells = ops.cast(highest, "int64") * labels + ops.range(labels, dtype="int64")
    sums = ops.unsorted_segment_sum(  # a prediction above none has a negative number: left out
        ops.reshape(values, (-1,)), ops.reshape(cells, (-1,)), count * labels
    )
    return ops.cumsum(ops.reshape(sums, (count, labels)), axis=0, reverse=True)


class _Counts(Metric):
    """Cells of the confusion matrix, kept in variables of shape (thresholds,).

    With `multi_label` in AUC the shape is (thresholds, labels).
    """

    _cells: tuple[str, ...] = _CELLS
    _even = False
    _top_k: int | None = None
    _class_id: int | None = None

    def _set_thresholds(self, thresholds, default=0.5) -> None:
        thresholds = default if thresholds is None else thresholds
        thresholds = list(thresholds) if hasattr(thresholds, "__iter__") else [thresholds]
        outside = [t for t in thresholds if t != default and not 0 <= t <= 1]
        if outside:
            raise ValueError(f"Expected thresholds in [0, 1]. Received: {outside}.")
        self.thresholds = thresholds
        self._even = _are_even(thresholds)

    def _add_cells(self, shape=None) -> None:
        for cell in self._cells:
            shape = shape or (len(self.thresholds),)
            setattr(self, cell, self.add_variable(shape, "zeros", name=cell))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        Args:
            y_true: truth values (what isn't 0 is positive), shaped as y_pred.
            y_pred: probabilities.
            sample_weight: a factor per sample or per value.
        """
        counted = self._counted(y_true, y_pred, sample_weight)
        for cell in self._cells:
            getattr(self, cell).assign_add(counted[cell])

    def _counted(self, y_true, y_pred, sample_weight, label_weights=None, by_label=False) -> dict:
        """What the batch adds to each cell."""
        dtype = as_dtype(self.variables[0].dtype)
        y_pred, y_true = squeeze_or_expand_to_same_rank(
            as_tensor(y_pred, dtype), as_tensor(y_true, dtype)
        )
        weights = ops.ones((), dtype)
        if sample_weight is not None:
            weights = ops.expand_dims(as_tensor(sample_weight, dtype), -1)
            if weights.ndim > y_true.ndim:
                weights = ops.squeeze(weights, -1)
        if label_weights is not None:
            weights = weights * label_weights
        if self._top_k is not None:
            y_pred = _only_largest(y_pred, self._top_k)
        if self._class_id is not None:
            if y_pred.ndim == 1:
                raise ValueError(
                    "With a class_id, y_pred must have a column for each class. Received: "
                    f"y_pred.shape={y_pred.shape}, class_id={self._class_id}."
                )
            y_true, y_pred = (y[..., self._class_id, None] for y in (y_true, y_pred))
        weights = ops.broadcast_to(weights, y_pred.shape)
        y_true = ops.cast(ops.cast(y_true, "bool"), dtype)
        shape = y_pred.shape if by_label else (-1, 1)
        y_pred, right, wrong = (
            ops.reshape(y, shape) for y in (y_pred, y_true * weights, (1.0 - y_true) * weights)
        )
        true_positives = _sums_above(right, y_pred, self.thresholds, self._even)
        false_positives = _sums_above(wrong, y_pred, self.thresholds, self._even)
        cells = {
            "true_positives": true_positives,
            "false_positives": false_positives,
            "true_negatives": ops.reduce_sum(wrong, axis=0) - false_positives,
            "false_negatives": ops.reduce_sum(right, axis=0) - true_positives,
        }
        return cells if by_label else {name: cell[:, 0] for name, cell in cells.items()}


def _only_largest(y_pred, k):
    """y_pred, where all but its k largest elements along the last axis are `_LOWEST`."""
    places = ops.top_k(y_pred, k)[1]
    kept = ops.reduce_sum(ops.one_hot(places, y_pred.shape[-1], dtype=y_pred.dtype), axis=-2)
    return ops.where(ops.greater(kept, 0.0), y_pred, _LOWEST)


def _at_one(result, thresholds):
    """A number where there is a single threshold."""
    return result[0] if len(thresholds) == 1 else result


def _share(part, rest):
    """part / (part + rest), 0 where both are 0."""
    return ops.divide_no_nan(ops.convert_to_tensor(part), part + rest)


# -- single cells --------------------------------------------------------------------------------


class _OneCell(_Counts):
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
        return _at_one(ops.convert_to_tensor(self.accumulator), self.thresholds)

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


class _Share(_Counts):
    """The share that the first of two cells has in both, at each threshold."""

    _direction = "up"

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = self._top_k = top_k
        self.class_id = self._class_id = class_id
        self._set_thresholds(thresholds, default=0.5 if top_k is None else _LOWEST)
        self._add_cells()

    def result(self):
        part, rest = (getattr(self, cell) for cell in self._cells)
        return _at_one(_share(part, rest), self.thresholds)

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


class _BestAt(_Counts):
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
        tp, fp, tn, fn = (getattr(self, cell) for cell in _CELLS)
        rates = {
            "sensitivity": (tp, fn),
            "recall": (tp, fn),
            "specificity": (tn, fp),
            "precision": (tp, fp),
        }
        allowed = ops.greater_equal(_share(*rates[self._bounded]), self.value)
        return ops.reduce_max(ops.where(allowed, _share(*rates[self._wanted]), 0.0))

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


# -- the area under a curve ----------------------------------------------------------------------


class AUC(_Counts):
    """The area under a curve of two rates as the threshold falls from 1 to 0.

    "ROC": tp / (tp + fn) over fp / (fp + tn). "PR": tp / (tp + fp) over tp / (tp + fn). "PRGAIN":
    the gains of precision over recall (Flach and Kull, 2015).

    Args:
        num_thresholds: how many thresholds, evenly from 0 to 1, approximate the curve.
        curve: "ROC", "PR" or "PRGAIN".
        summation_method: "interpolation": by trapezoids (for PR as Davis and Goadrich, 2006);
            "minoring", "majoring": by the lower or the higher end of each interval.
        name: name in logs.
        dtype: float type of the result.
        thresholds: thresholds of your own, between 0 and 1; these two are added.
        multi_label: one curve for each column of y_pred; the result is the mean of their areas.
        num_labels: the number of columns, if known beforehand.
        label_weights: a weight for each column: of its area with `multi_label`, else of its values.
        from_logits: whether y_pred are logits.
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        super().__init__(name=name, dtype=dtype)
        self.curve = _one_of("curve", curve.upper(), ("ROC", "PR", "PRGAIN"))
        methods = ("interpolation", "minoring", "majoring")
        self.summation_method = _one_of("summation_method", summation_method.lower(), methods)
        self._own_thresholds = None if thresholds is None else sorted(thresholds)
        if self._own_thresholds is None:
            if num_thresholds <= 1:
                raise ValueError(f"Expected num_thresholds > 1. Received: {num_thresholds}.")
            last = num_thresholds - 1
            inner = [i / last for i in range(1, last)]
            self._even = True
        else:
            inner = self._own_thresholds
            self._even = _are_even([0.0, *inner, 1.0])
        # A little outside, so that the first is below and the last above every probability.
        self.thresholds = [-epsilon(), *inner, 1.0 + epsilon()]
        self.num_thresholds = len(self.thresholds)
        if num_labels and not multi_label:
            raise ValueError("num_labels is for multi_label=True alone.")
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = (
            None if label_weights is None else as_tensor(label_weights, as_dtype(floatx()))
        )
        self._from_logits = from_logits
        if not multi_label:
            self._add_cells()
        elif num_labels:
            self._add_cells((self.num_thresholds, num_labels))

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self._from_logits:
            y_pred = sigmoid(as_tensor(y_pred))
        if not self.multi_label:
            label_weights = self.label_weights
        else:
            label_weights, y_pred = None, as_tensor(y_pred)
            if y_pred.ndim != 2:
                raise ValueError(
                    "With multi_label=True, y_pred must be of shape (samples, labels). Received: "
                    f"y_pred.shape={y_pred.shape}."
                )
            if not self.variables:
                self._add_cells((self.num_thresholds, y_pred.shape[1]))
        counted = self._counted(y_true, y_pred, sample_weight, label_weights, self.multi_label)
        for cell in self._cells:
            getattr(self, cell).assign_add(counted[cell])

    def result(self):
        if self.curve == "PR" and self.summation_method == "interpolation":
            pieces = self._pieces_of_precision()
        else:
            x, y = self._points()
            if self.summation_method == "interpolation":
                heights = (y[:-1] + y[1:]) / 2.0
            else:
                lower = self.summation_method == "minoring"
                heights = (ops.minimum if lower else ops.maximum)(y[:-1], y[1:])
            pieces = (x[:-1] - x[1:]) * heights
        areas = ops.reduce_sum(pieces, axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return ops.reduce_mean(areas)
        total = ops.reduce_sum(areas * self.label_weights)
        return ops.divide_no_nan(total, ops.reduce_sum(self.label_weights))

    def _points(self):
        """The curve's x and y at each threshold."""
        tp, fp, tn, fn = (ops.convert_to_tensor(getattr(self, cell)) for cell in _CELLS)
        if self.curve == "ROC":
            return _share(fp, tn), _share(tp, fn)
        if self.curve == "PR":
            return _share(tp, fn), _share(tp, fp)
        odds = ops.divide_no_nan(tp + fn, tn + fp)
        none = ops.equal(tp, 0.0)
        recall_gain = ops.where(none, 0.0, 1.0 - odds * ops.divide_no_nan(fn, tp))
        precision_gain = ops.where(none, 1.0, 1.0 - odds * ops.divide_no_nan(fp, tp))
        return ops.maximum(recall_gain, 0.0), precision_gain

    def _pieces_of_precision(self):
        """The areas under precision over recall between neighbouring thresholds.

        Between two thresholds tp grows linearly with the number p of positive predictions:
        tp = slope * p + intercept. The integral of tp / p over the recall has a closed form.
        """
        tp, fp, _, fn = (ops.convert_to_tensor(getattr(self, cell)) for cell in _CELLS)
        p = tp + fp
        more = tp[:-1] - tp[1:]
        slope = ops.divide_no_nan(more, ops.maximum(p[:-1] - p[1:], 0.0))
        intercept = tp[1:] - slope * p[1:]
        both = ops.logical_and(ops.greater(p[:-1], 0.0), ops.greater(p[1:], 0.0))
        ratio = ops.where(both, ops.divide_no_nan(p[:-1], ops.maximum(p[1:], 0.0)), 1.0)
        area = slope * (more + intercept * ops.log(ratio))
        return ops.divide_no_nan(area, ops.maximum(tp[1:] + fn[1:], 0.0))

    def get_config(self) -> dict:
        weights = self.label_weights
        config = super().get_config() | {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.numpy().tolist(),
            "from_logits": self._from_logits,
        }
        if self._own_thresholds is not None:
            config["thresholds"] = self._own_thresholds
        return config


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"Expected {name} to be one of {known}. Received: {value!r}.")
    return value
