"""Intersection over union: how well predicted regions cover the true ones."""

import warnings

from ... import ops
from ...arrays import as_dtype
from ...settings import epsilon
from ..losses.loss import as_tensor
from .metric import Metric

__all__ = ["IoU", "BinaryIoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"]


class IoU(Metric):
    """The mean over classes of tp / (tp + fp + fn); classes that never occur don't count.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes of the mean.
        name: name in logs.
        dtype: type of the counts; None for int64.
        ignore_class: a label that is left out.
        sparse_y_true: True for integer labels, False for one-hot ones.
        sparse_y_pred: True for integer predictions, False for scores.
        axis: the axis of the classes where they are not integers.
    """

    _direction = "up"

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(name=name, dtype=dtype or "int64")
        if max(target_class_ids) >= num_classes:
            raise ValueError(
                f"Expected target_class_ids below num_classes={num_classes}. Received: "
                f"{list(target_class_ids)}."
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", self.dtype, name="total_confusion_matrix"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch: labels and predictions of one shape, before the argmax of either."""
        dtype = as_dtype(self.dtype)
        true = self._classes(y_true, self.sparse_y_true)
        predicted = self._classes(y_pred, self.sparse_y_pred)
        kept = ops.logical_and(self._is_class(true), self._is_class(predicted))
        if self.ignore_class is not None:
            kept = ops.logical_and(kept, ops.not_equal(true, self.ignore_class))
        cells = ops.where(kept, true * self.num_classes + predicted, -1)  # -1 is left out
        weights = ops.ones(cells.shape, dtype)
        if sample_weight is not None:
            given = as_tensor(sample_weight)
            if given.dtype.is_floating and not dtype.is_floating:
                warnings.warn(
                    f"{type(self).__name__} counts in {self.dtype}, which cuts the sample weights "
                    "to integers. Make it with a float dtype.",
                    stacklevel=2,
                )
            given = ops.cast(given, dtype)
            given = ops.reshape(given, (-1,)) if given.ndim > 1 else given
            weights = ops.broadcast_to(given, cells.shape)
        counts = ops.unsorted_segment_sum(weights, cells, self.num_classes**2)
        self.total_cm.assign_add(ops.reshape(counts, (self.num_classes, self.num_classes)))

    def _classes(self, y, are_integers: bool):
        """The class numbers in `y`, as one long vector."""
        y = as_tensor(y)
        y = y if are_integers else ops.argmax(y, axis=self.axis)
        return ops.reshape(ops.cast(y, "int64"), (-1,))

    def _is_class(self, y):
        return ops.logical_and(ops.greater_equal(y, 0), ops.less(y, self.num_classes))

    def result(self):
        counts = ops.cast(self.total_cm, "float32")
        both = ops.diag_part(counts)
        either = ops.reduce_sum(counts, axis=0) + ops.reduce_sum(counts, axis=1) - both
        both, either = (ops.gather(x, self.target_class_ids) for x in (both, either))
        occurs = ops.greater(either, 1e-9)
        shares = ops.where(occurs, both / (either + epsilon()), 0.0)
        classes = ops.reduce_sum(ops.cast(occurs, "float32"))
        return ops.reduce_sum(shares) / (classes + epsilon())

    def get_config(self) -> dict:
        return super().get_config() | {
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }

    def _config_without(self, *names: str) -> dict:
        return {key: value for key, value in IoU.get_config(self).items() if key not in names}


class BinaryIoU(IoU):
    """`IoU` of two classes, of predictions that are below (0) or from a threshold on (1).

    Args:
        target_class_ids: the classes of the mean.
        threshold: the lowest prediction that is class 1.
        name: name in logs.
        dtype: type of the counts; None for int64.
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.greater_equal(as_tensor(y_pred, as_dtype("float32")), self.threshold)
        super().update_state(y_true, ops.cast(y_pred, "int64"), sample_weight)

    def get_config(self) -> dict:
        left_out = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return self._config_without(*left_out) | {"threshold": self.threshold}


class MeanIoU(IoU):
    """`IoU` over all classes. Its arguments are those of IoU without the classes of the mean."""

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict:
        return self._config_without("target_class_ids")


class OneHotIoU(IoU):
    """`IoU` of one-hot labels and, unless said otherwise, scores. Its arguments are IoU's."""

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict:
        return self._config_without("sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """`IoU` over all classes, of one-hot labels and, unless said otherwise, scores."""

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict:
        return self._config_without("target_class_ids", "sparse_y_true")
