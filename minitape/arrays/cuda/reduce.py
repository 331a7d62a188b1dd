"""Sums, means and maxima along axes on a card."""

import math
from typing import Any

from .launching import FLOATS, THREADS, blocks_for, empty, launch, threads_for

_SHARE = 1024  # elements of a result, or more, for each block that shares in it
_BLOCKS = 512  # with as many the card is busy


def total(x, axis, keepdims) -> Any:
    """The sum along axes."""
    return _reduced(x, axis, keepdims, "Sum")


def largest(x, *, axis, keepdims) -> Any:
    """The maximum along axes; nan where there is one."""
    return _reduced(x, axis, keepdims, "Largest")


def variance(x, mean, *, axis) -> Any:
    """The mean squared distance from a mean that has kept its axes, with length 1."""
    if mean.dtype != x.dtype or not mean.flags.c_contiguous:
        return NotImplemented
    sums = _reduced(x, axis, True, "Sum", mean)
    return sums if sums is NotImplemented else sums / (x.size // sums.size)


def sum_to_shape(x, *, shape) -> Any:
    """The sum over all that was broadcast from a shape."""
    added = x.ndim - len(shape)
    stretched = tuple(i for i, n in enumerate(shape, added) if n == 1 and x.shape[i] != 1)
    if not added and not stretched:
        return x
    y = _reduced(x, (*range(added), *stretched), False, "Sum")
    return y if y is NotImplemented else y.reshape(shape)


def _reduced(x: Any, axis: tuple, keepdims: bool, how: str, means: Any = None) -> Any:
    """The elements along axes that lie behind each other, put together."""
    if x.dtype not in FLOATS or not x.size or not axis or not x.flags.c_contiguous:
        return NotImplemented
    first, last = min(axis), max(axis)
    between = [n for i, n in enumerate(x.shape[first : last + 1], first) if i not in axis]
    if math.prod(between) != 1:
        return NotImplemented
    outer, inner = math.prod(x.shape[:first]), math.prod(x.shape[last + 1 :])
    y = _along(x, outer, x.size // (outer * inner), inner, how, means)
    kept = [1 if i in axis else n for i, n in enumerate(x.shape)]
    return y.reshape(kept if keepdims else [n for i, n in enumerate(x.shape) if i not in axis])


def _along(x, outer: int, along: int, inner: int, how: str, means: Any = None) -> Any:
    in_rows = inner == 1
    blocks = outer if in_rows else blocks_for(outer * inner)[0]
    shares = max(1, min(along // _SHARE, _BLOCKS // blocks))
    y = empty((shares, outer, inner), x.dtype, x)
    if in_rows:
        launch(
            ("reduce.cu", "reduce_rows"),
            (outer, shares),
            threads_for(along),
            *(x, means, y, along),
            How=how,
        )
    else:
        launch(
            ("reduce.cu", "reduce_columns"),
            (blocks, shares),
            (THREADS,),
            *(x, means, y, outer, along, inner),
            How=how,
        )
    return y if shares == 1 else _along(y, 1, shares, outer * inner, how)


def sum_of_shares(x: Any) -> Any:
    """The sum along the first axis, whose elements other kernels have made."""
    shares, *shape = x.shape
    return (x if shares == 1 else _along(x, 1, shares, x.size // shares, "Sum")).reshape(shape)
