"""Means of accuracies and losses over all samples: Metric classes with Keras' constructors."""

from typing import Any

from ... import ops
from ...arrays import as_dtype
from ..losses import functions
from ..losses.loss import aligned, as_tensor, squeeze_or_expand_to_same_rank
from ..naming import function_config
from . import accuracies
from .metric import Mean

__all__ = [
    "MeanMetricWrapper",
    "Accuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "BinaryAccuracy",
    "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "RootMeanSquaredError",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "BinaryCrossentropy",
]


class MeanMetricWrapper(Mean):
    """The mean of `fn(y_true, y_pred, **kwargs)`, a function with one value per sample."""

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        super().update_state(values, sample_weight)

    def get_config(self) -> dict:
        own = {"fn": function_config(self._fn)} if type(self) is MeanMetricWrapper else {}
        return super().get_config() | own | self._fn_kwargs

    @classmethod
    def from_config(cls, config: dict):
        if isinstance(config.get("fn"), dict):
            name = config["fn"]["config"]
            config = config | {"fn": getattr(accuracies, name, None) or getattr(functions, name)}
        return cls(**config)


class _FunctionMetric(MeanMetricWrapper):
    """The mean of the class's `function`, which has no settings."""

    function: Any

    def __init__(self, name=None, dtype=None):
        function = type(self).function
        super().__init__(function, name or function.__name__, dtype)


class Accuracy(_FunctionMetric):
    """The share of predictions that equal the truth."""

    function = staticmethod(accuracies.accuracy)
    _direction = "up"


class CategoricalAccuracy(_FunctionMetric):
    """The share of one-hot labels that the largest prediction hits."""

    function = staticmethod(accuracies.categorical_accuracy)
    _direction = "up"


class SparseCategoricalAccuracy(_FunctionMetric):
    """The share of integer labels that the largest prediction hits."""

    function = staticmethod(accuracies.sparse_categorical_accuracy)
    _direction = "up"


class BinaryAccuracy(MeanMetricWrapper):
    """The share of 0/1 labels on the right side of the threshold."""

    _direction = "up"

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(accuracies.binary_accuracy, name, dtype, threshold=threshold)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of one-hot labels among the k largest predictions."""

    _direction = "up"

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(accuracies.top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of integer labels among the k largest predictions."""

    _direction = "up"

    def __init__(
        self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False
    ):
        settings = {"k": k, "from_sorted_ids": from_sorted_ids}
        super().__init__(accuracies.sparse_top_k_categorical_accuracy, name, dtype, **settings)


class MeanSquaredError(_FunctionMetric):
    """The mean squared error."""

    function = staticmethod(functions.mean_squared_error)
    _direction = "down"


class MeanAbsoluteError(_FunctionMetric):
    """The mean absolute error."""

    function = staticmethod(functions.mean_absolute_error)
    _direction = "down"


class MeanAbsolutePercentageError(_FunctionMetric):
    """The mean absolute error in percent of the truth."""

    function = staticmethod(functions.mean_absolute_percentage_error)
    _direction = "down"


class MeanSquaredLogarithmicError(_FunctionMetric):
    """The mean squared error of the logarithms."""

    function = staticmethod(functions.mean_squared_logarithmic_error)
    _direction = "down"


class RootMeanSquaredError(Mean):
    """sqrt(the mean of (y_true - y_pred)²)."""

    _direction = "down"

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = aligned(y_true, y_pred, as_dtype(self.dtype))
        super().update_state(ops.square(y_pred - y_true), sample_weight)

    def result(self):
        return ops.sqrt(super().result())


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of one-hot labels."""

    _direction = "down"

    def __init__(
        self,
        name="categorical_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
        axis=-1,
    ):
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(functions.categorical_crossentropy, name, dtype, **settings)


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of integer labels."""

    _direction = "down"

    def __init__(
        self,
        name="sparse_categorical_crossentropy",
        dtype=None,
        from_logits=False,
        ignore_class=None,
        axis=-1,
    ):
        settings = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(functions.sparse_categorical_crossentropy, name, dtype, **settings)
        self.ignore_class = ignore_class

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        As in Keras an ignored label counts, with a value of 0, unless there are sample weights:
        then its weight is 0.
        """
        if self.ignore_class is not None and sample_weight is not None:
            weights = as_tensor(sample_weight, as_dtype(self.dtype))
            valid = ops.not_equal(as_tensor(y_true, weights.dtype), self.ignore_class)
            valid, weights = squeeze_or_expand_to_same_rank(ops.cast(valid, weights.dtype), weights)
            sample_weight = valid * weights
        super().update_state(y_true, y_pred, sample_weight)


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of 0/1 labels."""

    _direction = "down"

    def __init__(
        self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0
    ):
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(functions.binary_crossentropy, name, dtype, **settings)
