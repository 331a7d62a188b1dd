"""Threads that sleep: what takes long is cut in parts, each for one of them."""

import os
import sys
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import Any

from .openblas import openblas, thread_count

SUMS = 8  # of a filter's gradient, which are made apart: as many as threads are likely
_LARGE_LOOP = 1 << 20  # elements: with fewer, handing a part over takes longer than computing it


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


def in_parts(compute: Callable[[slice], Any], size: int, elements: int) -> None:
    """Calls `compute` with slices that make up 0 .. size, each in a thread of its own.

    Args:
        compute: what to do; it must let other threads run meanwhile.
        size: how much of it there is.
        elements: how many array elements that takes. Few are done at once.
    """
    threads = thread_count() if elements >= _LARGE_LOOP else 1
    parts = min(size, threads)
    if parts < 2 or sys.is_finalizing():  # Python is ending, and its threads have stopped
        compute(slice(0, size))
        return
    ends = [size * i // parts for i in range(parts + 1)]
    first, *others = map(slice, ends, ends[1:])
    jobs, done = _jobs(os.getpid()), SimpleQueue()  # type: ignore[var-annotated]
    blas: Any = openblas()
    blas.set(1)  # whoever multiplies meanwhile, in a part, takes no others
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
