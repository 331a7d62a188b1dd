"""Loops where NumPy takes a second array, runs over short rows, or has no vector instructions."""

from typing import Any

import numpy

from .compiler import compiled, suits
from .threads import in_parts, over_elements


def _run(loop, arrays: list, *numbers: float) -> Any:
    """A new array, by a loop over (arrays, new array, numbers), where the shapes are equal."""
    example = arrays[0]
    for x in arrays:
        if x.shape != example.shape:
            return NotImplemented
    result = numpy.empty(example.shape, example.dtype)
    over_elements(loop, [*arrays, result], *numbers)
    return result


def relu(x) -> Any:
    """x where it is above 0, or nan; 0 elsewhere."""
    return _run(_relu, [x]) if suits(x) else NotImplemented


@compiled
def _relu(x, result):
    zero = x.dtype.type(0)
    for i in range(x.size):
        result[i] = zero if x[i] <= zero else x[i]


def relu_grad(g, y) -> Any:
    """g where y is above 0, and g * 0 elsewhere."""
    return _run(_relu_grad, [g, y]) if suits(g, y) else NotImplemented


@compiled
def _relu_grad(g, y, result):
    one, zero = g.dtype.type(1), g.dtype.type(0)
    for i in range(g.size):
        result[i] = g[i] * (one if y[i] > zero else zero)


def add_bias(y, bias, then_relu) -> Any:
    """y itself, whose rows the bias is added to, and then perhaps relu of it."""
    if not suits(y, bias):
        return NotImplemented
    rows = y.reshape(-1, len(bias))
    in_parts(lambda part: add_bias_to(rows[part], bias, then_relu), len(rows), y.size)
    return y


def add_bias_to(rows, bias, then_relu) -> None:
    """The same, of a matrix, at once."""
    loop = _add_bias_relu if then_relu else _add_bias
    loop(rows.reshape(-1), bias)


@compiled
def _add_bias(y, bias):
    for place in range(0, y.size, bias.size):
        row = y[place : place + bias.size]
        for c in range(bias.size):
            row[c] += bias[c]


@compiled
def _add_bias_relu(y, bias):
    zero = y.dtype.type(0)
    for place in range(0, y.size, bias.size):
        row = y[place : place + bias.size]
        for c in range(bias.size):
            total = row[c] + bias[c]
            row[c] = zero if total <= zero else total


def leaky_relu(x, *, alpha) -> Any:
    """x where it is above 0, and x * alpha elsewhere."""
    return _run(_leaky_relu, [x], alpha) if suits(x) else NotImplemented


@compiled
def _leaky_relu(x, result, alpha):
    zero, slope = x.dtype.type(0), x.dtype.type(alpha)
    for i in range(x.size):
        result[i] = x[i] if x[i] > zero else x[i] * slope


def leaky_relu_grad(g, x, *, alpha) -> Any:
    """g where x is above 0, and g * alpha elsewhere."""
    return _run(_leaky_relu_grad, [g, x], alpha) if suits(g, x) else NotImplemented


@compiled
def _leaky_relu_grad(g, x, result, alpha):
    zero, slope = x.dtype.type(0), x.dtype.type(alpha)
    for i in range(x.size):
        result[i] = g[i] if x[i] > zero else g[i] * slope


def kept(x, condition) -> Any:
    """x where the condition is true, 0 elsewhere."""
    return _run(_kept, [x, condition]) if _choose(condition, x) else NotImplemented


@compiled
def _kept(x, condition, result):
    zero = x.dtype.type(0)
    for i in range(x.size):
        result[i] = x[i] if condition[i] else zero


def where(condition, x, y) -> Any:
    """x where the condition is true, y elsewhere."""
    return _run(_where, [x, y, condition]) if _choose(condition, x, y) else NotImplemented


@compiled
def _where(x, y, condition, result):
    for i in range(x.size):
        a, b = x[i], y[i]  # read in any case: so it becomes a vector instruction
        result[i] = a if condition[i] else b


def _choose(condition, *arrays: Any) -> bool:
    """Whether a kernel is made for a choice between these."""
    return suits(*arrays) and type(condition) is numpy.ndarray and condition.flags.c_contiguous


def sum_to_shape(x, *, shape) -> Any:
    """The sum of rows, one after the other as NumPy adds them; of rows of one it adds halves."""
    if x.ndim < 2 or shape != x.shape[-1:] or shape == (1,) or not suits(x):
        return NotImplemented
    total = numpy.zeros(shape, x.dtype)
    _sum_rows(x.reshape(-1, x.shape[-1]), total)
    return total


@compiled
def _sum_rows(x, total):
    for i in range(len(x)):
        row = x[i]
        for c in range(len(total)):
            total[c] += row[c]


def squared_distances(x, mean) -> Any:
    """The sum of (row - mean)**2, the rows one after the other."""
    if x.ndim < 2 or not suits(x, mean) or not mean.size == x.shape[-1] > 1:
        return NotImplemented
    total = numpy.zeros(mean.size, x.dtype)
    _sum_squares(x.reshape(-1, x.shape[-1]), mean.reshape(-1), total)
    return total


@compiled
def _sum_squares(x, mean, total):
    for i in range(len(x)):
        row = x[i]
        for c in range(len(total)):
            distance = row[c] - mean[c]
            total[c] += distance * distance
