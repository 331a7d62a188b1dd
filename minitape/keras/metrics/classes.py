"""Means of accuracies and losses over all samples: Metric classes with Keras' constructors."""

from typing import Any

from ... import ops
from ...arrays import as_dtype
from ..losses import functions
from ..losses.loss import aligned, as_tensor, squeeze_or_expand_to_same_rank
from ..naming import function_config
from . import accuracies, agreement
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
    "KLDivergence",
    "Poisson",
    "LogCoshError",
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "CosineSimilarity",
    "PearsonCorrelation",
    "ConcordanceCorrelation",
]

_LOSSES = [getattr(functions, name) for name in functions.__all__]


class MeanMetricWrapper(Mean):
    """The mean of `fn(y_true, y_pred, **kwargs)`, a function with one value per sample."""

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        if fn in _LOSSES:
            self._direction = "down"

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
            rooms = (accuracies, agreement, functions)
            found = [getattr(room, name) for room in rooms if name in room.__all__]
            if not found:
                raise ValueError(f"Unknown function {name!r} in the config of a metric.")
            config = config | {"fn": found[0]}
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

    def get_config(self) -> dict:
        config = super().get_config()
        if not config["from_sorted_ids"]:  # Keras' config never has it; nothing is to be lost here
            del config["from_sorted_ids"]
        return config


class MeanSquaredError(_FunctionMetric):
    """The mean squared error."""

    function = staticmethod(functions.mean_squared_error)


class MeanAbsoluteError(_FunctionMetric):
    """The mean absolute error."""

    function = staticmethod(functions.mean_absolute_error)


class MeanAbsolutePercentageError(_FunctionMetric):
    """The mean absolute error in percent of the truth."""

    function = staticmethod(functions.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(_FunctionMetric):
    """The mean squared error of the logarithms."""

    function = staticmethod(functions.mean_squared_logarithmic_error)


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

    def __init__(
        self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0
    ):
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(functions.binary_crossentropy, name, dtype, **settings)


class KLDivergence(_FunctionMetric):
    """The mean Kullback-Leibler divergence."""

    function = staticmethod(functions.kl_divergence)


class Poisson(_FunctionMetric):
    """The mean Poisson loss."""

    function = staticmethod(functions.poisson)


class LogCoshError(MeanMetricWrapper):
    """The mean of log(cosh(y_pred - y_true))."""

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(functions.log_cosh, name, dtype)


class Hinge(_FunctionMetric):
    """The mean hinge loss."""

    function = staticmethod(functions.hinge)


class SquaredHinge(_FunctionMetric):
    """The mean squared hinge loss."""

    function = staticmethod(functions.squared_hinge)


class CategoricalHinge(_FunctionMetric):
    """The mean hinge loss of one-hot labels."""

    function = staticmethod(functions.categorical_hinge)


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between truth and prediction: 1 where they agree."""

    _direction = "up"

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(agreement.cosine_similarity, name, dtype, axis=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean Pearson correlation of truth and prediction."""

    _direction = "up"

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(agreement.pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean concordance correlation of truth and prediction."""

    _direction = "up"

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(agreement.concordance_correlation, name, dtype, axis=axis)
