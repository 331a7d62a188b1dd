"""A team of threads that share out calls of C functions, such as the parts of a matrix product.

To wake a thread takes some 50 microseconds, and its processor is slow for a while after its sleep:
too long for the products of a small network. So these threads stay awake for some milliseconds
after each work, and give their processor to whoever wants it meanwhile. Only compiled code can do
that: of threads that run Python's, one at a time does, and the others sleep. numba compiles it, so
this module is to be imported where numba is there.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import partial
from threading import Lock, Thread
from typing import Any

import numpy
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from .compiler import machine_code
from .openblas import address_of

_WORDS = 14  # of a call, 64-bit integers: a C function's address and 13 arguments, or fewer and 0s
_BYTES = 8 * _WORDS
_PATIENCE = 5_000  # looks at a semaphore before a thread sleeps: some milliseconds


def _code_of_call(_, address):
    """Makes the call whose words lie at an address; gives its result, an int."""

    def code(context, builder, signature, arguments):
        word = ir.IntType(64)
        start = builder.inttoptr(arguments[0], word.as_pointer())
        places = [builder.gep(start, [ir.Constant(word, i)]) for i in range(_WORDS)]
        function, *values = [builder.load(place) for place in places]
        kind = ir.FunctionType(ir.IntType(32), [word] * (_WORDS - 1))
        return builder.call(builder.inttoptr(function, kind.as_pointer()), values)

    return types.int32(types.int64), code


_call: Any = intrinsic(_code_of_call)


def _compiled(loop: Callable) -> Any:
    return machine_code(partial(njit, loop), nogil=True)


# Of a semaphore three calls lie one after the other: post, trywait, wait.


@_compiled
def _wait(semaphore, pause):
    """Waits for a semaphore, at first awake."""
    for _ in range(_PATIENCE):
        if _call(semaphore + _BYTES) == 0:
            return
        _call(pause)
    while _call(semaphore + 2 * _BYTES) != 0:  # something else has woken it
        pass


@_compiled
def _help(desk, ready, done, pause):
    """Makes the calls that are laid on the desk (address, number), again and again."""
    while True:
        _wait(ready, pause)
        for i in range(desk[1]):
            _call(desk[0] + i * _BYTES)
        _call(done)


@_compiled
def _share(calls, ends, desks, ready, done, pause):
    """Makes the calls at an address: this thread up to the first end, the others up to theirs."""
    for i in range(1, len(ends)):
        desk = desks[i - 1]
        desk[0], desk[1] = calls + ends[i - 1] * _BYTES, ends[i] - ends[i - 1]
        _call(ready[i - 1])
    for i in range(ends[0]):
        _call(calls + i * _BYTES)
    for _ in range(1, len(ends)):
        _wait(done, pause)


class Team:
    """The threads of a process that help the one that has work.

    Attributes:
        WORDS: how many a call has.
    """

    WORDS = _WORDS

    @staticmethod
    def is_possible() -> bool:
        """Whether the system has semaphores that are made in place; only Linux is known to."""
        return sys.platform == "linux"

    def __init__(self, helpers: int):
        self._libc = ctypes.CDLL(None)
        self._kept: list[numpy.ndarray] = []  # what the addresses are of
        self._pause, self._done = self._calls(["sched_yield"]), self._semaphore()
        self._ready = numpy.array([self._semaphore() for _ in range(helpers)], "int64")
        self._desks = numpy.zeros((helpers, 8), "int64")  # each in a cache line of its own
        self._free = Lock()
        for desk, ready in zip(self._desks, self._ready.tolist(), strict=True):
            arguments = desk, ready, self._done, self._pause
            Thread(target=_help, args=arguments, name="minitape", daemon=True).start()

    def _semaphore(self) -> int:
        """The address of a new semaphore's calls."""
        room = numpy.zeros(8, "int64")  # more than any C library needs
        self._kept.append(room)
        self._libc.sem_init(ctypes.c_void_p(room.ctypes.data), 0, 0)
        return self._calls(["sem_post", "sem_trywait", "sem_wait"], room.ctypes.data)

    def _calls(self, names: list[str], *arguments: int) -> int:
        """The address of calls of the C library's functions with these names."""
        words = [[address_of(getattr(self._libc, name)), *arguments] for name in names]
        calls = numpy.zeros((len(names), _WORDS), "int64")
        calls[:, : len(words[0])] = words
        self._kept.append(calls)
        return calls.ctypes.data

    def make(self, calls: numpy.ndarray, ends: list[int]) -> bool:
        """Makes the calls, (number, WORDS), each thread up to its end of them.

        False if there are not as many, or they are at another work.
        """
        if len(ends) - 1 > len(self._desks) or not self._free.acquire(blocking=False):
            return False
        try:
            work = calls.ctypes.data, numpy.array(ends), self._desks
            _share(*work, self._ready, self._done, self._pause)
        finally:
            self._free.release()
        return True
