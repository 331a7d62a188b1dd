"""Reading the dict of arrays that a pickle holds, without running anything that it names.

A pickle is a program, and may call any function that it can name. Here it is looked through first:
it may only build plain values and numpy's arrays of bytes, and what it names for those are the two
classes below.
"""

import io
import pickle
import pickletools
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import MAX_BYTES

# What plain values take, and, in the last line, arrays.
_OPCODES = """
PROTO FRAME STOP MARK NONE NEWTRUE NEWFALSE INT LONG LONG1 BININT BININT1 BININT2
STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES UNICODE BINUNICODE SHORT_BINUNICODE
LIST EMPTY_LIST APPEND APPENDS TUPLE EMPTY_TUPLE TUPLE1 TUPLE2 TUPLE3
DICT EMPTY_DICT SETITEM SETITEMS PUT BINPUT LONG_BINPUT GET BINGET LONG_BINGET MEMOIZE
GLOBAL STACK_GLOBAL REDUCE BUILD
"""
_ALLOWED = frozenset(_OPCODES.split())
# What unpickling of nonsense may raise.
_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    EOFError,
    pickle.UnpicklingError,
)


def read_pickled(path: Path, names: list[str]) -> dict[str, Any]:
    """Some values of the dict that a pickle holds, as Python 2 or 3 wrote it.

    Args:
        path: the file.
        names: the keys of the values; arrays of uint8, lists and other plain values.

    Raises:
        ValueError: it is no such file, or it asks for more than that.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES} bytes")
        data = path.read_bytes()
        _check(data)
        values = _Unpickler(io.BytesIO(data), encoding="bytes").load()
        if not isinstance(values, dict):
            raise ValueError(f"it holds a {type(values).__name__}, not a dict")
        found = {k.decode() if isinstance(k, bytes) else k: v for k, v in values.items()}
        return {name: _value(found[name]) for name in names}
    except KeyError as error:
        raise ValueError(f"{path} is not the file that was expected: it has no {error}") from error
    except _ERRORS as error:
        raise ValueError(f"{path} is not the file that was expected: {error}") from error


def _check(data: bytes) -> None:
    """Raises ValueError unless a pickle builds nothing but plain values and arrays."""
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name not in _ALLOWED:
            raise ValueError(f"a file of arrays needs no {opcode.name}")
        # The memo is as long as its largest index, which may not be larger than the file.
        if opcode.name.endswith("PUT") and int(argument or 0) > len(data):
            raise ValueError(f"it has a memo of {argument} entries")


class _Dtype:
    """Stands in for numpy.dtype, which here is uint8."""

    def __init__(self, name, *_):
        if name not in ("u1", b"u1"):
            raise ValueError(f"expected arrays of uint8, received {name!r}")

    def __setstate__(self, state):
        pass  # byte order and fields: those of uint8 have no choice


class _Array:
    """Stands in for numpy.ndarray, and takes the state that a pickle gives to one."""

    value: np.ndarray | None = None

    def __init__(self, *_):
        pass

    def __setstate__(self, state):
        _, shape, dtype, is_fortran, stored = state
        if type(dtype) is not _Dtype or is_fortran or type(stored) is not bytes:
            raise ValueError("an array in it is not one of bytes in C order")
        if prod(shape) != len(stored):
            raise ValueError(f"an array declares the shape {shape}, and holds {len(stored)} bytes")
        self.value = np.frombuffer(stored, np.uint8).reshape(shape)


class _Unpickler(pickle.Unpickler):
    """Knows three names."""

    _NAMES = {
        ("numpy.core.multiarray", "_reconstruct"): _Array,
        ("numpy._core.multiarray", "_reconstruct"): _Array,
        ("numpy", "ndarray"): _Array,
        ("numpy", "dtype"): _Dtype,
    }

    def find_class(self, module, name):
        if (module, name) not in self._NAMES:
            raise ValueError(f"it names {module}.{name}, which arrays need not; nothing was run")
        return self._NAMES[module, name]


def _value(value: Any) -> Any:
    return value.value if isinstance(value, _Array) else value
