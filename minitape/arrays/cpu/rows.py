"""Rows of logits: softmax and its loss, sums and means.

exp, log and sums are computed by NumPy's own loops: the results are the same to the last bit.
"""

import ctypes
import math
from functools import lru_cache
from typing import Any

import numpy

from .compiler import FLOATS, suits
from .functions import Flags, Floats, Word, Words, address, c_function
from .openblas import address_of
from .plans import FAILED, LARGE, NOWHERE, SCRATCH, At, Plan, by_plan, planned_by
from .ufuncs import loop_of, ufunc_call

_MANY = 4096  # rows, each a call, that a plan is made for
_INT64 = numpy.dtype("int64")


def _sizes(x: Any, *ufuncs: numpy.ufunc) -> tuple[int, int] | None:
    """The rows of x and their length, if there are plans for it with these ufuncs."""
    if x.dtype not in FLOATS or not x.shape or not math.prod(x.shape):
        return None
    rows = math.prod(x.shape[:-1])
    found = rows <= _MANY and all(loop_of(ufunc, x.dtype) for ufunc in ufuncs)
    return (rows, x.shape[-1]) if found else None


# -- sums ------------------------------------------------------------------------------------------


def _sums(dtype, rows: int, width: int, x: At, total: At) -> list[tuple]:
    """The calls that sum each row."""
    step = dtype.itemsize
    calls: list[tuple] = [(address_of(ctypes.memset), total, 0, rows * step)]
    for n in range(rows):
        mine, row = total + n * step, x + n * width * step
        calls.append(ufunc_call(numpy.add, dtype, width, (mine, row, mine), fixed=(0, 2)))
    return calls


def sum_builder(inputs: list, result: Any, *, axis: tuple, keepdims: bool) -> Any:
    """What makes the plan of a sum along the last axis, see `planned_by`."""
    return _sum_builder(inputs, axis, numpy.add)


def mean_builder(inputs: list, result: Any, *, axis: tuple, keepdims: bool) -> Any:
    """What makes the plan of a mean along the last axis, see `planned_by`."""
    return _sum_builder(inputs, axis, numpy.add, numpy.true_divide)


def _sum_builder(inputs: list, axis: tuple, *ufuncs: numpy.ufunc) -> Any:
    (x,) = inputs
    sizes = _sizes(x, *ufuncs) if axis == (len(x.shape) - 1,) else None
    return sizes and (lambda: _sum_plan(x.dtype, *sizes, numpy.true_divide in ufuncs))


@lru_cache(maxsize=1024)
def _sum_plan(dtype: numpy.dtype, rows: int, width: int, is_mean: bool) -> Plan:
    calls, count = _sums(dtype, rows, width, At(0), At(1)), numpy.array([width], dtype)
    if is_mean:
        places = At(1), At(NOWHERE, address(count)), At(1)
        calls.append(ufunc_call(numpy.true_divide, dtype, rows, places, fixed=(1,)))
    return Plan([calls], kept=count)


def repeat_builder(inputs: list, result: Any, *, shape: tuple) -> Any:
    """What makes the plan of an array repeated along leading axes, see `planned_by`."""
    (x,) = inputs
    size, count = math.prod(x.shape), math.prod(result.shape) // max(1, math.prod(x.shape))
    own = math.prod(result.shape[len(result.shape) - len(x.shape) :]) == size > 1
    if not own or count > _MANY or size * count > LARGE:
        return None
    return lambda: _repeat_plan(count, size * x.dtype.itemsize)


@lru_cache(maxsize=1024)
def _repeat_plan(count: int, size: int) -> Plan:
    copy = address_of(ctypes.memmove)
    return Plan([[(copy, At(1, n * size), At(0), size) for n in range(count)]])


# -- softmax and its loss --------------------------------------------------------------------------


