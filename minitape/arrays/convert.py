"""From what a user writes (numbers, lists, NumPy arrays) to a raw array of the right type."""

from typing import Any

import numpy

from .cuda import gpu
from .dtypes import DType, is_known, native
from .module import is_array

# A plain number of one of these types becomes an array of that kind without a further look.
_FITS = {"f": (float, int), "i": (int,), "u": (int,), "c": (complex, float, int)}
# A value of one kind may be stored as another kind of this or a higher rank: integers as floats.
_RANK = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}


def as_array(value: Any, dtype: DType | None = None, hint: DType | None = None) -> Any:
    """A raw array with the values of `value`, never sharing memory with a mutable array.

    Arrays keep their type. Lists become bool, int32 (int64 if they must), or floats of the type of
    their first element: a NumPy number has one, Python's become float32. `dtype` demands a type,
    and arrays are cast to it; `hint` asks for one and is passed over where the values don't fit
    (floats for integers, say).

    Raises:
        TypeError: Python numbers or texts that don't fit `dtype`: a float where it is an integer.
        ValueError: nothing that could be an array, lists of unequal lengths or of mixed types, or
            integers out of range.
    """
    if dtype is not None and type(value) in _FITS.get(dtype.numpy_dtype.kind, ()):
        try:
            return numpy.array(value, dtype.numpy_dtype)  # a plain number: by far the commonest
        except OverflowError:
            raise _out_of_range(value, dtype.name) from None
    is_python = not is_array(value)
    if not is_python and hasattr(value, "__cuda_array_interface__") and not hasattr(value, "get"):
        value = gpu.adopted(value)  # another library's
    array = _from_python(value) if is_python else value
    if array.dtype.kind in "OSUMmV":
        return _as_text(array, value, dtype)
    rank = _RANK[array.dtype.kind]
    if dtype is not None:
        target = dtype.numpy_dtype
        allowed = _RANK.get(target.kind, -1)
        if rank > allowed and array.size and (is_python or rank == _RANK["c"] or allowed < 0):
            raise _does_not_fit(value, dtype, f"its values are {array.dtype.name}")
        if is_python and target.kind in "iu" and not _in_range(array, target):
            raise _out_of_range(value, dtype.name)
    elif hint is not None and rank <= _RANK.get(hint.numpy_dtype.kind, -1):
        target = hint.numpy_dtype
    elif is_python:
        target = _default(array, value)
    else:
        target = native(array.dtype)  # ops compare identities
    if not is_known(target):
        raise ValueError(f"Failed to convert to a Tensor: unsupported NumPy type {target.name}.")
    return array.astype(target, copy=not isinstance(value, (list, tuple)))


def _from_python(value: Any) -> Any:
    if value is None:
        raise ValueError(
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a "
            "Tensor."
        )
    try:
        array = numpy.array(value)
        # NumPy would make texts equally long, and texts of the numbers beside them.
        return numpy.array(value, object) if array.dtype.kind in "SU" else array
    except ValueError as error:
        raise ValueError(
            f"Can't convert non-rectangular Python sequence to Tensor ({error})."
        ) from None


def _default(array: Any, value: Any) -> numpy.dtype:
    """The type of a list's elements, by TensorFlow's rules."""
    if array.dtype.kind == "f":
        while isinstance(value, (list, tuple)) and value:
            value = value[0]
        first = numpy.asarray(value).dtype if hasattr(value, "__array__") else array.dtype
        typed = hasattr(value, "__array__") and first.kind == "f"
        return numpy.dtype(f"f{first.itemsize}" if typed else "f4")
    if array.dtype.kind in "iu":
        for name in ("int32", "int64"):
            if _in_range(array, numpy.dtype(name)):
                return numpy.dtype(name)
        raise _out_of_range(value, "int64")
    return numpy.dtype("complex128") if array.dtype.kind == "c" else array.dtype


def _in_range(array: Any, dtype: numpy.dtype) -> bool:
    limits = numpy.iinfo(dtype)
    return not array.size or bool(limits.min <= int(array.min()) and int(array.max()) <= limits.max)


def _as_text(array: Any, value: Any, dtype: DType | None) -> Any:
    elements = array.ravel().tolist()
    if all(isinstance(element, (str, bytes)) for element in elements):
        if dtype is not None and dtype.name != "string":
            raise _does_not_fit(value, dtype, "it is text")
        encoded = [s.encode() if isinstance(s, str) else s for s in elements]
        return numpy.array([*encoded, None], dtype=object)[:-1].reshape(array.shape)
    if all(isinstance(element, int) for element in elements):
        raise _out_of_range(value, "int64")
    if any(isinstance(element, (str, bytes)) for element in elements):
        raise ValueError(f"Can't convert Python sequence with mixed types to Tensor: {value!r}.")
    raise ValueError(
        f"Attempt to convert a value ({value!r}) with an unsupported type ({type(value)}) "
        f"to a Tensor{'' if dtype is None else f' of dtype {dtype.name}'}."
    )


def _does_not_fit(value: Any, dtype: DType, reason: str) -> TypeError:
    return TypeError(
        f"Cannot convert {value!r} to a Tensor of dtype {dtype.name}: {reason}. Use minitape.cast "
        "to convert it."
    )


def _out_of_range(value: Any, name: str) -> ValueError:
    return ValueError(
        f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r} doesn't fit "
        f"into {name}."
    )
