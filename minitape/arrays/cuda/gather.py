"""Rows that are named by numbers, on a card."""

import math
from typing import Any

import numpy

from ...settings import ops_are_deterministic
from .launching import FLOATS, THREADS, blocks_for, empty, launch, zeros

_NUMBERS = (numpy.dtype("int32"), numpy.dtype("int64"))


def gather(x, index, *, axis, batch_dims) -> Any:
    """The rows of x that are named; the forward complains of one that isn't there."""
    if axis or batch_dims or not _suits(x, index) or not x.size:
        return NotImplemented
    y = empty((*index.shape, *x.shape[1:]), x.dtype, x)
    return _launched("gather_rows", y.size, x, index, y, x.shape)


def gather_grad(g, index, *, axis, batch_dims, shape) -> Any:
    """The cotangent of x: the rows of g are added to those named."""
    if axis or batch_dims:
        return NotImplemented
    return _added(g, index, shape)


def segment_sum(data, segment_ids, *, num_segments) -> Any:
    """The sums of the rows that have the same number."""
    return _added(data, segment_ids, (num_segments, *data.shape[segment_ids.ndim :]))


def _added(x, index, shape: tuple) -> Any:
    if not _suits(x, index) or not math.prod(shape):
        return NotImplemented
    y = zeros(shape, x.dtype, x)
    if ops_are_deterministic():
        return _launched("scatter_add_in_order", y.size, x, index, y, shape)
    return _launched("scatter_add", x.size, x, index, y, shape)


def _launched(name: str, size: int, x, index, y, table: tuple) -> Any:
    """y, which a kernel has written; the forward complains of a row that the table lacks."""
    wrong = zeros((1,), "int32", x)
    given = x, index, y, wrong, index.size, table[0], math.prod(table[1:])
    launch(("gather.cu", name), blocks_for(size), (THREADS,), *given)
    return NotImplemented if int(wrong[0]) else y


def _suits(x: Any, index: Any) -> bool:
    """Whether a kernel is made for these."""
    if x.dtype not in FLOATS or index.dtype not in _NUMBERS:
        return False
    return x.flags.c_contiguous and index.flags.c_contiguous
