"""Products of matrices: OpenBLAS computes them, large ones in parts, each for a thread."""

from collections.abc import Callable
from ctypes import CFUNCTYPE, addressof, c_double, c_float, c_int64, c_void_p
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy

from .compiler import FLOATS, is_worth
from .elementwise import bias_call, rows_plan
from .functions import address, c_function
from .openblas import address_of, in_one_thread, openblas, thread_count
from .plans import SCRATCH, At, Plan, parts
from .threads import in_parts

_SMALL = 9_000  # multiplications: below it OpenBLAS itself takes one thread
# From these on a product is worth a thread that is awake, or one that sleeps.
_LARGE, LARGE_FOR_SLEEPERS = 4_000_000, 8_000_000
_ROWS = 1024  # at a time: what OpenBLAS makes of more of them doesn't stay in the cache
# With AVX-512 it makes up to a million multiplications without copying the factors first.
_UNCOPIED, _AVX_512 = 1_000_000, ("SkylakeX", "Cooperlake", "SapphireRapids")
# Elements from which on a result had better be made by the loop that needs it: smaller ones stay in
# the cache anyway; and how many are made at a time.
_LARGE_RESULT, _ROOM = 1 << 20, 1 << 17
_STRIP = 12  # rows that OpenBLAS makes at once, or 4: it may round unlike in what is left of them


def product(a: Any, b: Any, out: Any = None) -> Any:
    """`a @ b` of matrices for which OpenBLAS would wake its threads; perhaps in an array, `out`."""
    if type(a) is not numpy.ndarray or not a.ndim == b.ndim == 2 or a.dtype != b.dtype:
        return NotImplemented
    (rows, inner), columns = a.shape, b.shape[1]
    work = rows * inner * columns
    if work < _SMALL or a.dtype not in FLOATS or inner != len(b):
        return NotImplemented
    sizes, threads = (rows, inner, columns), thread_count()
    halved = _is_halved(sizes) and is_worth(_LARGE)
    if threads < 2 and not halved:
        return NotImplemented
    y = numpy.empty((rows, columns), a.dtype) if out is None else out
    if halved:  # whoever follows a plan has them in one piece
        a, b = (x if x.flags.forc else x.copy(order="K") for x in (a, b))
    if work >= _LARGE and a.flags.forc and b.flags.forc and is_worth(_LARGE):
        by_rows = a.flags.c_contiguous, b.flags.c_contiguous
        _plan(sizes, by_rows, a.dtype, threads).follow(a, b, y)
        return y
    if work >= LARGE_FOR_SLEEPERS:
        _by_sleepers(a, b, y, threads)
        return y
    return in_one_thread(numpy.matmul, a, b, y)


def add_product(
    a: numpy.ndarray,
    b: numpy.ndarray,
    y: numpy.ndarray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    added: bool = True,
) -> None:
    """Adds the product of two matrices to a third, all by rows in one piece; or overwrites that."""
    sizes = len(y), len(a) if transpose_a else a.shape[1], y.shape[1]
    factors = _matrix(a, not transpose_a), _matrix(b, not transpose_b)
    place, *numbers = product_call(y.dtype, sizes, *factors, _matrix(y, True), added)
    _called(place)(*numbers)


def _matrix(x: numpy.ndarray, by_rows: bool) -> "Matrix":
    return Matrix(address(x), x.shape[1], by_rows)


@cache
def _called(place: int) -> Callable:
    """OpenBLAS' function there; other threads run meanwhile."""
    return CFUNCTYPE(None, *[c_void_p] * 13)(place)


def product_plan(
    inputs: list, result: Any, *, transpose_a: bool, transpose_b: bool, then_relu: bool = False
) -> Any:
    """What makes the plan of `matmul`, perhaps of one with a bias and relu, see `planned_by`."""
    a, b, *bias = inputs
    sizes = *a.shape, *b.shape
    if len(a.shape) != 2 or len(b.shape) != 2 or min(sizes) < 2 or openblas() is None:
        return None  # NumPy takes other functions than OpenBLAS' product for vectors
    if a.dtype not in FLOATS or any(x.dtype != a.dtype for x in (*inputs, result)):
        return None
    rows, columns = result.shape
    inner = a.shape[0] if transpose_a else a.shape[1]
    by_rows, after = (not transpose_a, not transpose_b), then_relu if bias else None

    def make() -> Plan:
        threads = thread_count() if rows * inner * columns >= _LARGE else 1
        return _plan((rows, inner, columns), by_rows, a.dtype, threads, after)

    return make


