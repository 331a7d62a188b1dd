"""A team of threads that share out calls of C functions, such as the parts of a matrix product.

To wake a thread takes some 50 microseconds, and its processor is slow for a while after its sleep:
too long for the products of a small network. So these threads stay awake for some milliseconds
after each work, and give their processor to whoever wants it meanwhile. Only compiled code can do
that: of threads that run Python's, one at a time does, and the others sleep. numba compiles it, so
this module is to be imported where numba is there.
"""

import atexit
import ctypes
import os
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
from .plans import WORDS

_BYTES = 8 * WORDS  # of a call
_PATIENCE = 5_000  # looks at a semaphore before a thread sleeps: some milliseconds


def _code_of_call(_, address):
    """Makes the call whose words lie at an address; gives its result, an int."""

    def code(context, builder, signature, arguments):
        word = ir.IntType(64)
        start = builder.inttoptr(arguments[0], word.as_pointer())
        places = [builder.gep(start, [ir.Constant(word, i)]) for i in range(WORDS)]
        function, *values = [builder.load(place) for place in places]
        kind = ir.FunctionType(ir.IntType(32), [word] * (WORDS - 1))
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
def _make(call, number):
    """Makes so many calls, one after the other, from that at an address on."""
    for i in range(number):
        _call(call + i * _BYTES)


@_compiled
def _make_all(calls):
    _make(calls.ctypes.data, len(calls))


@_compiled
def _help(desk, ready, done, pause):
    """Makes the calls that are laid on the desk (address, number), until there are none."""
    while True:
        _wait(ready, pause)
        if desk[1] == 0:
            return
        _make(desk[0], desk[1])
        _call(done)


@_compiled
def _share(calls, ends, desks, ready, done, pause):
    """Makes calls in stages, (stage, thread): of each, a thread those up to its end.

    This is the first thread. A stage begins when all have ended the one before.
    """
    start, first = calls.ctypes.data, 0
    for stage in ends:
        helpers = 0
        for i in range(1, len(stage)):
            number = stage[i] - stage[i - 1]
            if number > 0:
                desks[i - 1, 0], desks[i - 1, 1] = start + stage[i - 1] * _BYTES, number
                _call(ready[i - 1])
                helpers += 1
        _make(start + first * _BYTES, stage[0] - first)
        for _ in range(helpers):
            _wait(done, pause)
        first = stage[-1]


class Team:
    """The threads of a process that help the one that has work.

    There are none but on Linux, whose semaphores are known to be made in place.
    """

    def __init__(self, helpers: int):
        self._desks = numpy.zeros((0, 8), "int64")
        if sys.platform != "linux":
            return
        self._libc = ctypes.CDLL(None)
        self._kept: list[numpy.ndarray] = []  # what the addresses are of
        self._pause, self._done = self._calls(["sched_yield"]), self._semaphore()
        self._ready = numpy.array([self._semaphore() for _ in range(helpers)], "int64")
        self._desks = numpy.zeros((helpers, 8), "int64")  # each in a cache line of its own
        self._free = Lock()
        self._process, self._threads = os.getpid(), []
        for desk, ready in zip(self._desks, self._ready.tolist(), strict=True):
            arguments = desk, ready, self._done, self._pause
            self._threads.append(Thread(target=_help, args=arguments, name="minitape", daemon=True))
            self._threads[-1].start()
        # When Python ends it takes the machine code away, from under whoever is still in it.
        atexit.register(self._stop)

    def _semaphore(self) -> int:
        """The address of a new semaphore's calls."""
        room = numpy.zeros(8, "int64")  # more than any C library needs
        self._kept.append(room)
        self._libc.sem_init(ctypes.c_void_p(room.ctypes.data), 0, 0)
        return self._calls(["sem_post", "sem_trywait", "sem_wait"], room.ctypes.data)

    def _calls(self, names: list[str], *arguments: int) -> int:
        """The address of calls of the C library's functions with these names."""
        words = [[address_of(getattr(self._libc, name)), *arguments] for name in names]
        calls = numpy.zeros((len(names), WORDS), "int64")
        calls[:, : len(words[0])] = words
        self._kept.append(calls)
        return calls.ctypes.data

    def _stop(self) -> None:
        """Lets the threads end, and waits for them."""
        if os.getpid() != self._process:  # forked off, without them
            return
        with self._free:
            self._desks[:, 1] = 0
            for ready in self._ready.tolist():
                _make(ready, 1)
            for thread in self._threads:
                thread.join()
            self._desks = self._desks[:0]

    @staticmethod
    def make(calls: numpy.ndarray) -> None:
        """Makes calls, (number, WORDS), in this thread."""
        _make_all(calls)

    def share(self, calls: numpy.ndarray, ends: numpy.ndarray) -> bool:
        """Makes calls in stages, up to each end of (stages, threads) in a thread of its own.

        False if there are not so many threads, or they are at another work.
        """
        threads = ends.shape[1]
        if threads == 1:
            _make_all(calls)
            return True
        if threads - 1 > len(self._desks) or not self._free.acquire(blocking=False):
            return False
        try:
            _share(calls, ends, self._desks, self._ready, self._done, self._pause)
        finally:
            self._free.release()
        return True
