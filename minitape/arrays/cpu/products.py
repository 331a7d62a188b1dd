"""Products of matrices: OpenBLAS computes them, large ones in parts, each for a thread."""

import os
from functools import lru_cache
from typing import Any

import numpy

from .compiler import FLOATS
from .functions import address, team_of
from .openblas import address_of, openblas, thread_count
from .threads import in_parts

_SMALL = 9_000  # multiplications: below it OpenBLAS itself takes one thread
# From these on a product is worth a thread that is awake, or one that sleeps.
_LARGE, _LARGE_FOR_SLEEPERS = 4_000_000, 40_000_000
_ROWS = 1024  # at a time: what OpenBLAS makes of more of them doesn't stay in the cache


def product(a: Any, b: Any) -> Any:
    """`a @ b` of matrices for which OpenBLAS would wake its threads."""
    if type(a) is not numpy.ndarray or not a.ndim == b.ndim == 2 or a.dtype != b.dtype:
        return NotImplemented
    (rows, inner), columns = a.shape, b.shape[1]
    work = rows * inner * columns
    if work < _SMALL or a.dtype not in FLOATS or inner != len(b):
        return NotImplemented
    threads = thread_count()
    if threads < 2:
        return NotImplemented
    blas: Any = openblas()
    y = numpy.empty((rows, columns), a.dtype)
    blas.set(1)
    try:
        if work < _LARGE or not _by_team(a, b, y, threads):
            if work < _LARGE_FOR_SLEEPERS:
                numpy.matmul(a, b, out=y)
            else:
                _by_sleepers(a, b, y, threads)
    finally:
        blas.set(threads)
    return y


@lru_cache(maxsize=1024)
def _blocks(rows: int, columns: int, threads: int) -> list[tuple[slice, slice]]:
    """Rows and columns of a result that are computed in one call: as many for every thread."""
    size = max(rows, columns)
    count = threads * -(-rows // (threads * _ROWS)) if rows >= columns else threads
    ends = [size * i // count for i in range(count + 1)]
    parts = list(map(slice, ends, ends[1:]))
    if rows >= columns:
        return [(part, slice(0, columns)) for part in parts]
    return [(slice(0, rows), part) for part in parts]


def _by_sleepers(a, b, y, threads: int) -> None:
    """The product in Python's threads."""
    blocks = _blocks(*y.shape, threads)

    def some(part):
        for rows, columns in blocks[part]:
            numpy.matmul(a[rows], b[:, columns], out=y[rows, columns])

    in_parts(some, len(blocks), threads)


def _by_team(a, b, y, threads: int) -> bool:
    """The product in threads that are awake, if there are such and they are free."""
    team = team_of(os.getpid())
    if team is None:
        return False
    forms = a.flags.c_contiguous, b.flags.c_contiguous
    if not all(forms) and not all(x.flags.forc for x in (a, b)):
        return False
    calls, ends, _ = _calls(y.shape, len(b), y.dtype, forms, threads)
    places = address(b), address(a), address(y)
    return team.make(calls + _at(*places), ends)


def _at(b: int, a: int, y: int) -> numpy.ndarray:
    """What is added to `_calls` for matrices that lie at these addresses."""
    return numpy.array([0, 0, 0, 0, 0, 0, 0, b, 0, a, 0, 0, y, 0])


@lru_cache(maxsize=1024)
def _calls(shape: tuple, inner: int, dtype: numpy.dtype, forms: tuple, threads: int) -> tuple:
    """The calls of Fortran's BLAS that make `a @ b`, if the three matrices lay at address 0.

    Fortran's matrices lie in the order of their columns. For it ours are the transposed ones, and
    y' = b' a'. Its arguments are addresses of numbers.

    Args:
        shape: of the result.
        inner: the sums' length.
        dtype: of all three.
        forms: whether a, and b, lie in the order of their rows; otherwise in that of the columns.
        threads: how many are to share the calls.

    Returns:
        the calls, the end of each thread's, and the numbers.
    """
    blas: Any = openblas()
    (rows, columns), (a_by_rows, b_by_rows), size = shape, forms, dtype.itemsize
    form = {True: ord("N"), False: ord("T")}
    length_a = inner if a_by_rows else rows  # of what lies in one piece
    length_b = columns if b_by_rows else inner
    common = [form[b_by_rows], form[a_by_rows], inner, length_b, length_a, columns, 0, 0]
    blocks = _blocks(rows, columns, threads)
    lengths = [n for r, c in blocks for n in (c.stop - c.start, r.stop - r.start)]
    numbers = numpy.array([*common, *lengths], "int64")
    numbers[7:8].view(dtype)[0] = 1
    form_b, form_a, depth, step_b, step_a, step_y, zero, one, *rest = range(
        numbers.ctypes.data, numbers.ctypes.data + numbers.nbytes, numbers.itemsize
    )
    function = address_of(blas.products[dtype])
    calls = []
    for (r, c), width, height in zip(blocks, rest[::2], rest[1::2], strict=True):
        at_a = r.start * size * (inner if a_by_rows else 1)
        at_b = c.start * size * (1 if b_by_rows else inner)
        at_y = (r.start * columns + c.start) * size
        matrices = at_b, step_b, at_a, step_a, zero, at_y, step_y
        calls.append((function, form_b, form_a, width, height, depth, one, *matrices))
    each = len(calls) // threads
    return numpy.array(calls, "int64"), [each * (i + 1) for i in range(threads)], numbers
