"""Which arrays are worth a compiled kernel."""

import sys
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy

# Elements from which on an array is worth a kernel: below it, loading numba takes longer than a
# whole training saves. Once it is loaded, its one call is quicker than NumPy's many.
_LARGE = 1 << 14
FLOATS = (numpy.dtype("float32"), numpy.dtype("float64"))  # what kernels are made for


def suits(*arrays: Any) -> bool:
    """Whether a kernel is made for these: NumPy's, of one float type, in one piece, and large."""
    dtype = arrays[0].dtype
    if dtype not in FLOATS or not is_worth(arrays[0].size):
        return False
    for x in arrays:
        # The same object at most times, which is quicker to see.
        if type(x) is not numpy.ndarray or (x.dtype is not dtype and x.dtype != dtype):
            return False
        if not x.flags.c_contiguous:
            return False
    return True


def is_for_numpy(*arrays: Any) -> bool:
    """Whether numba isn't there for these, which are NumPy's, of one float type, and large."""
    dtype, size = arrays[0].dtype, arrays[0].size
    if dtype not in FLOATS or not is_large(size) or numba() is not None:
        return False
    return all(type(x) is numpy.ndarray and x.dtype == dtype and x.size for x in arrays)


def is_worth(size: int) -> bool:
    """Whether arrays of so many elements are worth a kernel, and numba is there."""
    if not is_large(size) and not (size and "numba" in sys.modules):
        return False
    return numba() is not None


def is_large(size: int) -> bool:
    """Whether arrays of so many elements are worth loading numba."""
    return size >= _LARGE


def has_numba() -> bool:
    """Whether numba is installed, without loading it."""
    return find_spec("numba") is not None


@cache
def numba() -> Any:
    """numba, or None where it isn't installed or doesn't work with this NumPy."""
    try:
        import numba as library
    except ImportError:
        return None
    return library
