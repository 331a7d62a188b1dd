"""Regularizers: penalties on a layer's weights that are added to the loss."""

import math

from .. import ops
from ..settings import floatx
from .naming import Registry


class Regularizer:
    """A callable that gives the penalty (a scalar) of a weight tensor. Subclass to make others."""

    def __call__(self, x):
        """The penalty of `x`: none."""
        return 0.0

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict):
        """A regularizer with the arguments that `get_config` returned."""
        return cls(**config)


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x²)."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _factor("l1", l1, default=0.0)
        self.l2 = _factor("l2", l2, default=0.0)

    def __call__(self, x):
        """The penalty of `x`."""
        x = ops.convert_to_tensor(x)
        x = ops.cast(x, floatx()) if x.dtype.is_integer else x
        terms = []
        if self.l1:
            terms.append(self.l1 * ops.reduce_sum(ops.abs(x)))
        if self.l2:
            terms.append(self.l2 * ops.reduce_sum(ops.square(x)))
        return sum(terms[1:], terms[0]) if terms else ops.zeros((), x.dtype)

    def get_config(self) -> dict:
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """l1 * sum(|x|)."""

    def __init__(self, l1=0.01):
        super().__init__(l1=_factor("l1", l1, default=0.01))

    def get_config(self) -> dict:
        return {"l1": self.l1}


class L2(L1L2):
    """l2 * sum(x²)."""

    def __init__(self, l2=0.01):
        super().__init__(l2=_factor("l2", l2, default=0.01))

    def get_config(self) -> dict:
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """Penalty on rows (or columns) that are not orthogonal to each other.

    factor * the mean of |cosine| over all pairs of different rows.

    Args:
        factor: weight of the penalty.
        mode: "rows" or "columns".
    """

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = _factor("factor", factor, default=0.01)
        if mode not in ("rows", "columns"):
            raise ValueError(f"Expected mode 'rows' or 'columns'. Received: mode={mode!r}.")
        self.mode = mode

    def __call__(self, inputs):
        """The penalty of a matrix."""
        inputs = ops.convert_to_tensor(inputs)
        if inputs.ndim != 2:
            raise ValueError(
                f"OrthogonalRegularizer expects a matrix. Received: inputs.shape={inputs.shape}."
            )
        rows = inputs if self.mode == "rows" else ops.transpose(inputs)
        squares = ops.reduce_sum(ops.square(rows), axis=1, keepdims=True)
        # A row of zeros is orthogonal to everything; the bound keeps its gradient finite.
        rows = rows * ops.rsqrt(ops.maximum(squares, 1e-12))
        size = rows.shape[0]
        cosines = ops.matmul(rows, ops.transpose(rows)) * (1.0 - ops.eye(size, dtype=rows.dtype))
        pairs = size * (size - 1) / 2
        return self.factor * ops.reduce_sum(ops.abs(cosines)) / (2 * pairs)

    def get_config(self) -> dict:
        return {"factor": self.factor, "mode": self.mode}


def _factor(name: str, value, default: float) -> float:
    if value is None:
        return default
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ValueError(f"Expected a non-negative float for {name}. Received: {name}={value!r}.")
    return float(value)


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_REGISTRY = Registry(
    "regularizer",
    "keras.regularizers",
    {
        "Regularizer": Regularizer,
        "L1": L1,
        "L2": L2,
        "L1L2": L1L2,
        "OrthogonalRegularizer": OrthogonalRegularizer,
        "l1": L1,
        "l2": L2,
        "l1l2": L1L2,
        "l1_l2": L1L2,
        "orthogonal_regularizer": OrthogonalRegularizer,
    },
)
get = _REGISTRY.get
serialize = _REGISTRY.serialize
deserialize = _REGISTRY.deserialize
