"""Rows by their number: gather, its gradient IndexedSlices, and the sums that these stand for."""

import math
from typing import Any

from ..arrays import TensorShape, array_module, cuda
from ..engine import Tensor, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import concat, constant, from_front, reshape, static_shape


def add_rows(total, numbers, rows) -> None:
    """Adds rows[i] to total[numbers[i]], doubles too, in a fresh contiguous array."""
    xp, width = array_module(total), math.prod(total.shape[1:])
    # NumPy adds single numbers at given places some five times as fast as rows.
    cells = numbers.reshape(-1, 1).astype("int64", copy=False) * width + xp.arange(width)
    xp.add.at(total.reshape(-1), cells.reshape(-1), rows.reshape(-1))


def _row_numbers(xp, indices, shape, axis, batch_dims):
    """Which of the rows of params.reshape(-1, *shape[axis + 1:]) each element of a gather is."""
    batch, rest = indices.shape[:batch_dims], indices.shape[batch_dims:]
    numbers = xp.arange(math.prod(shape[:axis])).reshape(shape[:axis] + (1,) * len(rest))
    return numbers * shape[axis] + indices.reshape(batch + (1,) * (axis - batch_dims) + rest)


@primitive(mixed=True)
def _gather(params, indices, *, axis, batch_dims):
    check_indices("gather", indices, params.shape[axis])
    if params.shape[:batch_dims] != indices.shape[:batch_dims]:
        raise ValueError(f"params and indices must agree in their first {batch_dims} axes")
    xp = array_module(params)
    if batch_dims == 0:
        return xp.take(params, indices, axis=axis)
    numbers = _row_numbers(xp, indices, params.shape, axis, batch_dims)
    rows = params.reshape(math.prod(params.shape[: axis + 1]), *params.shape[axis + 1 :])
    return rows[numbers]


@primitive(mixed=True)
def _gather_grad(g, indices, *, axis, batch_dims, shape):
    """The cotangent of `params`: each row of g is added where it was taken from."""
    xp = array_module(g)
    whole = xp.zeros(shape, g.dtype)
    rows = whole.reshape(math.prod(shape[: axis + 1]), *shape[axis + 1 :])
    add_rows(rows, _row_numbers(xp, indices, shape, axis, batch_dims), g)
    return whole


def _gather_vjp(g, y, params, indices, *, axis, batch_dims):
    shape = params.array.shape
    if axis == batch_dims == 0:  # the rows alone, as TensorFlow gives them: they may be few
        rows = reshape(g, (indices.array.size, *shape[1:]))
        return IndexedSlices(rows, reshape(indices, (indices.array.size,)), constant(shape))
    return _gather_grad(g, indices, axis=axis, batch_dims=batch_dims, shape=shape)


_gather.defkernel(cuda=cuda.gather)
_gather_grad.defkernel(cuda=cuda.gather_grad)
_gather.defvjp(_gather_vjp, None)
_gather.defjvp(
    lambda t, y, params, indices, *, axis, batch_dims: _gather(
        t, indices, axis=axis, batch_dims=batch_dims
    ),
    None,
)
_gather_grad.defvjp(
    lambda g, y, rows, indices, *, axis, batch_dims, shape: _gather(
        g, indices, axis=axis, batch_dims=batch_dims
    ),
    None,
)


def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """The slices of `params` along `axis` that the integer `indices` name.

    The gradient is IndexedSlices where axis and batch_dims are 0.

    Args:
        params: the tensor to take from.
        indices: integers from 0 on, of any shape.
        validate_indices: not used; they are always checked.
        axis: along which to take (batch_dims unless given).
        batch_dims: how many leading axes params and indices share, example by example.
        name: not used.

    Returns:
        A tensor of shape params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis+1:].

    Raises:
        InvalidArgumentError: an index is negative or too large, or not an integer.
    """
    params, indices = convert_to_tensor(params), convert_to_tensor(indices)
    check_integers("gather", indices)
    if not -indices.ndim <= batch_dims <= indices.ndim:
        raise InvalidArgumentError(
            f"gather: expected batch_dims from {-indices.ndim} to {indices.ndim}, the axes of "
            f"indices. Received: {batch_dims}."
        )
    batch_dims = int(batch_dims) + (indices.ndim if batch_dims < 0 else 0)
    axis = from_front("gather", batch_dims if axis is None else axis, params.ndim)
    if batch_dims > axis:
        raise InvalidArgumentError(
            f"gather: batch_dims must be at most axis, {axis}. Received: {batch_dims}."
        )
    return _gather(params, indices, axis=axis, batch_dims=batch_dims)


