"""NumPy's own loops as calls of plans, so that what they compute rounds as it does in NumPy."""

import ctypes
from functools import cache

import numpy

from .functions import address
from .plans import ROW, At

_LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)


class _UFunc(ctypes.Structure):
    """The begin of a ufunc's C struct, `PyUFuncObject` of NumPy's C interface."""

    _fields_ = [
        ("head", ctypes.c_byte * object.__basicsize__),
        ("numbers", ctypes.c_int * 4),
        ("functions", ctypes.POINTER(ctypes.c_size_t)),
        ("data", ctypes.POINTER(ctypes.c_size_t)),
    ]


@cache
def loop_of(ufunc: numpy.ufunc, dtype: numpy.dtype) -> tuple[int, int] | None:
    """The address of a ufunc's loop for one type, and of what that is given.

    None if it doesn't compute what the ufunc does: NumPy may come to work in another way.
    """
    types = f"{dtype.char * ufunc.nin}->{dtype.char * ufunc.nout}"
    if types not in ufunc.types:
        return None
    struct, number = _UFunc.from_address(id(ufunc)), ufunc.types.index(types)
    function, data = struct.functions[number], struct.data[number] if struct.data else 0
    x, y = numpy.linspace(0.5, 3, 37, dtype=dtype), numpy.zeros(37, dtype)
    arguments = numpy.array([address(x)] * ufunc.nin + [address(y)])
    sizes = numpy.array([x.size] + [x.itemsize] * (ufunc.nin + 1))
    place = address(sizes)
    _LOOP(function)(address(arguments), place, place + sizes.itemsize, data)
    return (function, data) if numpy.array_equal(y, ufunc(*[x] * ufunc.nin)) else None


def ufunc_call(
    ufunc: numpy.ufunc, dtype: numpy.dtype, size: int, places: tuple[At, ...], fixed: tuple = ()
) -> tuple:
    """The call that computes a ufunc of arrays, whoever asked `loop_of` has one.

    Args:
        ufunc: NumPy's.
        dtype: of all arrays.
        size: how many elements.
        places: of the inputs and the result.
        fixed: which of them stay where they are, with one element. With the first input and the
            result the ufunc reduces: it adds, say, to the result.
    """
    function, data = loop_of(ufunc, dtype)  # type: ignore[misc]
    steps = tuple(0 if n in fixed else dtype.itemsize for n in range(len(places)))
    sizes = address(_numbers(size, steps))
    return function, At(ROW, 8 * 5), sizes, sizes + 8, data, *places


@cache
def _numbers(size: int, steps: tuple) -> numpy.ndarray:
    """What a loop is told by an address. They are kept."""
    return numpy.array([size, *steps], "int64")
