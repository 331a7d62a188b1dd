"""InputSpec: what a layer says of the inputs it can take."""

from typing import Any

from ... import nest
from ...arrays import as_dtype
from ...engine import Tensor


class InputSpec:
    """Conditions on one input.

    Args:
        dtype: the type of its elements.
        shape: its shape; None for a length that may vary.
        ndim: the exact number of axes.
        max_ndim: the greatest number of axes.
        min_ndim: the least number of axes.
        axes: required lengths by axis, e.g. {-1: 784}.
    """

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype = None if dtype is None else as_dtype(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = axes or {}

    def __repr__(self) -> str:
        given = {name: value for name, value in vars(self).items() if value not in (None, {})}
        return f"InputSpec({', '.join(f'{name}={value}' for name, value in given.items())})"

    def check(self, x: Any, position: int, layer_name: str) -> None:
        """Raises ValueError, in Keras' words, for an input that doesn't meet the conditions."""
        # Done at each call of a layer; `x.shape` would make a new object each time.
        shape = x.array.shape if type(x) is Tensor else tuple(x.shape)
        problem = self._problem(x, shape)
        if problem:
            raise ValueError(
                f"Input {position} of layer '{layer_name}' is incompatible with the layer: "
                f"{problem}"
            )

    def _problem(self, x: Any, shape: tuple) -> str:
        ndim = len(shape)
        if self.ndim is not None and ndim != self.ndim:
            return f"expected ndim={self.ndim}, found ndim={ndim}. Full shape received: {shape}"
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={ndim}"
        if self.min_ndim is not None and ndim < self.min_ndim:
            return (
                f"expected min_ndim={self.min_ndim}, found ndim={ndim}. "
                f"Full shape received: {shape}"
            )
        if self.dtype is not None and x.dtype != self.dtype:
            return f"expected dtype={self.dtype.name}, found dtype={as_dtype(x.dtype).name}"
        for axis, length in self.axes.items():
            if shape[axis] != length and None not in (shape[axis], length):
                return (
                    f"expected axis {axis} of input shape to have value {length}, but received "
                    f"input with shape {shape}"
                )
        if self.shape is not None and not may_be_equal(self.shape, shape):
            return f"expected shape={self.shape}, found shape={shape}"
        return ""


def may_be_equal(shape: tuple, other: tuple) -> bool:
    """Whether two shapes are the same, as far as their lengths are known."""
    return len(shape) == len(other) and all(
        a == b or a is None or b is None for a, b in zip(shape, other, strict=True)
    )


def check_inputs(specs: Any, inputs: Any, layer_name: str) -> None:
    """Checks each input of a layer against its InputSpec."""
    if type(specs) is InputSpec and type(inputs) is Tensor:
        specs.check(inputs, 0, layer_name)
        return
    specs, inputs = nest.flatten(specs), nest.flatten(inputs)
    if len(specs) != len(inputs):
        raise ValueError(
            f"Layer '{layer_name}' expects {len(specs)} input(s), but it received {len(inputs)} "
            f"input tensors. Inputs received: {inputs}"
        )
    for position, (spec, x) in enumerate(zip(specs, inputs, strict=True)):
        if spec is not None and not hasattr(x, "shape"):
            raise ValueError(
                f"Inputs to a layer should be tensors. Got {x!r} (of type {type(x).__name__}) as "
                f"input for layer '{layer_name}'."
            )
        if spec is not None:
            spec.check(x, position, layer_name)
