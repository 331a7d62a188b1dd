"""Constraints: functions applied to a weight after each update."""

from .. import ops
from ..settings import epsilon
from .naming import Registry, to_snake_case


class Constraint:
    """A callable that gives a weight's new value from its value. Subclass to make others."""

    def __call__(self, w):
        """The value that `w` becomes: `w` itself."""
        return w

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict):
        """A constraint with the arguments that `get_config` returned."""
        return cls(**config)


def _with_norms(w, axis, wanted):
    """`w` with the norms along `axis` that `wanted` makes of its own."""
    w = ops.convert_to_tensor(w)
    norms = ops.sqrt(ops.reduce_sum(ops.square(w), axis=axis, keepdims=True))
    return w * (wanted(norms) / (epsilon() + norms))


class MaxNorm(Constraint):
    """Norms of at most `max_value`: longer vectors are shortened to it.

    Args:
        max_value: the largest norm.
        axis: the axes of a vector: 0 for the weights of one unit in a Dense kernel of shape
            (inputs, units), [0, 1, 2] for one filter in a Conv2D kernel.
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        return _with_norms(w, self.axis, lambda norms: ops.minimum(norms, float(self.max_value)))

    def get_config(self) -> dict:
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """No negative weights: they become 0."""

    def __call__(self, w):
        return ops.maximum(ops.convert_to_tensor(w), 0.0)


class UnitNorm(Constraint):
    """Norms of 1.

    Args:
        axis: the axes of a vector, as for `MaxNorm`.
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return _with_norms(w, self.axis, ops.ones_like)

    def get_config(self) -> dict:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Norms between `min_value` and `max_value`.

    Args:
        min_value: the smallest norm.
        max_value: the largest norm.
        rate: the share of the way to that norm which is gone at each update.
        axis: the axes of a vector, as for `MaxNorm`.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        def wanted(norms):
            within = ops.clip_by_value(norms, float(self.min_value), float(self.max_value))
            return self.rate * within + (1 - self.rate) * norms

        return _with_norms(w, self.axis, wanted)

    def get_config(self) -> dict:
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm

_CLASSES = (Constraint, MaxNorm, NonNeg, UnitNorm, MinMaxNorm)
_REGISTRY = Registry(
    "constraint",
    "keras.constraints",
    {cls.__name__: cls for cls in _CLASSES}
    | {to_snake_case(cls.__name__): cls for cls in _CLASSES},
)
get = _REGISTRY.get
serialize = _REGISTRY.serialize
deserialize = _REGISTRY.deserialize
