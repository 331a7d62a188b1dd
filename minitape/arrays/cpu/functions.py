"""Loops compiled as C functions, whose calls are shared out among threads."""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from inspect import signature
from itertools import accumulate, chain
from threading import Lock
from typing import Annotated, Any, NamedTuple

import numpy

from .compiler import is_worth, machine_code, numba
from .openblas import openblas, thread_count
from .threads import in_parts

# The types of a C function's parameters, all of them 64 bits: an integer, and addresses.
Word = Annotated[int, "int64"]
Words = Annotated[Any, "int64*"]
Floats = Annotated[Any, "floats*"]  # numbers of the type that the function is compiled for
Doubles = Annotated[Any, "float64*"]

_LARGE = 1 << 16  # elements from which on a second thread that is awake saves time


class Compiled(NamedTuple):
    """A C function."""

    address: int
    call: Callable  # with integers
    kept: Any  # what owns the machine code


class c_function:
    """Decorator of a loop whose parameters are annotated with the types above.

    It is compiled when it is first called for a type, and kept on disk, as `compiled` does. A
    parameter that is an address is indexed like an array; nothing checks its length.
    """

    def __init__(self, loop: Callable):
        self._loop = loop
        self._compiled: dict[numpy.dtype, Compiled] = {}
        self._lock = Lock()

    def of(self, dtype: numpy.dtype) -> Compiled:
        """The function for numbers of a type."""
        found = self._compiled.get(dtype)
        if found is None:
            with self._lock:
                found = self._compiled[dtype] = self._compiled.get(dtype) or self._made(dtype)
        return found

    def _made(self, dtype: numpy.dtype) -> Compiled:
        types = numba().types
        names = [p.annotation.__metadata__[0] for p in signature(self._loop).parameters.values()]
        names = [name.replace("floats", dtype.name) for name in names]
        kinds = [getattr(types, name.removesuffix("*")) for name in names]
        parameters = [
            types.CPointer(kind) if name.endswith("*") else kind
            for kind, name in zip(kinds, names, strict=True)
        ]
        function_type = types.void(*parameters)
        code = machine_code(lambda **options: numba().cfunc(function_type, **options)(self._loop))
        call = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * len(names))(code.address)
        return Compiled(code.address, call, code)


def address(x: numpy.ndarray) -> int:
    """Where an array's elements, in one piece, lie in memory."""
    try:  # a third of the time of the other way
        return ctypes.addressof(ctypes.c_char.from_buffer(x))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # not for an array that is only to be read, or is empty
        return x.ctypes.data


@cache
def team_of(process: int) -> Any:
    """The team of a process (one that was forked off has none of its parent's threads), or None."""
    if not is_worth(_LARGE):
        return None
    from .team import Team  # it needs numba

    if not Team.is_possible():
        return None
    return Team(max(os.cpu_count() or 1, thread_count()) - 1)


class Calls:
    """Calls of C functions, none of which needs what another one makes."""

    def __init__(self):
        self._calls: list[_Call] = []
        self._kept: list[Any] = []

    def add(self, function: Compiled, elements: int, *arguments: int, kept: Any = None) -> None:
        """Adds a call.

        Args:
            function: what is called.
            elements: how many array elements that takes.
            arguments: its arguments.
            kept: what has to be kept until the call has been made.
        """
        self._calls.append(_Call(function, elements, arguments))
        self._kept.append(kept)

    def add_loop(self, loop: c_function, arrays: list[numpy.ndarray], *numbers: float) -> None:
        """Adds a call of a loop(size, *arrays, numbers) over arrays of one size and dtype.

        Of a large array each thread gets a part.
        """
        size, dtype = arrays[0].size, arrays[0].dtype
        function, doubles = loop.of(dtype), numpy.array(numbers, "float64")
        places, last = [address(x) for x in arrays], address(doubles)
        parts = thread_count() if size >= _LARGE else 1
        for i in range(parts):
            start, stop = size * i // parts, size * (i + 1) // parts
            here = [place + start * dtype.itemsize for place in places]
            self.add(function, stop - start, stop - start, *here, last, kept=(arrays, doubles))

    def make(self) -> None:
        """Makes the calls, in several threads if they take many elements."""
        calls = self._calls
        threads = min(thread_count(), len(calls))
        elements = sum(call.elements for call in calls)
        if threads < 2 or elements < _LARGE:
            for call in calls:
                call()
            return
        shares: list[list[_Call]] = [[] for _ in range(threads)]
        taken = [0] * threads
        for call in sorted(calls, key=lambda call: call.elements, reverse=True):
            least = taken.index(min(taken))
            shares[least].append(call)
            taken[least] += call.elements
        if not _made_by_team(shares):
            in_parts(lambda part: [call() for call in chain(*shares[part])], threads, elements)


class _Call(NamedTuple):
    function: Compiled
    elements: int
    arguments: tuple[int, ...]

    def __call__(self) -> None:
        self.function.call(*self.arguments)


def _made_by_team(shares: list[list[_Call]]) -> bool:
    team = team_of(os.getpid())
    if team is None:
        return False
    ends = list(accumulate(map(len, shares)))
    rows = numpy.zeros((ends[-1], team.WORDS), "int64")
    for row, call in zip(rows, chain(*shares), strict=True):
        row[: len(call.arguments) + 1] = call.function.address, *call.arguments
    blas: Any = openblas()
    usual = blas.get()
    blas.set(1)  # if the functions multiply matrices
    try:
        return team.make(rows, ends)
    finally:
        blas.set(usual)
