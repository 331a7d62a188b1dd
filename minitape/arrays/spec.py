"""TensorSpec: the shape and dtype that a tensor will have."""

from typing import Any

import numpy

from .dtypes import as_dtype
from .shape import TensorShape


class TensorSpec:
    """What is known of a tensor before there is one; immutable.

    Args:
        shape: its lengths, None for one that is not known; None for not even their number.
        dtype: the type of its elements.
        name: a name for it, or None.
    """

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, shape, dtype="float32", name=None):
        self.shape = TensorShape(shape)
        self.dtype = as_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor, name=None) -> "TensorSpec":
        """The spec of a tensor that is there."""
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec, name=None) -> "TensorSpec":
        """A copy of a spec, with another name if one is given."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, spec_or_tensor) -> bool:
        """Whether a tensor could have this spec and the given one (or be the given tensor)."""
        if isinstance(spec_or_tensor, (int, float, list, numpy.generic)):
            spec_or_tensor = numpy.asarray(spec_or_tensor)
        return self.dtype == as_dtype(spec_or_tensor.dtype) and self.shape.is_compatible_with(
            spec_or_tensor.shape
        )

    def __eq__(self, other: Any) -> bool:
        return (
            isinstance(other, TensorSpec)
            and (self.dtype, self.name) == (other.dtype, other.name)
            and self.shape == other.shape
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __reduce__(self):
        return TensorSpec, (self.shape, self.dtype, self.name)

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"
