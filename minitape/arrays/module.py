"""Which array library an array belongs to, without knowing any by name."""

import sys
from types import ModuleType
from typing import Any

import numpy

from .cuda.simulator import LIBRARY, SimulatedArray

_ndarray = numpy.ndarray


def array_module(x: Any) -> ModuleType | Any:
    """The library whose functions take `x`: numpy for a NumPy array, cupy for a CuPy array.

    For one on the simulated card these are NumPy's functions that make such arrays.

    An op's forward is written once over this module, and runs wherever its inputs live.
    """
    if type(x) is _ndarray:
        return numpy
    if type(x) is SimulatedArray:
        return LIBRARY
    return sys.modules[type(x).__module__.partition(".")[0]]


def is_array(x: Any) -> bool:
    """True for an array of any library (it has a shape, a dtype and NumPy's functions)."""
    return isinstance(x, (numpy.ndarray, numpy.generic)) or (
        hasattr(x, "__cuda_array_interface__") and hasattr(x, "dtype")
    )


def is_value(x: Any) -> bool:
    """True for an array (or what has one), a number or a text: what can be a tensor by itself."""
    return isinstance(x, (bool, int, float, complex, str, bytes)) or hasattr(x, "__array__")


def to_numpy(x: Any) -> numpy.ndarray:
    """A NumPy array with the values of `x`, copied off its device if need be."""
    return x.get() if hasattr(x, "get") else numpy.asarray(x)
