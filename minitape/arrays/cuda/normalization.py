"""Normalization of a matrix' rows or columns on a card, and its derivative."""

from typing import Any

from .launching import FLOATS, THREADS, empty, launch, threads_for
from .reduce import sum_of_shares

_WARP = 32
_SHARE = 64  # rows for each of a block's threads, or more, before another block shares in them
_BLOCKS = 512  # with as many the card is busy


def normalize(x, gamma, beta, *, axis, epsilon) -> Any:
    """(y, mean, variance), with a mean and a variance for each row (axis 1) or column (axis 0)."""
    if not _suit(x, gamma, beta):
        return NotImplemented
    rows, columns = x.shape
    y = empty(x.shape, x.dtype, x)
    if axis == 1:
        mean, variance = (empty((rows,), x.dtype, x) for _ in range(2))
        of_rows = (rows,), threads_for(columns)
        _launch("normalize_rows", of_rows, x, gamma, beta, y, mean, variance, columns, epsilon)
    else:
        mean, variance = _moments(x)
        given = x, gamma, beta, mean, variance, y
        _launch("normalize_columns", _shape(rows, columns), *given, rows, columns, epsilon)
    return y, mean, variance


def normalize_grad(g, x, gamma, mean, variance, *, axis, epsilon) -> Any:
    """(dx, dgamma, dbeta) for a cotangent g of y."""
    if not _suit(g, x, gamma, mean, variance):
        return NotImplemented
    rows, columns = x.shape
    shape = _shape(rows, columns)
    shares = shape[0][1]
    sums, dx = empty((shares, 2, columns), x.dtype, x), empty(x.shape, x.dtype, x)
    rest = rows, columns, epsilon
    _launch("sums_of_columns", shape, g, x, mean, variance, sums, *rest, axis == 1)
    sums = sum_of_shares(sums)
    if axis == 1:
        of_rows = (rows,), threads_for(columns)
        _launch("normalize_rows_grad", of_rows, g, x, gamma, mean, variance, dx, columns, epsilon)
    else:
        _launch("normalize_columns_grad", shape, g, x, gamma, mean, variance, sums, dx, *rest)
    return dx, sums[1], sums[0]


def _moments(x: Any, of_shares: tuple = (None, None)) -> tuple:
    """Mean and variance of columns; of the shares of their rows, where these are known."""
    rows, columns = x.shape if of_shares[0] is None else of_shares[0].shape
    shape = _shape(rows, columns)
    shares = shape[0][1]
    mean, variance = (empty((shares, columns), x.dtype, x) for _ in range(2))
    given = x, *of_shares, mean, variance
    _launch("moments_of_columns", shape, *given, len(x), rows, columns)
    return _moments(x, (mean, variance)) if shares > 1 else (mean.reshape(-1), variance.reshape(-1))


def _shape(rows: int, columns: int) -> tuple[tuple, tuple]:
    """The grid, of columns and shares of the rows, and the block, for kernels of columns."""
    across = min(_WARP, 1 << (columns - 1).bit_length())
    down = THREADS // across
    blocks = -(-columns // across)
    return (blocks, max(1, min(rows // (down * _SHARE), _BLOCKS // blocks))), (across, down)


def _launch(name: str, shape: tuple[tuple, tuple], *arguments) -> None:
    launch(("normalization.cu", name), *shape, *arguments)


def _suit(*arrays: Any) -> bool:
    """Whether kernels are made for these."""
    dtype = arrays[0].dtype
    whole = all(x.dtype == dtype and x.size and x.flags.c_contiguous for x in arrays)
    return whole and dtype in FLOATS
