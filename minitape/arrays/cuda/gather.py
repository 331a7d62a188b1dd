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
    y, wrong = empty((*index.shape, *x.shape[1:]), x.dtype, x), zeros((1,), "int32", x)
    width = math.prod(x.shape[1:])
    given = x, index, y, wrong, index.size, len(x), width
    launch(("gather.cu", "gather_rows"), blocks_for(y.size), (THREADS,), *given)
    return NotImplemented if int(wrong[0]) else y


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
    y, wrong, width = zeros(shape, x.dtype, x), zeros((1,), "int32", x), math.prod(shape[1:])
    in_order = ops_are_deterministic()
    name, size = ("scatter_add_in_order", y.size) if in_order else ("scatter_add", x.size)
    given = x, index, y, wrong, index.size, shape[0], width
    launch(("gather.cu", name), blocks_for(size), (THREADS,), *given)
    return NotImplemented if int(wrong[0]) else y


def _suits(x: Any, index: Any) -> bool:
    """Whether a kernel is made for these."""
    if x.dtype not in FLOATS or index.dtype not in _NUMBERS:
        return False
    return x.flags.c_contiguous and index.flags.c_contiguous