def _blocks(rows: int, columns: int, threads: int, at_once: int) -> list[tuple[slice, slice]]:
    """Rows and columns of a product that are computed at a time: as many for every thread."""
    if rows < columns:
        return [(slice(0, rows), part) for part in parts(columns, threads)]
    count = threads * -(-rows // (threads * at_once))
    return [(part, slice(0, columns)) for part in _strips(rows, count)]


def _strips(rows: int, count: int) -> list[slice]:
    """The rows in so many parts, of whole strips but for the last: the bits of all at once."""
    strips = parts(-(-rows // _STRIP), count)
    return [slice(_STRIP * x.start, min(_STRIP * x.stop, rows)) for x in strips]


def _rows_at_once(inner: int, columns: int, by_rows: tuple) -> int:
    """How many rows of a product are best computed at a time."""
    blas: Any = openblas()
    uncopied = _UNCOPIED // (inner * columns) // _STRIP * _STRIP
    # As for gradients of weights: the results are the same. Of other layouts they are not.
    if by_rows == (False, True) and blas.processor in _AVX_512 and uncopied >= 48:
        return min(uncopied, _ROWS)
    return _ROWS


def _by_sleepers(a, b, y, threads: int) -> None:
    rows, columns = y.shape
    blocks = _blocks(rows, columns, threads, _ROWS)

    def some(part):
        for down, across in blocks[part]:
            numpy.matmul(a[down], b[:, across], out=y[down, across])

    in_parts(some, len(blocks), a.size * columns)


@lru_cache(maxsize=1024)
def _plan(
    sizes: tuple,
    by_rows: tuple,
    dtype: numpy.dtype,
    threads: int,
    then_relu: bool | None = None,
) -> Plan:
    """The plan of a product, followed with (a, b, result), or (a, b, bias, result).

    Args:
        sizes: rows of a, its columns, and columns of b.
        by_rows: whether a, and b, lie in the order of their rows; otherwise in that of the columns.
        dtype: of all arrays.
        threads: how many there are.
        then_relu: whether relu follows the bias; None if there is none.
    """
    rows, inner, columns = sizes
    if _is_halved(sizes) and by_rows[1]:
        return _plan_of_halves(sizes, by_rows, dtype, threads, then_relu)
    a, b = _factors(sizes, by_rows)
    y, blocks = Matrix(At(2 if then_relu is None else 3), columns), []
    for down, across in _blocks(rows, columns, threads, _rows_at_once(inner, columns, by_rows)):
        height, width = down.stop - down.start, across.stop - across.start
        mine, other = a.part(down.start, 0, dtype), b.part(0, across.start, dtype)
        result = y.part(down.start, across.start, dtype)
        block = [product_call(dtype, (height, inner, width), mine, other, result)]
        if then_relu is not None:
            bias = At(2, across.start * dtype.itemsize)
            lengths = height, width, columns
            block.append(bias_call(dtype, lengths, then_relu, result.place, bias))
        blocks.append(block)
    return Plan([[*chain(*blocks[part])] for part in parts(len(blocks), threads)])


def _is_halved(sizes: tuple) -> bool:
    """Whether a product is the sum of two, if the second matrix lies by rows."""
    rows, inner, columns = sizes
    return rows < columns <= inner and rows * inner * columns >= _LARGE


def _plan_of_halves(
    sizes: tuple, by_rows: tuple, dtype: numpy.dtype, threads: int, then_relu: bool | None
) -> Plan:
    """The plan of a product of few rows, see `_plan`: a sum of two, of halves of the inner axis.

    Each thread reads rows of b, weights say, and those that it has in its cache, as it was the one
    that renewed them: an update's halves are the same. Other numbers of threads change no bit.
    """
    rows, inner, columns = sizes
    a, b = _factors(sizes, by_rows)
    # With AVX-512 fewer columns at once are the same columns. Otherwise they are rounded unlike.
    blas: Any = openblas()
    cuts = max(1, threads // 2) if blas.processor in _AVX_512 else 1
    calls = []
    for i, half in enumerate(parts(inner, 2)):
        own = Matrix(At(2, i * rows * columns * dtype.itemsize), columns)
        for across in parts(columns, cuts):
            lengths = rows, half.stop - half.start, across.stop - across.start
            factors = a.part(0, half.start, dtype), b.part(half.start, across.start, dtype)
            result = own.part(0, across.start, dtype)
            calls.append(product_call(dtype, lengths, *factors, result))
    halves = Plan([calls[part] for part in parts(len(calls), min(threads, len(calls)))])
    bias, y = (None, At(2)) if then_relu is None else (At(2), At(3))
    stages = [
        (halves, [At(0), At(1), At(SCRATCH)]),
        (rows_plan(2, rows * columns, dtype), [At(SCRATCH), y]),
    ]
    if bias is not None:
        call = bias_call(dtype, (rows, columns, columns), bool(then_relu), At(0), At(1))
        stages.append((Plan([[call]]), [y, bias]))
    return Plan.of(stages, 2 * rows * columns * dtype.itemsize)


class Matrix(NamedTuple):
    """A matrix in memory, or a part of one.

    Attributes:
        place: where it begins: an address, or what stands for one in a plan.
        length: elements from the begin of a row to that of the next one.
        by_rows: whether there are rows; otherwise it lies in the order of its columns.
    """

    place: Any
    length: int
    by_rows: bool = True

    def part(self, row: int, column: int, dtype: numpy.dtype) -> "Matrix":
        """The part that begins at a row and column."""
        first, second = (row, column) if self.by_rows else (column, row)
        return self._replace(place=self.place + (first * self.length + second) * dtype.itemsize)


def _factors(sizes: tuple, by_rows: tuple) -> tuple[Matrix, Matrix]:
    """The first two arrays as matrices, see `_plan`."""
    rows, inner, columns = sizes
    a = Matrix(At(0), inner if by_rows[0] else rows, by_rows[0])
    return a, Matrix(At(1), columns if by_rows[1] else inner, by_rows[1])


class Product(NamedTuple):
    """A product of matrices that a loop makes for itself, some rows at a time.

    So it never goes to memory and back: the loop reads what is still in the cache.

    Attributes:
        a, b: in one piece each.
        by_rows: whether it is a's rows, and b's, that are multiplied; otherwise their columns.
    """

    a: Any
    b: Any
    by_rows: tuple[bool, bool]

    @classmethod
    def of(cls, a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> "Product | None":
        """What `matmul` of large matrices would make, if they lie in one piece each."""
        if not type(a) is type(b) is numpy.ndarray or a.dtype != b.dtype or not is_worth(_LARGE):
            return None
        if not (a.ndim == b.ndim == 2 and a.flags.c_contiguous and b.flags.c_contiguous):
            return None
        if a.shape[0 if transpose_a else 1] != b.shape[1 if transpose_b else 0]:
            return None
        return cls(a, b, (not transpose_a, not transpose_b))

    @property
    def dtype(self) -> numpy.dtype:
        """That of its elements."""
        return self.a.dtype

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Its rows, how many products each element is a sum of, and its columns."""
        rows, inner = self.a.shape if self.by_rows[0] else self.a.shape[::-1]
        return rows, inner, self.b.shape[1 if self.by_rows[1] else 0]

    @property
    def size(self) -> int:
        """How many elements it has."""
        rows, _, columns = self.sizes
        return rows * columns

    def plan(self, loop: c_function, others: int) -> Plan:
        """The plan of a loop(size, product, *others, numbers), followed with (a, b, *others, ...).

        The others are arrays of the product's size and dtype.
        """
        return _loop_plan(loop, self.sizes, self.by_rows, self.dtype, others, thread_count())


def is_large_product(inputs: list, result: Any, **params: bool) -> bool:
    """Whether a `matmul` has a plan, and a result so large that a loop had better make it."""
    large = numpy.prod(result.shape) >= _LARGE_RESULT
    return large and product_plan(inputs, result, **params) is not None


@lru_cache(maxsize=1024)
def _loop_plan(
    loop: c_function, sizes: tuple, by_rows: tuple, dtype: numpy.dtype, others: int, threads: int
) -> Plan:
    rows, inner, columns = sizes
    a, b = _factors(sizes, by_rows)
    count = threads * -(-rows * columns // (threads * _ROOM))
    blocks = _strips(rows, count)
    room = max(x.stop - x.start for x in blocks) * columns * dtype.itemsize
    shares = []
    for i, part in enumerate(parts(count, threads)):
        made = Matrix(At(SCRATCH, i * room), columns)
        calls: list[tuple] = []
        for x in blocks[part]:
            length, step = x.stop - x.start, x.start * columns * dtype.itemsize
            arrays = [At(2 + n, step) for n in range(others)]
            mine = a.part(x.start, 0, dtype)
            calls.append(product_call(dtype, (length, inner, columns), mine, b, made))
            calls.append((loop.of(dtype), length * columns, made.place, *arrays, At(2 + others)))
        shares.append(calls)
    return Plan(shares, threads * room)


def product_call(
    dtype: numpy.dtype, sizes: tuple, a: Matrix, b: Matrix, y: Matrix, added: bool = False
) -> tuple:
    """The call that makes y the product of a and b, or adds that to it.

    Args:
        dtype: of all three.
        sizes: rows of a, its columns, and columns of b.
        a, b, y: the matrices; y lies by rows.
        added: whether it is added.
    """
    # Fortran's matrices lie by columns: for it ours are the transposed ones, and y' = b' a'.
    blas: Any = openblas()
    form_a, form_b = (_number(ord("N" if x.by_rows else "T")) for x in (a, b))
    rows, inner, columns = map(_number, sizes)
    number = c_float if dtype == "float32" else c_double
    one, start = _number(1, number), _number(int(added), number)
    matrices = b.place, _number(b.length), a.place, _number(a.length)
    result = start, y.place, _number(y.length)
    function = address_of(blas.products[dtype])
    return function, form_b, form_a, columns, rows, inner, one, *matrices, *result


def _number(value: int, kind: Any = c_int64) -> int:
    """The address of a number: Fortran's functions take no others."""
    return addressof(_kept_number(value, kind))


@cache
def _kept_number(value: int, kind: Any) -> Any:
    return kind(value)
