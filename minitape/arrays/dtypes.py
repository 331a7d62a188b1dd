"""Element types as TensorFlow shows them: `float32`, `int64`, ... as objects with a name."""

from typing import Any

import numpy

from ..errors import InvalidArgumentError

# `bool` below is TensorFlow's name for a type; annotations mean Python's.
_bool = bool


class DType:
    """An element type; equal to its own name and to NumPy's type of that name."""

    __slots__ = ("as_numpy_dtype", "is_complex", "is_floating", "is_integer", "name", "numpy_dtype")

    def __init__(self, name: str, numpy_dtype: Any):
        self.name = name
        self.numpy_dtype = numpy.dtype(numpy_dtype)
        self.as_numpy_dtype = self.numpy_dtype.type
        self.is_floating = self.numpy_dtype.kind == "f"
        self.is_complex = self.numpy_dtype.kind == "c"
        self.is_integer = self.numpy_dtype.kind in "iu"

    @property
    def is_bool(self) -> _bool:
        """True for `bool`."""
        return self.numpy_dtype.kind == "b"

    @property
    def is_differentiable(self) -> _bool:
        """True where a derivative makes sense: floats and complex numbers."""
        return self.is_floating or self.is_complex

    @property
    def min(self):
        """The smallest value of this type."""
        return numpy.finfo(self.numpy_dtype).min if self.is_floating else self._integer_info().min

    @property
    def max(self):
        """The largest value of this type."""
        return numpy.finfo(self.numpy_dtype).max if self.is_floating else self._integer_info().max

    @property
    def size(self) -> int:
        """Bytes per element."""
        return self.numpy_dtype.itemsize

    @property
    def base_dtype(self) -> "DType":
        """Itself (TensorFlow distinguishes reference types here)."""
        return self

    @property
    def real_dtype(self) -> "DType":
        """The type of a complex number's parts; itself for any other."""
        return {"complex64": float32, "complex128": float64}.get(self.name, self)

    def _integer_info(self):
        return numpy.iinfo(self.numpy_dtype)

    def __eq__(self, other) -> _bool:
        if self is other:
            return True
        if other is None:
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: '{self.name}'>"

    def __reduce__(self):
        return as_dtype, (self.name,)


float16 = half = DType("float16", "float16")
float32 = DType("float32", "float32")
float64 = double = DType("float64", "float64")
int8 = DType("int8", "int8")
int16 = DType("int16", "int16")
int32 = DType("int32", "int32")
int64 = DType("int64", "int64")
uint8 = DType("uint8", "uint8")
uint16 = DType("uint16", "uint16")
uint32 = DType("uint32", "uint32")
uint64 = DType("uint64", "uint64")
bool = DType("bool", "bool")
complex64 = DType("complex64", "complex64")
complex128 = DType("complex128", "complex128")
string = DType("string", "object")

_BY_NAME = {dtype.name: dtype for dtype in list(globals().values()) if isinstance(dtype, DType)}
_BY_NUMPY = {dtype.numpy_dtype: dtype for dtype in _BY_NAME.values()}
# By NumPy's letter: many times quicker to look up, and every op on numbers does.
_BY_LETTER = {dtype.numpy_dtype.char: dtype for dtype in _BY_NAME.values()}


def as_dtype(type_value: Any) -> DType:
    """The DType meant by a DType, a name, a NumPy type, or Python's float, int, bool.

    Raises:
        TypeError: where nothing is meant.
    """
    if isinstance(type_value, DType):
        return type_value
    if type_value is float:
        return float32
    if type_value is int:
        return int32
    if isinstance(type_value, str) and type_value in _BY_NAME:
        return _BY_NAME[type_value]
    try:
        return from_numpy(numpy.dtype(type_value)) if type_value is not None else _BY_NAME[""]
    except (TypeError, KeyError):
        raise TypeError(
            f"Cannot convert the argument `type_value`: {type_value!r} to a DType. "
            f"Expected one of {sorted(_BY_NAME)}, or a NumPy or Python number type."
        ) from None


def is_known(numpy_dtype: numpy.dtype) -> _bool:
    """Whether tensors may have this type (there are no long doubles, dates or records)."""
    return numpy_dtype in _BY_NUMPY


def from_numpy(numpy_dtype: numpy.dtype) -> DType:
    """The DType of a NumPy array's dtype; texts of any length are `string`."""
    found = _BY_LETTER.get(numpy_dtype.char)
    if found is None:
        found = string if numpy_dtype.kind in "SU" else _BY_NUMPY[numpy_dtype]
    return found


def native(numpy_dtype: numpy.dtype) -> numpy.dtype:
    """The type in native byte order: the very object that NumPy's own results have."""
    found = _BY_LETTER.get(numpy_dtype.char)
    return numpy.dtype(numpy_dtype.name) if found is None else found.numpy_dtype


_KINDS = {
    "f": "floats",
    "fc": "floats or complex numbers",
    "iu": "integers",
    "if": "floats or signed integers",
    "ifc": "floats, signed integers or complex numbers",
    "iuf": "real numbers",
    "iufc": "numbers",
    "c": "complex numbers",
    "biufc": "numbers or booleans",
    "iufb": "real numbers or booleans",
    "b": "booleans",
}


def check_dtypes(op: str, arrays: list, kinds: str = "", mixed: _bool = False) -> None:
    """Raises InvalidArgumentError unless an op can take arrays of these dtypes.

    Args:
        op: its name, for the message.
        arrays: its inputs.
        kinds: NumPy's letters for what the first of them may hold; "" for anything.
        mixed: whether their dtypes may differ.
    """
    dtype = arrays[0].dtype
    if kinds and dtype.kind not in kinds:
        raise _unexpected(op, arrays, 0, _KINDS[kinds])
    if mixed:
        return
    for array in arrays:
        if array.dtype is not dtype and array.dtype != dtype:
            position = [other is array for other in arrays].index(True)
            raise _unexpected(op, arrays, position, f"a {dtype.name} tensor like input #0")


def _unexpected(op: str, arrays: list, position: int, expected: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"cannot compute {op}: input #{position} was expected to be {expected}, but is a "
        f"{arrays[position].dtype.name} tensor. Tensors are never promoted: convert it with "
        "minitape.cast."
    )
