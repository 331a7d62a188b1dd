"""Loops where NumPy takes a second array, runs over short rows, or has no vector instructions."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy

from .compiler import FLOATS, is_for_numpy, suits
from .functions import Doubles, Flags, Floats, Word, c_function
from .long_rows import sum_of_rows
from .plans import LARGE, At, Plan, by_plan, loop_plan, parts, planned_by, threads_for

_BOOL = numpy.dtype(bool)


def _run(loop, arrays: list, *numbers: float) -> Any:
    """A new array, by a loop over (arrays, new array, numbers), where the shapes are equal."""
    example = arrays[0]
    for x in arrays:
        if x.shape != example.shape:
            return NotImplemented
    arrays = [*arrays, numpy.empty(example.shape, example.dtype)]
    dtypes: list = [x.dtype for x in arrays]
    if numbers:
        dtypes.append(None)
    plan = loop_plan(loop, example.size, tuple(dtypes), threads_for(example.size))
    if numbers:
        plan.follow(*arrays, numpy.array(numbers, "float64"))
    else:
        plan.follow(*arrays)
    return arrays[-1]


def _loop_builder(loop: c_function) -> Callable:
    """What makes the plan of a loop over inputs that all have the result's shape."""

    def builder(inputs: list, result: Any) -> Any:
        dtypes = tuple(x.dtype for x in (*inputs, result))
        if result.dtype not in FLOATS or any(x.shape != result.shape for x in inputs):
            return None
        if any(dtype not in (result.dtype, _BOOL) for dtype in dtypes):
            return None
        size = math.prod(result.shape)
        return lambda: loop_plan(loop, size, dtypes, threads_for(size))

    return builder


@c_function
def _relu(size: Word, x: Floats, result: Floats):
    zero = type(x[0])(0)
    for i in range(size):
        result[i] = zero if x[i] <= zero else x[i]


@planned_by(_loop_builder(_relu))
def relu(x) -> Any:
    """x where it is above 0, or nan; 0 elsewhere."""
    return _run(_relu, [x]) if suits(x) else NotImplemented


@c_function
def _relu_grad(size: Word, g: Floats, y: Floats, result: Floats):
    one, zero = type(g[0])(1), type(g[0])(0)
    for i in range(size):
        result[i] = g[i] * (one if y[i] > zero else zero)


@planned_by(_loop_builder(_relu_grad))
def relu_grad(g, y) -> Any:
    """g where y is above 0, and g * 0 elsewhere."""
    return _run(_relu_grad, [g, y]) if suits(g, y) else NotImplemented


