"""Softmax of rows, and the loss with whole labels, on a card."""

from typing import Any

import numpy

from .launching import FLOATS, empty, launch, threads_for, zeros

_LABELS = (numpy.dtype("int32"), numpy.dtype("int64"))


def softmax(x, *, axis) -> Any:
    """exp(x) / sum(exp(x)) along the last axis."""
    if not _are_rows(x) or axis != x.ndim - 1:
        return NotImplemented
    y, columns = empty(x.shape, x.dtype, x), x.shape[-1]
    launch(("softmax.cu", "softmax"), (x.size // columns,), threads_for(columns), x, y, columns)
    return y


def sparse_cross_entropy(labels, x) -> Any:
    """-log(softmax(x)) at each row's label."""
    return _by_labels("cross_entropy", labels, x, labels.shape)


def sparse_cross_entropy_grad(labels, x) -> Any:
    """softmax(x) with 1 taken off at each row's label."""
    return _by_labels("cross_entropy_grad", labels, x, x.shape)


def _by_labels(name: str, labels, x, shape: tuple) -> Any:
    """What a kernel makes of rows and labels; the forward complains of one that is no class."""
    if not _are_rows(x) or not _are_labels(labels):
        return NotImplemented
    y, wrong, columns = empty(shape, x.dtype, x), zeros((1,), "int32", x), x.shape[-1]
    given = x, labels, y, wrong, columns
    launch(("softmax.cu", name), (labels.size,), threads_for(columns), *given)
    return NotImplemented if int(wrong[0]) else y


def _are_rows(x) -> bool:
    return x.dtype in FLOATS and x.ndim > 0 and x.size > 0 and x.flags.c_contiguous


def _are_labels(labels) -> bool:
    return labels.dtype in _LABELS and labels.flags.c_contiguous
