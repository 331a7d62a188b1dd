"""Threads: large products and the kernels' loops are cut in parts, each for a thread that sleeps.

OpenBLAS, which multiplies NumPy's matrices, has threads of its own. They spin after each product,
for some hundredths of a second, in the hope of another one; whatever wants to run on their cores
meanwhile, a kernel or another program, waits for them, and a small network's step takes up to
thirty times as long. So here a product is cut in parts, and OpenBLAS computes each in one thread.

How many threads there are is OpenBLAS' own number: that of the processors unless the environment
(OPENBLAS_NUM_THREADS) or `tf.config.threading` has said otherwise. Where NumPy has another library,
its products are left to it, and the kernels take one thread.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy

from .compiler import FLOATS

# Below them, handing a part to a thread takes longer than computing it: the multiplications of a
# product, and the elements that a loop goes through.
_LARGE_PRODUCT = 4_000_000
_LARGE_LOOP = 1 << 17
_SMALL_PRODUCT = 9_000  # below it OpenBLAS itself takes one thread
_ROWS = 1024  # at a time: what OpenBLAS makes of more of them doesn't stay in the cache


class _OpenBLAS:
    """The functions of the OpenBLAS that NumPy has loaded, which ask for and set its threads."""

    def __init__(self, library, name: str):
        self.get = getattr(library, name.format("get"))
        self.set = getattr(library, name.format("set"))
        self.usual = self.get()


@cache
def _openblas() -> _OpenBLAS | None:
    folder = Path(numpy.__file__).parent
    for path in [*folder.parent.glob("numpy.libs/*openblas*"), *folder.glob(".dylibs/*openblas*")]:
        library = ctypes.CDLL(str(path))
        for name in ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads"):
            if hasattr(library, name.format("set")):
                return _OpenBLAS(library, name)
    return None


@cache
def _jobs(process: int) -> SimpleQueue:
    """Where a process' threads find work: one that was forked off has none of its parent's.

    A queue and nothing else: to hand a part to one of the standard library's executors takes twice
    as long, which is a tenth of what the part of a small network's product takes.
    """
    jobs: SimpleQueue = SimpleQueue()
    for _ in range(os.cpu_count() or 1):
        Thread(target=_work, args=(jobs,), name="minitape", daemon=True).start()
    return jobs


def _work(jobs: SimpleQueue) -> None:
    while True:
        compute, part, done = jobs.get()
        problem = None
        try:
            compute(part)
        except BaseException as error:
            problem = error
        del compute  # and the arrays with it, before anybody goes on with them
        done.put(problem)
        del done, problem


def thread_count() -> int:
    """How many threads a computation may take."""
    blas = _openblas()
    return 1 if blas is None else blas.get()


def set_thread_count(number: int) -> None:
    """Says how many threads a computation may take; 0 for as many as at the start."""
    blas = _openblas()
    if blas is not None:
        blas.set(number or blas.usual)


def in_parts(compute: Callable[[slice], Any], size: int, elements: int) -> None:
    """Calls `compute` with slices that make up 0 .. size, each in a thread of its own.

    Args:
        compute: what to do; it must let other threads run meanwhile.
        size: how much of it there is.
        elements: how many array elements that takes. Few are done at once.
    """
    threads = thread_count() if elements >= _LARGE_LOOP else 1
    if threads > 1 and size > 1:
        _in_parts(compute, size, min(size, threads), threads)
    else:
        compute(slice(0, size))


def over_elements(loop: Callable, arrays: list, *numbers: Any) -> None:
    """Calls a loop over flat arrays (and numbers) with parts of these arrays, of one size."""
    flat = [x.reshape(-1) for x in arrays]
    size = flat[0].size
    in_parts(lambda part: loop(*[x[part] for x in flat], *numbers), size, size)


def _in_parts(compute: Callable[[slice], Any], size: int, parts: int, threads: int) -> None:
    ends = [size * i // parts for i in range(parts + 1)]
    first, *others = map(slice, ends, ends[1:])
    if sys.is_finalizing():  # Python is ending, and its threads have stopped
        compute(slice(0, size))
        return
    blas: Any = _openblas()
    blas.set(1)  # whoever computes meanwhile, in another thread, takes no others
    jobs, done = _jobs(os.getpid()), SimpleQueue()  # type: ignore[var-annotated]
    try:
        for part in others:
            jobs.put((compute, part, done))
        try:
            compute(first)
        finally:
            problems = [done.get() for _ in others]
    finally:
        blas.set(threads)
    for problem in problems:
        if problem is not None:
            raise problem


def product(a: Any, b: Any) -> Any:
    """`a @ b` of matrices for which OpenBLAS would wake its threads."""
    if type(a) is not numpy.ndarray or not a.ndim == b.ndim == 2 or a.dtype != b.dtype:
        return NotImplemented
    (rows, inner), columns = a.shape, b.shape[1]
    work = rows * inner * columns
    if work < _SMALL_PRODUCT or a.dtype not in FLOATS or inner != len(b):
        return NotImplemented
    threads = thread_count()
    if threads < 2:
        return NotImplemented
    parts = min(threads, max(rows, columns)) if work >= _LARGE_PRODUCT else 1
    y = numpy.empty((rows, columns), a.dtype)

    def some_rows(part):
        for start in range(part.start, part.stop, _ROWS):
            block = slice(start, min(start + _ROWS, part.stop))
            numpy.matmul(a[block], b, out=y[block])

    def some_columns(part):
        numpy.matmul(a, b[:, part], out=y[:, part])

    if rows >= columns:
        _in_parts(some_rows, rows, parts, threads)
    else:
        _in_parts(some_columns, columns, parts, threads)
    return y
