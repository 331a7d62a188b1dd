"""An array as Python and NumPy see it: the part of a tensor that knows nothing of gradients."""

import threading
from collections.abc import Callable
from typing import Any

import numpy

from .devices import device_of
from .dtypes import DType, from_numpy
from .module import to_numpy
from .shape import TensorShape

# An array's lengths need no check: ops ask for shapes often.
_shape_of = tuple.__new__


class _Looks(threading.local):
    """Who is told, in this thread, that Python looks at elements: a function while it is traced.

    What Python does with them is not among the ops that are recorded.
    """

    listeners: tuple[Callable, ...] = ()


looks = _Looks()


def tell_look(value) -> None:
    """Tells that Python looks at the elements of a value, or (None) does what no op does."""
    for listener in looks.listeners:
        listener(value)


class ArrayView:
    """Something that holds an `array`: its shape, dtype and values, for Python and NumPy.

    Arithmetic and indexing are added by `minitape.ops.operators`.
    """

    __slots__ = ()
    array: Any
    __array_priority__ = 100  # `ndarray * tensor` is left to the tensor

    @property
    def dtype(self) -> DType:
        """Type of the elements."""
        return from_numpy(self.array.dtype)

    @property
    def shape(self) -> TensorShape:
        """Length along each axis."""
        return _shape_of(TensorShape, self.array.shape)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return self.array.ndim

    @property
    def device(self) -> str:
        """The name of the device that it lies on."""
        return device_of(self.array).name

    @property
    def is_differentiable(self) -> bool:
        """Whether derivatives make sense: it holds floats or complex numbers."""
        return self.array.dtype.kind in "fc"

    def get_shape(self) -> TensorShape:
        """The same as `shape`."""
        return self.shape

    def set_shape(self, shape) -> None:
        """Raises ValueError unless `shape` is compatible with the tensor's, which is known here."""
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {self.shape} is not compatible with supplied shape "
                f"{TensorShape(shape)}. Only its own is allowed; `reshape` makes a tensor of "
                "another."
            )

    @property
    def concrete(self) -> Any:
        """The array, for Python to look at its elements; see `looks`."""
        tell_look(self)
        return self.array

    def numpy(self) -> Any:
        """The value as a NumPy array of its own (a NumPy scalar where there are no axes)."""
        array = to_numpy(self.concrete)
        return array.copy() if array.ndim else array[()]

    def ref(self) -> "Reference":
        """A hashable handle for dict keys, because `==` on tensors compares elements."""
        return Reference(self)

    def __dlpack__(self, **options) -> Any:
        """The array for another library, which shares its memory and must not write there."""
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple:
        return self.array.__dlpack_device__()

    @property
    def __cuda_array_interface__(self) -> dict:
        """Where the array lies on a GPU; there is none (AttributeError) elsewhere."""
        return self.array.__cuda_array_interface__

    def __array__(self, dtype=None, copy=None) -> Any:
        return numpy.array(to_numpy(self.concrete), dtype)  # a copy: NumPy's users may write to it

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError(
                f"Scalar tensor has no `len()`: at least one axis is needed. Received: {self!r}."
            )
        return self.array.shape[0]

    def __iter__(self):
        if not self.ndim:
            raise TypeError(
                "Cannot iterate over a scalar tensor: at least one axis is needed. Received: "
                f"{self!r}."
            )
        return iter([self[i] for i in range(len(self))])  # type: ignore[index]

    def __bool__(self) -> bool:
        return bool(self.concrete)

    def __int__(self) -> int:
        return int(self.concrete)

    def __index__(self) -> int:
        return self.concrete.__index__()

    def __float__(self) -> float:
        return float(self.concrete)

    def __complex__(self) -> complex:
        return complex(self.concrete)

    def __hash__(self) -> int:
        raise TypeError(f"{type(self).__name__} is unhashable. Instead, use .ref() as the key.")

    def __setitem__(self, index, value):
        raise TypeError(
            f"{type(self).__name__!r} object does not support item assignment: tensors never "
            "change. Make a changed one with `minitape.where`, or keep the value in a Variable "
            "and `assign` to it."
        )


def text_of(array: Any, show: Callable[[Any], str]) -> str:
    """An array's values as str or repr shows them, on lines of their own if there are several."""
    value = to_numpy(array)
    text = show(value) if value.ndim else str(value[()])
    return f"\n{text}" if "\n" in text else text


class Reference:
    """A tensor or variable as a dict key: equal where it is the same object."""

    def __init__(self, value: Any):
        self._value = value

    def deref(self) -> Any:
        """The tensor or variable."""
        return self._value

    def __eq__(self, other) -> bool:
        return isinstance(other, Reference) and self._value is other._value

    def __hash__(self) -> int:
        return self._value.id