def add_bias(y, bias, then_relu) -> Any:
    """y itself, whose rows the bias is added to, and then perhaps relu of it."""
    if not suits(y, bias):
        return NotImplemented
    width = len(bias)
    _bias_plan(y.size // width, width, then_relu, y.dtype, threads_for(y.size)).follow(y, bias)
    return y


@lru_cache(maxsize=1024)
def _bias_plan(rows: int, width: int, then_relu: bool, dtype: numpy.dtype, threads: int) -> Plan:
    """The plan of `add_bias`, followed with y and the bias."""
    step = width * dtype.itemsize
    shares = []
    for x in parts(rows, threads):
        sizes = x.stop - x.start, width, width
        shares.append([bias_call(dtype, sizes, then_relu, At(0, x.start * step), At(1))])
    return Plan(shares)


def bias_call(dtype, sizes: tuple[int, int, int], then_relu: bool, y: At, bias: At) -> tuple:
    """The call that does it for (rows, their elements, elements from one to the next)."""
    loop = _add_bias_relu if then_relu else _add_bias
    return loop.of(dtype), *sizes, y, bias


@c_function
def _add_bias(rows: Word, width: Word, length: Word, y: Floats, bias: Floats):
    for n in range(rows):
        for c in range(width):
            y[n * length + c] += bias[c]


@c_function
def _add_bias_relu(rows: Word, width: Word, length: Word, y: Floats, bias: Floats):
    zero = type(y[0])(0)
    for n in range(rows):
        for c in range(width):
            total = y[n * length + c] + bias[c]
            y[n * length + c] = zero if total <= zero else total


def leaky_relu(x, *, alpha) -> Any:
    """x where it is above 0, and x * alpha elsewhere."""
    return _run(_leaky_relu, [x], alpha) if suits(x) else NotImplemented


@c_function
def _leaky_relu(size: Word, x: Floats, result: Floats, numbers: Doubles):
    zero, slope = type(x[0])(0), type(x[0])(numbers[0])
    for i in range(size):
        result[i] = x[i] if x[i] > zero else x[i] * slope


def leaky_relu_grad(g, x, *, alpha) -> Any:
    """g where x is above 0, and g * alpha elsewhere."""
    return _run(_leaky_relu_grad, [g, x], alpha) if suits(g, x) else NotImplemented


@c_function
def _leaky_relu_grad(size: Word, g: Floats, x: Floats, result: Floats, numbers: Doubles):
    zero, slope = type(x[0])(0), type(x[0])(numbers[0])
    for i in range(size):
        result[i] = g[i] if x[i] > zero else g[i] * slope


@c_function
def _kept(size: Word, x: Floats, condition: Flags, result: Floats):
    zero = type(x[0])(0)
    for i in range(size):
        result[i] = x[i] if condition[i] else zero


@planned_by(_loop_builder(_kept))
def kept(x, condition) -> Any:
    """x where the condition is true, 0 elsewhere."""
    return _run(_kept, [x, condition]) if _choose(condition, x) else NotImplemented


def where(condition, x, y) -> Any:
    """x where the condition is true, y elsewhere."""
    return _run(_where, [x, y, condition]) if _choose(condition, x, y) else NotImplemented


@c_function
def _where(size: Word, x: Floats, y: Floats, condition: Flags, result: Floats):
    for i in range(size):
        a, b = x[i], y[i]  # read in any case: so it becomes a vector instruction
        result[i] = a if condition[i] else b


def _choose(condition, *arrays: Any) -> bool:
    """Whether a kernel is made for a choice between these."""
    if type(condition) is not numpy.ndarray or condition.dtype != bool:
        return False
    return suits(*arrays) and condition.flags.c_contiguous


def _sum_builder(inputs: list, result: Any, *, shape) -> Any:
    (x,) = inputs
    if len(x.shape) < 2 or shape != x.shape[-1:] or shape == (1,) or x.dtype not in FLOATS:
        return None
    return lambda: rows_plan(math.prod(x.shape[:-1]), shape[0], x.dtype)


@lru_cache(maxsize=1024)
def rows_plan(rows: int, width: int, dtype: numpy.dtype) -> Plan:
    """The plan of a sum of rows, followed with them and the sum."""
    return Plan([[(_sum_rows.of(dtype), rows, width, At(0), At(1))]])


@planned_by(_sum_builder)
def sum_to_shape(x, *, shape) -> Any:
    """The sum of rows, one after the other as NumPy adds them; of rows of one it adds halves."""
    if is_for_numpy(x) and x.ndim > len(shape) == 1 and x.flags.c_contiguous:
        return sum_of_rows(x, shape[0])
    if not suits(x):
        return NotImplemented
    return by_plan(_sum_builder, [x], numpy.empty(shape, x.dtype), shape=shape)


@c_function
def _sum_rows(rows: Word, width: Word, x: Floats, total: Floats):
    for c in range(width):
        total[c] = 0
    for n in range(rows):
        for c in range(width):
            total[c] += x[n * width + c]


def squared_distances(x, mean) -> Any:
    """The sum of (row - mean)**2, the rows one after the other."""
    if x.ndim < 2 or not suits(x, mean) or not mean.size == x.shape[-1] > 1:
        return NotImplemented
    total = numpy.empty(mean.size, x.dtype)
    _squares_plan(x.size // mean.size, mean.size, x.dtype).follow(x, mean, total)
    return total


@lru_cache(maxsize=1024)
def _squares_plan(rows: int, width: int, dtype: numpy.dtype) -> Plan:
    return Plan([[(_sum_squares.of(dtype), rows, width, At(0), At(1), At(2))]])


@c_function
def _sum_squares(rows: Word, width: Word, x: Floats, mean: Floats, total: Floats):
    for c in range(width):
        total[c] = 0
    for n in range(rows):
        for c in range(width):
            distance = x[n * width + c] - mean[c]
            total[c] += distance * distance


# Sums, differences and the like, of an array and one of its shape, a row, a column or a number.
# NumPy is as quick; but between other calls of a plan they take Python no time. Each loop is
# written out, as numba keeps none on disk that holds another function.


def binary_builder(loop: c_function, either: bool = False) -> Callable:
    """What makes the plan of a loop over small x and y, where x has the result's shape.

    Args:
        loop: one of those below.
        either: whether x and y may change places.
    """

    def builder(inputs: list, result: Any) -> Any:
        x, y = inputs
        order = 0, 1
        if either and x.shape != result.shape:
            x, y = y, x
            order = 1, 0
        if x.dtype != y.dtype or x.dtype not in FLOATS or x.shape != result.shape:
            return None
        size, one = math.prod(x.shape), math.prod(y.shape) == 1
        if not 0 < size < LARGE or len(y.shape) > len(x.shape):
            return None
        rows, width = size // x.shape[-1] if x.shape else 1, x.shape[-1] if x.shape else 1
        if y.shape == x.shape or one:
            steps = 1, size, 0, int(not one)
        elif y.shape[-1] == math.prod(y.shape) == width:
            steps = rows, width, 0, 1
        elif y.shape == (*x.shape[:-1], 1):
            steps = rows, width, 1, 0
        else:
            return None
        return lambda: _binary_plan(loop, steps, order, x.dtype)

    return builder


@lru_cache(maxsize=1024)
def _binary_plan(loop: c_function, steps: tuple, order: tuple, dtype: numpy.dtype) -> Plan:
    return Plan([[(loop.of(dtype), *steps, *map(At, order), At(2))]])


@c_function
def add_loop(
    rows: Word, width: Word, down: Word, right: Word, x: Floats, y: Floats, result: Floats
):
    """x + y, whose place goes on by `down` from row to row, and by `right` (0 or 1) within one."""
    for n in range(rows):
        if right == 0:
            number = y[n * down]
            for c in range(width):
                result[n * width + c] = x[n * width + c] + number
        else:
            for c in range(width):
                result[n * width + c] = x[n * width + c] + y[n * down + c]


@c_function
def subtract_loop(
    rows: Word, width: Word, down: Word, right: Word, x: Floats, y: Floats, result: Floats
):
    """x - y, as above."""
    for n in range(rows):
        if right == 0:
            number = y[n * down]
            for c in range(width):
                result[n * width + c] = x[n * width + c] - number
        else:
            for c in range(width):
                result[n * width + c] = x[n * width + c] - y[n * down + c]


@c_function
def multiply_loop(
    rows: Word, width: Word, down: Word, right: Word, x: Floats, y: Floats, result: Floats
):
    """x * y, as above."""
    for n in range(rows):
        if right == 0:
            number = y[n * down]
            for c in range(width):
                result[n * width + c] = x[n * width + c] * number
        else:
            for c in range(width):
                result[n * width + c] = x[n * width + c] * y[n * down + c]


@c_function
def divide_no_nan_loop(
    rows: Word, width: Word, down: Word, right: Word, x: Floats, y: Floats, result: Floats
):
    """x / y, and 0 where y is 0, as above."""
    for n in range(rows):
        for c in range(width):
            number = y[n * down + c * right]
            quotient = x[n * width + c] / number
            result[n * width + c] = quotient if number != 0 else 0


@c_function
def greater_equal_loop(
    rows: Word, width: Word, down: Word, right: Word, x: Floats, y: Floats, result: Flags
):
    """x >= y, as above."""
    for n in range(rows):
        if right == 0:
            number = y[n * down]
            for c in range(width):
                result[n * width + c] = x[n * width + c] >= number
        else:
            for c in range(width):
                result[n * width + c] = x[n * width + c] >= y[n * down + c]
