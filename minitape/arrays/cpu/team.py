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
from threading import Lock, Thread
from typing import Any

import numpy
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .functions import Flags, Word, Words, address, c_function
from .openblas import address_of
from .plans import WORDS

_BYTES = 8 * WORDS  # of a call
_DESK = 8  # words: each in a cache line of its own
_NEVER = numpy.zeros(1, "uint8")  # for calls that don't fail
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


# Of a semaphore four calls lie one after the other: post, trywait, wait, and this one.


@c_function
def _wait_awake(semaphore: Word, pause: Word):
    """Waits for a semaphore, at first awake."""
    for _ in range(_PATIENCE):
        if _call(semaphore + _BYTES) == 0:
            return
        _call(pause)
    while _call(semaphore + 2 * _BYTES) != 0:  # something else has woken it
        pass


@c_function
def _help(desk: Words, ready: Word, done: Word):
    """Makes the calls that are laid on the desk (address, number), until there are none."""
    while True:
        _call(ready + 3 * _BYTES)
        if desk[1] == 0:
            return
        for i in range(desk[1]):
            _call(desk[0] + i * _BYTES)
        _call(done)


@c_function
def _share(
    calls: Word,
    ends: Words,
    stages: Word,
    threads: Word,
    failed: Flags,
    desks: Words,
    ready: Words,
    done: Word,
):
    """Makes calls in stages, (stage, thread): of each, a thread those up to its end.

    This is the first thread. A stage begins when all have ended the one before, unless one failed.
    """
    first = 0
    for stage in range(stages):
        end, helpers = ends[stage * threads], 0
        for i in range(threads - 1):
            begin, number = end, ends[stage * threads + i + 1] - end
            end += number
            if number > 0:
                desks[i * _DESK] = calls + begin * _BYTES
                desks[i * _DESK + 1] = number
                _call(ready[i])
                helpers += 1
        for i in range(first, ends[stage * threads]):
            _call(calls + i * _BYTES)
        for _ in range(helpers):
            _call(done + 3 * _BYTES)
        if failed[0] != 0:
            return
        first = end


def _in_c(loop: c_function, parameters: int) -> Any:
    """The function, to be called from Python, whose other threads run meanwhile."""
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * parameters)
    return kind(loop.of(numpy.dtype("float32")))


class Team:
    """The threads of a process that help the one that has work.

    There are none but on Linux, whose semaphores are known to be made in place.
    """

    def __init__(self, helpers: int):
        self._follow = _in_c(_share, 8)
        self._desks = numpy.zeros((0, _DESK), "int64")
        self._ready, self._done = numpy.zeros(0, "int64"), 0
        if sys.platform != "linux":
            return
        self._libc = ctypes.CDLL(None)
        self._kept: list[numpy.ndarray] = []  # what the addresses are of
        self._pause = self._calls([(address_of(self._libc.sched_yield),)])
        self._done = self._semaphore()
        self._ready = numpy.array([self._semaphore() for _ in range(helpers)], "int64")
        self._desks = numpy.zeros((helpers, _DESK), "int64")
        self._free = Lock()
        self._process, self._threads = os.getpid(), []
        run = _in_c(_help, 3)
        for desk, ready in zip(self._desks, self._ready.tolist(), strict=True):
            arguments = address(desk), ready, self._done
            self._threads.append(Thread(target=run, args=arguments, name="minitape", daemon=True))
            self._threads[-1].start()
        # When Python ends it takes the machine code away, from under whoever is still in it.
        atexit.register(self._stop)

    def _semaphore(self) -> int:
        """The address of a new semaphore's calls."""
        room = numpy.zeros(8, "int64")  # more than any C library needs
        self._kept.append(room)
        place, libc = address(room), self._libc
        libc.sem_init(ctypes.c_void_p(place), 0, 0)
        functions = map(address_of, (libc.sem_post, libc.sem_trywait, libc.sem_wait))
        calls = self._calls([*((function, place) for function in functions), ()])
        wait = _wait_awake.of(numpy.dtype("float32")), calls, self._pause
        self._kept[-1][3, : len(wait)] = wait
        return calls

    def _calls(self, words: list[tuple]) -> int:
        """The address of calls."""
        calls = numpy.zeros((len(words), WORDS), "int64")
        for call, own in zip(calls, words, strict=True):
            call[: len(own)] = own
        self._kept.append(calls)
        return address(calls)

    def _stop(self) -> None:
        """Lets the threads end, and waits for them."""
        if os.getpid() != self._process:  # forked off, without them
            return
        with self._free:
            self._desks[:, 1] = 0
            for ready in self._ready.tolist():
                self._run(ready, numpy.ones((1, 1), "int64"), _NEVER)
            for thread in self._threads:
                thread.join()
            self._desks = self._desks[:0]

    def _run(self, calls: int, ends: numpy.ndarray, failed: numpy.ndarray) -> None:
        """Makes the calls at an address, see `share`."""
        places = address(failed), address(self._desks), address(self._ready)
        self._follow(calls, address(ends), *ends.shape, *places, self._done)

    def make(self, calls: numpy.ndarray) -> None:
        """Makes calls, (number, WORDS), in this thread."""
        self._run(address(calls), numpy.array([[len(calls)]], "int64"), _NEVER)

    def share(self, calls: numpy.ndarray, ends: numpy.ndarray, failed: numpy.ndarray) -> bool:
        """Makes calls in stages, up to each end of (stages, threads) in a thread of its own.

        False if there are not so many threads, or they are at another work. No stage follows one in
        which a call writes 1 to `failed`.
        """
        threads = ends.shape[1]
        if threads == 1:
            self._run(address(calls), ends, failed)
            return True
        if threads - 1 > len(self._desks) or not self._free.acquire(blocking=False):
            return False
        try:
            self._run(address(calls), ends, failed)
        finally:
            self._free.release()
        return True
