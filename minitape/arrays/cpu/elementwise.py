"""Loops where NumPy takes a second array, runs over short rows, or has no vector instructions."""

from typing import Any

import numpy

from .compiler import compiled, suits
from .threads import over_elements


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
