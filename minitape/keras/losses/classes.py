"""The loss functions as Loss classes, with Keras' constructors."""

from typing import Any

from ... import nest, ops
from ...arrays import as_dtype
from ..naming import function_config
from . import functions
from .loss import Loss, as_tensor, squeeze_or_expand_to_same_rank

__all__ = [
    "LossFunctionWrapper",
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "LogCosh",
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "KLDivergence",
    "Poisson",
    "Huber",
    "CategoricalCrossentropy",
    "BinaryCrossentropy",
    "SparseCategoricalCrossentropy",
]


class LossFunctionWrapper(Loss):
    """A loss function `fn(y_true, y_pred, **kwargs)` as a Loss.

    Before the call, a last axis of length 1 that only one of the two has is removed from it (or
    added to labels of shape (batch,)), so that (batch,) and (batch, 1) go together.
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        if not nest.is_nested(y_true) and not nest.is_nested(y_pred):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict:
        own = {"fn": function_config(self.fn)} if type(self) is LossFunctionWrapper else {}
        return super().get_config() | own | self._fn_kwargs

    @classmethod
    def from_config(cls, config: dict):
        if isinstance(config.get("fn"), dict):
            config = config | {"fn": getattr(functions, config["fn"]["config"])}
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class _FunctionLoss(LossFunctionWrapper):
    """The Loss of the class's `function`, which has no settings."""

    function: Any

    def __init__(self, reduction="sum_over_batch_size", name=None, dtype=None):
        function = type(self).function
        super().__init__(function, reduction, name or function.__name__, dtype)


class MeanSquaredError(_FunctionLoss):
    """`mean_squared_error` as a Loss."""

    function = staticmethod(functions.mean_squared_error)


class MeanAbsoluteError(_FunctionLoss):
    """`mean_absolute_error` as a Loss."""

    function = staticmethod(functions.mean_absolute_error)


class MeanAbsolutePercentageError(_FunctionLoss):
    """`mean_absolute_percentage_error` as a Loss."""

    function = staticmethod(functions.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(_FunctionLoss):
    """`mean_squared_logarithmic_error` as a Loss."""

    function = staticmethod(functions.mean_squared_logarithmic_error)


class LogCosh(_FunctionLoss):
    """`log_cosh` as a Loss."""

    function = staticmethod(functions.log_cosh)


class Hinge(_FunctionLoss):
    """`hinge` as a Loss."""

    function = staticmethod(functions.hinge)


class SquaredHinge(_FunctionLoss):
    """`squared_hinge` as a Loss."""

    function = staticmethod(functions.squared_hinge)


class CategoricalHinge(_FunctionLoss):
    """`categorical_hinge` as a Loss."""

    function = staticmethod(functions.categorical_hinge)


class KLDivergence(_FunctionLoss):
    """`kl_divergence` as a Loss."""

    function = staticmethod(functions.kl_divergence)


class Poisson(_FunctionLoss):
    """`poisson` as a Loss."""

    function = staticmethod(functions.poisson)


class Huber(LossFunctionWrapper):
    """`huber` as a Loss."""

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(functions.huber, reduction, name, dtype, delta=delta)


class CategoricalCrossentropy(LossFunctionWrapper):
    """`categorical_crossentropy` as a Loss: labels are one-hot."""

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(functions.categorical_crossentropy, reduction, name, dtype, **settings)


class BinaryCrossentropy(LossFunctionWrapper):
    """`binary_crossentropy` as a Loss: labels are 0 and 1."""

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(functions.binary_crossentropy, reduction, name, dtype, **settings)


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """`sparse_categorical_crossentropy` as a Loss: labels are integers.

    Labels equal to `ignore_class` don't count: a mean is over the other labels alone.
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        settings = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(
            functions.sparse_categorical_crossentropy, reduction, name, dtype, **settings
        )
        self.ignore_class = ignore_class

    def __call__(self, y_true, y_pred, sample_weight=None):
        if self.ignore_class is not None:
            sample_weight = self._weight(y_true, sample_weight)
        return super().__call__(y_true, y_pred, sample_weight)

    def _weight(self, y_true, sample_weight):
        """The weights with 0 for ignored labels, scaled so that a mean counts only the others."""
        dtype = as_dtype(self.dtype)
        valid = ops.cast(ops.not_equal(as_tensor(y_true, dtype), self.ignore_class), dtype)
        if self.reduction in ("sum_over_batch_size", "mean"):
            valid = ops.divide_no_nan(valid, ops.reduce_mean(valid))
        if sample_weight is None:
            return valid
        valid, sample_weight = squeeze_or_expand_to_same_rank(
            valid, as_tensor(sample_weight, dtype)
        )
        return valid * sample_weight
