"""AUC: the area under a curve of two rates, as the threshold falls."""

from ... import ops
from ...arrays import as_dtype
from ...settings import epsilon, floatx
from ..activations import sigmoid
from ..losses.loss import as_tensor
from .counts import CELLS, Counts, are_even, share

__all__ = ["AUC"]


class AUC(Counts):
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
        self.curve = _one_of("curve", str(curve).upper(), ("ROC", "PR", "PRGAIN"))
        methods = ("interpolation", "minoring", "majoring")
        self.summation_method = _one_of("summation_method", str(summation_method).lower(), methods)
        self._own_thresholds = None if thresholds is None else sorted(thresholds)
        if self._own_thresholds is None:
            if num_thresholds <= 1:
                raise ValueError(f"Expected num_thresholds > 1. Received: {num_thresholds}.")
            last = num_thresholds - 1
            inner = [i / last for i in range(1, last)]
            self._even = True
        else:
            inner = self._own_thresholds
            self._even = are_even([0.0, *inner, 1.0])
        # A little outside, so that the first is below and the last above every probability.
        self.thresholds = [-epsilon(), *inner, 1.0 + epsilon()]
        self.num_thresholds = len(self.thresholds)
        if num_labels and not multi_label:
            raise ValueError(
                f"num_labels needs multi_label=True. Received: num_labels={num_labels} without it."
            )
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
        tp, fp, tn, fn = (ops.convert_to_tensor(getattr(self, cell)) for cell in CELLS)
        if self.curve == "ROC":
            return share(fp, tn), share(tp, fn)
        if self.curve == "PR":
            return share(tp, fn), share(tp, fp)
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
        tp, fp, _, fn = (ops.convert_to_tensor(getattr(self, cell)) for cell in CELLS)
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
