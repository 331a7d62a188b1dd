"""The loss functions as Loss classes, with Keras' constructors."""

from typing import Any

from ... import nest, ops
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
    "CosineSimilarity",
    "CategoricalCrossentropy",
    "BinaryCrossentropy",
    "SparseCategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "Dice",
    "Tversky",
    "Circle",
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


class CosineSimilarity(LossFunctionWrapper):
    """`cosine_similarity` as a Loss."""

    def __init__(
        self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None
    ):
        super().__init__(functions.cosine_similarity, reduction, name, dtype, axis=axis)


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

    def get_config(self) -> dict:
        """The constructor's arguments, without the axis: as in Keras it can only be the last."""
        return {key: value for key, value in super().get_config().items() if key != "axis"}

    def _counted(self, y_true, values):
        if self.ignore_class is None:
            return None
        valid = ops.not_equal(as_tensor(y_true, values.dtype), self.ignore_class)
        return ops.reshape(valid, values.shape)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """`categorical_focal_crossentropy` as a Loss: labels are one-hot."""

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        settings = {
            "alpha": alpha,
            "gamma": gamma,
            "from_logits": from_logits,
            "label_smoothing": label_smoothing,
            "axis": axis,
        }
        super().__init__(
            functions.categorical_focal_crossentropy, reduction, name, dtype, **settings
        )


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """`binary_focal_crossentropy` as a Loss: labels are 0 and 1."""

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        settings = {
            "apply_class_balancing": apply_class_balancing,
            "alpha": alpha,
            "gamma": gamma,
            "from_logits": from_logits,
            "label_smoothing": label_smoothing,
            "axis": axis,
        }
        super().__init__(functions.binary_focal_crossentropy, reduction, name, dtype, **settings)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """`categorical_generalized_cross_entropy` as a Loss: labels are integers, q is in (0, 1)."""

    def __init__(
        self,
        q=0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        if not 0 < q < 1:
            raise ValueError(f"Expected q to be between 0 and 1, both excluded. Received: q={q}.")
        function = functions.categorical_generalized_cross_entropy
        super().__init__(function, reduction, name, dtype, q=q)


class Dice(LossFunctionWrapper):
    """`dice` as a Loss."""

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(functions.dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    """`tversky` as a Loss."""

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        reduction="sum_over_batch_size",
        name="tversky",
        axis=None,
        dtype=None,
    ):
        settings = {"alpha": alpha, "beta": beta, "axis": axis}
        super().__init__(functions.tversky, reduction, name, dtype, **settings)


class Circle(LossFunctionWrapper):
    """`circle` as a Loss; a mean is over the embeddings whose loss isn't 0."""

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        settings = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(functions.circle, reduction, name, dtype, **settings)

    def _counted(self, y_true, values):
        return ops.greater(values, 0.0)
