"""Norms of vectors and matrices, and what is divided by them."""

import math
from numbers import Real

from ..engine import conj, convert_to_tensor
from .array import expand_dims, squeeze, transpose
from .decompose import svd
from .math import abs, divide, pow, sqrt
from .reduce import reduce_max, reduce_sum
from .types import cast

_EUCLIDEAN = ("euclidean", "fro", 2)


def _check_norm(ord, axis, is_matrix: bool) -> None:
    if is_matrix:
        numbers = all(isinstance(a, int) for a in axis) and axis[0] != axis[1]
        known = ord in ("euclidean", "fro", 1, 2, math.inf)
        supported = "'euclidean', 'fro', 1, 2 or inf"
    else:
        numbers = axis is None or isinstance(axis, int)
        known = ord == "euclidean" or (isinstance(ord, Real) and not ord <= 0)
        supported = "'euclidean' or a number above 0"
    if not numbers:
        raise ValueError(
            f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis!r}."
        )
    if not known:
        what = "matrix" if is_matrix else "vector"
        raise ValueError(f"'ord' must be a supported {what} norm, {supported}, got {ord!r}.")


def _spectral(x, axis):
    """The largest singular value of the matrices that lie along two axes, which stay."""
    matrix = [a % x.ndim for a in axis]
    others = [a for a in range(x.ndim) if a not in matrix]
    largest = reduce_max(svd(transpose(x, [*others, *matrix]), compute_uv=False), -1)
    for a in sorted(matrix):
        largest = expand_dims(largest, a)
    return largest


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """The norm of vectors or matrices: sum(|x|**p)**(1 / p), and the largest |x| for p = inf.

    Args:
        tensor: floats or complex numbers.
        ord: "euclidean" or a number p > 0. For matrices "euclidean" or "fro" (the root of the sum
            of the squares), 2 (the largest singular value), 1 (the largest sum of a column) or
            inf (of a row).
        axis: None (all elements as one vector), a number, or two: those of matrices.
        keepdims: whether the reduced axes stay, with length 1.
        name: not used.

    The gradient of the Euclidean norm at 0 is nan, as in TensorFlow.

    Raises:
        ValueError: another `ord` or `axis`.
    """
    is_matrix = isinstance(axis, (list, tuple)) and len(axis) == 2
    _check_norm(ord, axis, is_matrix)
    x = convert_to_tensor(tensor)
    if ord == 2 and is_matrix:
        result = _spectral(x, axis)
    elif ord in _EUCLIDEAN:
        result = sqrt(reduce_sum(x * conj(x), axis, keepdims=True))
    else:
        size = abs(x)
        if ord == 1 and is_matrix:
            result = reduce_max(reduce_sum(size, axis[0], keepdims=True), axis[1], keepdims=True)
        elif ord == 1:
            result = reduce_sum(size, axis, keepdims=True)
        elif ord == math.inf:
            if is_matrix:
                size, axis_left = reduce_sum(size, axis[1], keepdims=True), axis[0]
            else:
                axis_left = axis
            result = reduce_max(size, axis_left, keepdims=True)
        else:
            result = pow(reduce_sum(pow(size, ord), axis, keepdims=True), 1 / ord)
    return result if keepdims else squeeze(result, axis)


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """(tensor / norm, norm): the tensor along `axis` with norm 1, and the norm, its axes kept.

    Takes and refuses what `norm` does.
    """
    x = convert_to_tensor(tensor)
    size = cast(norm(x, ord, axis, keepdims=True), x.dtype)
    return divide(x, size), size