def shifted(x, axis=-1) -> Any:
    """x less the largest of its row."""
    if axis not in (-1, x.ndim - 1) or not suits(x):
        return NotImplemented
    result = numpy.empty(x.shape, x.dtype)
    width = x.shape[-1]
    _shift_plan(x.dtype, x.size // width, width).follow(x, result)
    return result


@lru_cache(maxsize=1024)
def _shift_plan(dtype: numpy.dtype, rows: int, width: int) -> Plan:
    return Plan([[(_shift.of(dtype), rows, width, At(0), At(1))]])


@c_function
def _shift(rows: Word, width: Word, x: Floats, result: Floats):
    for n in range(rows):
        # A nan may be missed here. But it makes the sum of exp(result) nan, and so all of the row.
        largest = x[n * width]
        for c in range(width):
            largest = max(largest, x[n * width + c])
        for c in range(width):
            result[n * width + c] = x[n * width + c] - largest


def _softmax_calls(dtype, rows: int, width: int, x: At, y: At, totals: At) -> list[tuple]:
    """The calls that write softmax of x, and need room for a number of each row."""
    calls: list[tuple] = [(_shift.of(dtype), rows, width, x, y)]
    calls.append(ufunc_call(numpy.exp, dtype, rows * width, (y, y)))
    calls += _sums(dtype, rows, width, y, totals)
    for n in range(rows):
        row = y + n * width * dtype.itemsize
        places = row, totals + n * dtype.itemsize, row
        calls.append(ufunc_call(numpy.true_divide, dtype, width, places, fixed=(1,)))
    return calls


def _softmax_builder(inputs: list, result: Any, *, axis: int) -> Any:
    (x,) = inputs
    sizes = _sizes(x, numpy.exp, numpy.add, numpy.true_divide) if axis == len(x.shape) - 1 else None
    return sizes and (lambda: _softmax_plan(x.dtype, *sizes))


@lru_cache(maxsize=1024)
def _softmax_plan(dtype: numpy.dtype, rows: int, width: int) -> Plan:
    calls = _softmax_calls(dtype, rows, width, At(0), At(1), At(SCRATCH))
    return Plan([calls], rows * dtype.itemsize)


@planned_by(_softmax_builder)
def softmax(x, *, axis) -> Any:
    """exp(x) by its sum along the last axis."""
    if not suits(x):
        return NotImplemented
    return by_plan(_softmax_builder, [x], numpy.empty(x.shape, x.dtype), axis=axis)


def _wide(labels) -> Any:
    """Integers as the loops take them; others, unsigned ones too, as they are."""
    return labels.astype(_INT64, copy=False) if labels.dtype.kind == "i" else labels


def _loss_builder(inputs: list, result: Any) -> Any:
    labels, x = inputs
    sizes = _sizes(x, numpy.exp, numpy.add, numpy.log) if labels.dtype == _INT64 else None
    return sizes and (lambda: _loss_plan(x.dtype, *sizes))


@lru_cache(maxsize=1024)
def _loss_plan(dtype: numpy.dtype, rows: int, width: int) -> Plan:
    bytes_of_all = rows * width * dtype.itemsize
    moved, powers = At(SCRATCH), At(SCRATCH, bytes_of_all)
    calls: list[tuple] = [(_shift.of(dtype), rows, width, At(1), moved)]
    calls.append(ufunc_call(numpy.exp, dtype, rows * width, (moved, powers)))
    calls += _sums(dtype, rows, width, powers, At(2))
    calls.append(ufunc_call(numpy.log, dtype, rows, (At(2), At(2))))
    calls.append((_less_chosen.of(dtype), rows, width, At(0), moved, At(2), At(FAILED)))
    return Plan([calls], 2 * bytes_of_all)


@planned_by(_loss_builder)
def sparse_cross_entropy(labels, x) -> Any:
    """The loss of each row, or NotImplemented where a label is no class."""
    if not suits(x):
        return NotImplemented
    result = numpy.empty(labels.shape, x.dtype)
    return by_plan(_loss_builder, [_wide(labels), x], result)


@c_function
def _less_chosen(rows: Word, width: Word, labels: Words, x: Floats, result: Floats, failed: Flags):
    for n in range(rows):
        if 0 <= labels[n] < width:
            result[n] -= x[n * width + labels[n]]
        else:
            failed[0] = 1


def _loss_grad_builder(inputs: list, result: Any) -> Any:
    labels, x = inputs
    sizes = _sizes(x, numpy.exp, numpy.add, numpy.true_divide) if labels.dtype == _INT64 else None
    return sizes and (lambda: _loss_grad_plan(x.dtype, *sizes))


@lru_cache(maxsize=1024)
def _loss_grad_plan(dtype: numpy.dtype, rows: int, width: int) -> Plan:
    calls = _softmax_calls(dtype, rows, width, At(1), At(2), At(SCRATCH))
    calls.append((_less_one.of(dtype), rows, width, At(0), At(2), At(FAILED)))
    return Plan([calls], rows * dtype.itemsize)


@planned_by(_loss_grad_builder)
def sparse_cross_entropy_grad(labels, x) -> Any:
    """softmax with 1 taken off at each row's label; NotImplemented where that is no class."""
    if not suits(x):
        return NotImplemented
    result = numpy.empty(x.shape, x.dtype)
    return by_plan(_loss_grad_builder, [_wide(labels), x], result)


@c_function
def _less_one(rows: Word, width: Word, labels: Words, x: Floats, failed: Flags):
    for n in range(rows):
        if 0 <= labels[n] < width:
            x[n * width + labels[n]] -= type(x[0])(1)
        else:
            failed[0] = 1
