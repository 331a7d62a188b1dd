"""Rows that are named by numbers, on a card."""

import math
from typing import Any

from ...settings import ops_are_deterministic
from .launching import FLOATS, THREADS, blocks_for, empty, launch, zeros
from .places import Look, looking

_ANY = -(1 << 63)


@looking(Look(1, lambda x, index, **_: (*x.shape, 0)[0]))
def gather(x, index, *, axis, batch_dims) -> Any:
    """The rows of x that are named."""
    if axis or batch_dims or not _suits(x) or not x.size:
        return NotImplemented
    y = empty((*index.shape, *x.shape[1:]), x.dtype, x)
    return _launched("gather_rows", y.size, x, index, y, x.shape)


@looking(Look(1, lambda g, index, *, shape, **_: shape[0]))
def gather_grad(g, index, *, axis, batch_dims, shape) -> Any:
    """The cotangent of x: the rows of g are added to those named."""
    if axis or batch_dims:
        return NotImplemented
    return _added(g, index, shape)


@looking(Look(1, lambda data, ids, *, num_segments: num_segments, least=_ANY))
def segment_sum(data, segment_ids, *, num_segments) -> Any:
    """The sums of the rows that have the same number; negative ones are passed over."""
    return _added(data, segment_ids, (num_segments, *data.shape[segment_ids.ndim :]))


def _added(x, index, shape: tuple) -> Any:
    if not _suits(x) or not math.prod(shape):
        return NotImplemented
    y = zeros(shape, x.dtype, x)
    if ops_are_deterministic():
        return _launched("scatter_add_in_order", y.size, x, index, y, shape)
    return _launched("scatter_add", x.size, x, index, y, shape)


def _launched(name: str, size: int, x, index, y, table: tuple) -> Any:
    given = x, index, y, index.size, table[0], math.prod(table[1:])
    launch(("gather.cu", name), blocks_for(size), (THREADS,), *given)
    return y


def _suits(x: Any) -> bool:
    """Whether a kernel is made for these rows."""
    return x.dtype in FLOATS and x.flags.c_contiguous
