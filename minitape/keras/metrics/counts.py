"""Counts: the cells of the confusion matrix, at each threshold.

A prediction above a threshold is positive. The cells are sums of sample weights: true positives,
false positives, true negatives and false negatives, one number of each for every threshold.
"""

from ... import ops
from ...arrays import as_dtype
from ...settings import epsilon
from ..losses.loss import as_tensor, squeeze_or_expand_to_same_rank
from .metric import Metric

LOWEST = -1e10  # what is not among the k largest predictions becomes this
CELLS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def are_even(thresholds) -> bool:
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


class Counts(Metric):
    """Cells of the confusion matrix, kept in variables of shape (thresholds,).

    With `multi_label` in AUC the shape is (thresholds, labels).
    """

    _cells: tuple[str, ...] = CELLS
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
        self._even = are_even(thresholds)

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
    """y_pred, where all but its k largest elements along the last axis are `LOWEST`."""
    places = ops.top_k(y_pred, k)[1]
    kept = ops.reduce_sum(ops.one_hot(places, y_pred.shape[-1], dtype=y_pred.dtype), axis=-2)
    return ops.where(ops.greater(kept, 0.0), y_pred, LOWEST)


def at_one(result, thresholds):
    """A number where there is a single threshold."""
    return result[0] if len(thresholds) == 1 else result


def share(part, rest):
    """part / (part + rest), 0 where both are 0."""
    return ops.divide_no_nan(ops.convert_to_tensor(part), part + rest)
