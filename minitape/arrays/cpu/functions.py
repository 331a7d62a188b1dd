"""Loops compiled as C functions, which are called by their addresses: see `plans`."""

import ctypes
from collections.abc import Callable
from inspect import signature
from threading import Lock
from typing import Annotated, Any

import numpy

from .compiler import numba

# The types of a C function's parameters, all of them 64 bits: an integer, and addresses.
Word = Annotated[int, "int64"]
Words = Annotated[Any, "int64*"]
Ints = Annotated[Any, "int32*"]
Halves = Annotated[Any, "uint32*"]
Flags = Annotated[Any, "uint8*"]  # 0 is false
Floats = Annotated[Any, "floats*"]  # numbers of the type that the function is compiled for
Doubles = Annotated[Any, "float64*"]


class c_function:
    """Decorator of a loop whose parameters are annotated with the types above.

    It is compiled when its address is first asked for, and computes what Python would, in the same
    order: results don't depend on the machine. The code is kept in `__pycache__`, or in the user's
    cache folder where that can't be written; NUMBA_CACHE_DIR names another. A parameter that is an
    address is indexed like an array; nothing checks its length.
    """

    def __init__(self, loop: Callable):
        self._loop = loop
        self._made: dict[numpy.dtype, Any] = {}
        self._lock = Lock()

    def of(self, dtype: numpy.dtype) -> int:
        """The address of the function for floats of a type."""
        if dtype not in self._made:
            with self._lock:
                self._made[dtype] = self._made.get(dtype) or self._machine_code(dtype)
        return self._made[dtype].address

    def _machine_code(self, dtype: numpy.dtype) -> Any:
        types = numba().types
        names = [p.annotation.__metadata__[0] for p in signature(self._loop).parameters.values()]
        names = [name.replace("floats", dtype.name) for name in names]
        kinds = [getattr(types, name.removesuffix("*")) for name in names]
        parameters = [
            types.CPointer(kind) if name.endswith("*") else kind
            for kind, name in zip(kinds, names, strict=True)
        ]
        make, function_type = numba().cfunc, types.void(*parameters)
        try:
            return make(function_type, error_model="numpy", cache=True)(self._loop)
        except RuntimeError:  # no folder can be written
            return make(function_type, error_model="numpy")(self._loop)


_MEMORY = (ctypes.c_size_t * (1 << 58)).from_address(0)  # all of it, as words
_HEAD = object.__basicsize__ // ctypes.sizeof(ctypes.c_size_t)


def address(x: numpy.ndarray) -> int:
    """Where an array's elements, in one piece, lie in memory."""
    # An array's C struct begins with what every object has, then this address. To read it there
    # takes a tenth of the time of `x.ctypes.data`, and a step asks for dozens.
    return _MEMORY[id(x) // 8 + _HEAD]