def check_integers(op: str, indices) -> None:
    """Raises InvalidArgumentError unless a tensor holds signed integers of 16 bits or more."""
    if indices.dtype.name not in ("int16", "int32", "int64"):
        raise InvalidArgumentError(
            f"{op} takes integer indices (int16, int32 or int64). Received: {indices.dtype.name}. "
            "Convert them with minitape.cast(indices, 'int32') if they are whole numbers."
        )


def check_indices(op: str, indices, limit: int, what: str = "indices") -> None:
    """Raises InvalidArgumentError naming the first index outside [0, limit)."""
    wrong = (indices < 0) | (indices >= limit)
    if wrong.any():
        position = tuple(int(i) for i in array_module(indices).argwhere(wrong)[0])
        raise InvalidArgumentError(
            f"{op}: {what}{list(position)} = {int(indices[position])} is not in [0, {limit}), "
            "where it must be."
        )


@primitive(mixed=True, kinds="iufc")
def _unsorted_segment_sum(data, segment_ids, *, num_segments):
    xp = array_module(data)
    rest = data.shape[segment_ids.ndim :]
    ids, rows = segment_ids.reshape(-1), data.reshape(segment_ids.size, *rest)
    if (ids < 0).any():
        ids, rows = ids[ids >= 0], rows[ids >= 0]
    total = xp.zeros((num_segments, *rest), data.dtype)
    add_rows(total, ids, rows)
    return total


@primitive(mixed=True)
def segment_rows(segments, segment_ids):
    """For each id the row of its segment; zeros where it is negative."""
    xp = array_module(segments)
    if not len(segments):
        return xp.zeros((*segment_ids.shape, *segments.shape[1:]), segments.dtype)
    rows = xp.asarray(xp.take(segments, xp.maximum(segment_ids, 0), axis=0))
    rows[segment_ids < 0] = 0
    return rows


_unsorted_segment_sum.defkernel(cuda=cuda.segment_sum)
# Each is the transpose of the other.
_unsorted_segment_sum.linear(lambda g, y, data, ids, *, num_segments: segment_rows(g, ids), None)
segment_rows.linear(
    lambda g, y, segments, ids: _unsorted_segment_sum(g, ids, num_segments=len(segments)), None
)


class IndexedSlices:
    """Rows of a larger tensor: `values[i]` belongs at row `indices[i]`, and doubles are added.

    The gradient of a table of which few rows were used. Where a tensor is expected it becomes one.

    Args:
        values: a tensor whose first axis counts the rows.
        indices: as many integers.
        dense_shape: the shape of the larger tensor.
    """

    def __init__(self, values, indices, dense_shape=None):
        self.values = convert_to_tensor(values)
        self.indices = convert_to_tensor(indices)
        self.dense_shape = dense_shape

    @property
    def dtype(self):
        """Type of the elements."""
        return self.values.dtype

    @property
    def shape(self):
        """The shape of the larger tensor."""
        return None if self.dense_shape is None else TensorShape(static_shape(self.dense_shape))

    def __tensor__(self) -> Tensor:
        """The larger tensor, zero where no row is given."""
        if self.dense_shape is None:
            raise ValueError(
                f"Tensor conversion requested for IndexedSlices without dense_shape: {self!r}. "
                "Make them with dense_shape=, the shape of the whole tensor."
            )
        rows = static_shape(self.dense_shape)[0]
        return _unsorted_segment_sum(self.values, self.indices, num_segments=rows)

    def numpy(self) -> Any:
        """The larger tensor as a NumPy array."""
        return self.__tensor__().numpy()

    def __array__(self, dtype=None, copy=None) -> Any:
        return self.__tensor__().__array__(dtype, copy)

    def __add__(self, other):
        if isinstance(other, IndexedSlices):
            # A tape sums backward. This way the rows stand in the order in which they were taken.
            values = concat([other.values, self.values], 0)
            indices = concat([other.indices, self.indices], 0)
            return IndexedSlices(values, indices, self.dense_shape)
        return self.__tensor__() + other

    def __neg__(self):
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def __repr__(self) -> str:
        shape = "" if self.dense_shape is None else f", dense_shape={self.dense_shape}"
        return f"IndexedSlices(indices={self.indices}, values={self.values}{shape})"
