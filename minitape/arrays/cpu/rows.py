"""Loops over the rows of logits: what softmax and its losses need beside exp and log.

Those, and the sums, are NumPy's, so that the results are the same to the last bit.
"""

from typing import Any

import numpy

from .compiler import compiled, suits


def _rows(x) -> Any:
    return x.reshape(-1, x.shape[-1])


def shifted(x, axis=-1) -> Any:
    """x less the largest of its row."""
    if axis not in (-1, x.ndim - 1) or not suits(x):
        return NotImplemented
    result = numpy.empty(x.shape, x.dtype)
    _shift(_rows(x), _rows(result))
    return result


@compiled
def _shift(x, result):
    for i in range(x.shape[0]):
        # A nan may be missed here. But it makes the sum of exp(result) nan, and so all of the row.
        largest = x[i, 0]
        for c in range(x.shape[1]):
            largest = max(largest, x[i, c])
        for c in range(x.shape[1]):
            result[i, c] = x[i, c] - largest


def chosen(labels, x) -> Any:
    """The element of each row that its label names; NotImplemented too where there is none."""
    if not _named(labels, x):
        return NotImplemented
    result = numpy.empty(labels.shape, x.dtype)
    found = _choose(_flat(labels), _rows(x), result.reshape(-1))
    return result if found else NotImplemented


@compiled
def _choose(labels, x, result):
    for i in range(x.shape[0]):
        if not 0 <= labels[i] < x.shape[1]:
            return False
        result[i] = x[i, labels[i]]
    return True


def less_one(labels, x) -> Any:
    """x, which is written into, with 1 taken off the element of each row that `chosen` gives."""
    if not _named(labels, x):
        return NotImplemented
    return x if _take_one(_flat(labels), _rows(x)) else NotImplemented


@compiled
def _take_one(labels, x):
    for i in range(x.shape[0]):
        if not 0 <= labels[i] < x.shape[1]:
            return False
    for i in range(x.shape[0]):
        x[i, labels[i]] -= x.dtype.type(1)
    return True


def _named(labels, x) -> bool:
    return type(labels) is numpy.ndarray and labels.dtype.kind == "i" and suits(x)


def _flat(labels) -> Any:
    return numpy.ascontiguousarray(labels, "int64").reshape(-1)
