"""Keras' rule for the type of a result: types promote as in JAX, numbers adopt."""

from typing import Any

import numpy

from ... import ops
from ...settings import floatx


def tensors(*values) -> list:
    """The values as tensors of one type, the one that they promote to.

    The widest float type wins, whatever integers there are; of integers, the type that holds all.
    A Python number adopts the type of the others, but a float makes `floatx()` of integers.
    """
    found = [x if type(x) in (int, float) else ops.convert_to_tensor(x) for x in values]
    dtype = result_type(*found)
    return [ops.cast(ops.convert_to_tensor(x), dtype) for x in found]


def result_type(*values) -> str:
    """The name of the type that tensors and Python numbers promote to."""
    types = [x.dtype.numpy_dtype for x in values if type(x) not in (int, float)]
    kinds = {dtype.kind for dtype in types}
    if "c" in kinds:
        return numpy.result_type(*types).name
    if "f" in kinds:
        return numpy.result_type(*(dtype for dtype in types if dtype.kind == "f")).name
    if any(type(x) is float for x in values):
        return floatx()
    if kinds <= {"b"} and any(type(x) is int for x in values):
        return "int32"
    found = numpy.result_type(*types)
    return floatx() if found.kind == "f" else found.name  # of uint64 and a signed type


def tensor(x) -> Any:
    """x as a tensor."""
    return ops.convert_to_tensor(x)


def cast(x, dtype) -> Any:
    """x as a tensor of this type."""
    return ops.cast(tensor(x), dtype)


def floating(x) -> Any:
    """x as a tensor of floats (or complex numbers): of `floatx()` where it has other elements."""
    x = tensor(x)
    return x if x.dtype.is_floating or x.dtype.is_complex else ops.cast(x, floatx())


def summable(x) -> Any:
    """x as a tensor whose sums fit: of 32 bits at least, where it has integers or booleans."""
    x = tensor(x)
    narrow = x.dtype.is_bool or (x.dtype.is_integer and x.dtype.size < 4)
    if not narrow:
        return x
    return ops.cast(x, "uint32" if x.dtype.numpy_dtype.kind == "u" else "int32")


def boolean(x) -> Any:
    """x as a tensor of booleans: whether each element is not 0."""
    return ops.cast(tensor(x), "bool")
