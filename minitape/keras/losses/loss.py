"""Loss: the base class, its reductions, and how labels and predictions are matched."""

import warnings

from ... import nest, ops
from ...arrays import as_dtype
from ...engine.tensor import Tensor
from ...settings import floatx
from ..naming import auto_name, require_init

_REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


class Loss:
    """Base class: subclass it and write `call(y_true, y_pred)`.

    Args:
        name: name in logs.
        reduction: "sum_over_batch_size" (or "mean"): sum / number of values; "sum"; "none" (or
            None): the values as they are; "mean_with_sample_weight": sum / sum of the weights.
        dtype: float type of the computation; None for `keras.config.floatx()`.
    """

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        if reduction not in _REDUCTIONS:
            raise ValueError(f"Expected reduction in {_REDUCTIONS}. Received: {reduction!r}.")
        self.name = name or auto_name(type(self).__name__)
        self.reduction = reduction
        self.dtype = as_dtype(dtype or floatx()).name

    def call(self, y_true, y_pred):
        """One value per sample; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} needs a method call(y_true, y_pred).")

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The reduced loss.

        Args:
            y_true: the truth; converted to the loss's dtype.
            y_pred: predictions; converted to the loss's dtype.
            sample_weight: a factor per sample (or per value); a scalar weighs all alike.
        """
        require_init(self, "reduction")
        dtype = as_dtype(self.dtype)
        values = self.call(_tensors(y_true, dtype), _tensors(y_pred, dtype))
        values = as_tensor(values, dtype)
        if sample_weight is not None:
            sample_weight = as_tensor(sample_weight, dtype)
        counted = self._counted(y_true, values)
        if counted is not None:
            counted = ops.cast(counted, dtype)
            if self.reduction in ("sum_over_batch_size", "mean"):
                counted = ops.divide_no_nan(counted, ops.reduce_mean(counted))
            sample_weight = counted if sample_weight is None else _product(counted, sample_weight)
        return _reduce(values, sample_weight, self.reduction)

    def _counted(self, y_true, values):
        """Which values count, where a loss leaves some out: a mean is over those alone."""
        return None

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict):
        """A loss with the arguments that `get_config` returned."""
        return cls(**config)


def _product(x1, x2):
    x1, x2 = squeeze_or_expand_to_same_rank(x1, x2)
    return x1 * x2


def _reduce(values, sample_weight, reduction):
    if sample_weight is not None:
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        values = values * sample_weight
    shape = tuple(values.shape)
    if reduction in ("none", None) or shape in ((), (0,)):
        return values
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        total, weights = ops.reduce_sum(values), ops.reduce_sum(sample_weight)
        return ops.divide_no_nan(total, weights)
    if reduction == "sum" or 0 in shape:  # the mean of nothing is taken to be 0
        return ops.reduce_sum(values)
    return ops.reduce_mean(values)


# -- matching labels and predictions -------------------------------------------------------------


def as_tensor(x, dtype=None) -> Tensor:
    """`x` as a tensor, cast to `dtype` (a DType) where one is given.

    A tensor that has it already comes back itself, and so keeps its `keras_logits`.
    """
    if type(x) is not Tensor:
        x = ops.convert_to_tensor(x)
    return x if dtype is None or x.dtype is dtype else ops.cast(x, dtype)


def _tensors(structure, dtype):
    """Tensors of `dtype` in the given structure; plain nested numbers are one tensor."""
    if nest.is_nested(structure) and any(getattr(x, "ndim", 0) for x in nest.flatten(structure)):
        return nest.map_structure(lambda x: as_tensor(x, dtype), structure)
    return as_tensor(structure, dtype)


def squeeze_or_expand_to_same_rank(x1, x2):
    """Makes ranks that differ by one, through a last axis of length 1, the same.

    (batch, ..., 1) loses its last axis beside (batch, ...); beside (batch,) the latter gets one.
    """
    if x1.ndim == x2.ndim + 1 and x1.shape[-1] == 1:
        return (x1, ops.expand_dims(x2, -1)) if x2.ndim == 1 else (ops.squeeze(x1, -1), x2)
    if x2.ndim == x1.ndim + 1 and x2.shape[-1] == 1:
        return (ops.expand_dims(x1, -1), x2) if x1.ndim == 1 else (x1, ops.squeeze(x2, -1))
    return x1, x2


def aligned(y_true, y_pred, dtype=None) -> tuple[Tensor, Tensor]:
    """Both as tensors of one float dtype (that of `y_pred`, or `dtype`) and one rank.

    Warns where their shapes still differ: the difference would be broadcast, and the loss would
    compare values that don't belong together.
    """
    y_pred = as_tensor(y_pred, dtype)
    if not y_pred.dtype.is_floating:
        y_pred = ops.cast(y_pred, floatx())
    y_true = as_tensor(y_true, y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        warnings.warn(
            f"y_true of shape {y_true.shape} and y_pred of shape {y_pred.shape} differ and will be "
            "broadcast against each other. Give both the same shape.",
            stacklevel=2,
        )
    return y_true, y_pred
