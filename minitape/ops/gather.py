"""Rows by their number: gather, its gradient IndexedSlices, and the sums that these stand for."""

from typing import Any

from ..arrays import TensorShape, array_module
from ..engine import Tensor, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import _from_front, concat, constant, reshape, static_shape


@primitive(mixed=True)
def _gather(params, indices, *, axis, batch_dims):
    xp = array_module(params)
    if batch_dims == 0:
        return xp.take(params, indices, axis=axis)
    return params[_gather_key(xp, indices, params.shape, axis, batch_dims)]


@primitive(mixed=True)
def _gather_grad(g, indices, *, axis, batch_dims, shape):
    """The cotangent of `params`: each row of g is added where it was taken from."""
    xp = array_module(g)
    whole = xp.zeros(shape, g.dtype)
    xp.add.at(whole, _gather_key(xp, indices, shape, axis, batch_dims), g)
    return whole


def _gather_key(xp, indices, shape, axis, batch_dims):
    """The index that takes `indices` along `axis`, the first `batch_dims` axes in step."""
    # An array for each axis, and no slices among them: NumPy would move the others to the front.
    batch, rest = indices.shape[:batch_dims], indices.shape[batch_dims:]
    others = xp.ix_(*[xp.arange(n) for n in shape[:axis]])
    others = [i.reshape(i.shape + (1,) * len(rest)) for i in others]
    return (*others, indices.reshape(batch + (1,) * (axis - batch_dims) + rest))


def _gather_vjp(g, y, params, indices, *, axis, batch_dims):
    shape = params.array.shape
    if axis == batch_dims == 0:  # the rows alone, as TensorFlow gives them: they may be few
        rows = reshape(g, (indices.array.size, *shape[1:]))
        return IndexedSlices(rows, reshape(indices, (indices.array.size,)), constant(shape))
    return _gather_grad(g, indices, axis=axis, batch_dims=batch_dims, shape=shape)


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

    Raises:
        InvalidArgumentError: an index is negative or too large, or not an integer.
    """
    params, indices = convert_to_tensor(params), convert_to_tensor(indices)
    batch_dims = int(batch_dims) % max(indices.ndim, 1) if batch_dims < 0 else int(batch_dims)
    axis = batch_dims if axis is None else _from_front("gather", axis, params.ndim)
    if batch_dims > axis:
        raise InvalidArgumentError(f"gather: batch_dims ({batch_dims}) is above axis ({axis}).")
    if not indices.dtype.is_integer:
        raise InvalidArgumentError(
            f"gather takes integer indices. Received: {indices.dtype.name}. Convert them with "
            "minitape.cast(indices, 'int32') if they are whole numbers."
        )
    check_indices("gather", indices.array, params.array.shape[axis])
    return _gather(params, indices, axis=axis, batch_dims=batch_dims)


def check_indices(op: str, indices, limit: int) -> None:
    """Raises InvalidArgumentError naming the first index outside [0, limit)."""
    wrong = (indices < 0) | (indices >= limit)
    if wrong.any():
        position = tuple(int(i) for i in array_module(indices).argwhere(wrong)[0])
        raise InvalidArgumentError(
            f"{op}: indices{list(position)} = {int(indices[position])} is not in [0, {limit})."
        )


@primitive(mixed=True)
def _unsorted_segment_sum(data, segment_ids, *, num_segments):
    xp = array_module(data)
    rest = data.shape[segment_ids.ndim :]
    ids, rows = segment_ids.reshape(-1), data.reshape(segment_ids.size, *rest)
    if (ids < 0).any():
        ids, rows = ids[ids >= 0], rows[ids >= 0]
    total = xp.zeros((num_segments, *rest), data.dtype)
    xp.add.at(total, ids, rows)
    return total


def _segment_rows(g, y, data, segment_ids, *, num_segments):
    """Each row of the data gets what its segment got; those of no segment nothing."""
    xp = array_module(segment_ids.array)
    rows = _gather(g, Tensor(xp.maximum(segment_ids.array, 0)), axis=0, batch_dims=0)
    if (segment_ids.array >= 0).all():
        return rows
    lengths = (*segment_ids.shape, *(1,) * (data.ndim - segment_ids.ndim))
    return rows * Tensor((segment_ids.array >= 0).astype(g.array.dtype).reshape(lengths))


_unsorted_segment_sum.linear(_segment_rows, None)


def unsorted_segment_sum(data, segment_ids, num_segments, name=None):
    """The sums of the rows of `data` that have the same id: the transpose of `gather`.

    Args:
        data: a tensor whose shape begins with that of `segment_ids`.
        segment_ids: integers below `num_segments`; rows with a negative one are left out.
        num_segments: how many sums there are; those of no rows are 0.
        name: not used.

    Raises:
        InvalidArgumentError: an id that is too large, or shapes that don't fit.
    """
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    if data.shape[: ids.ndim] != ids.shape:
        raise InvalidArgumentError(
            f"unsorted_segment_sum: the shape of data, {data.shape}, must begin with that of "
            f"segment_ids. Received: {ids.shape}."
        )
    check_indices("unsorted_segment_sum", ids.array * (ids.array > 0), max(int(num_segments), 1))
    return _unsorted_segment_sum(data, ids, num_segments=int(num_segments))


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
                f"Tensor conversion requested for IndexedSlices without dense_shape: {self!r}."
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
            values = concat([self.values, other.values], 0)
            indices = concat([self.indices, other.indices], 0)
            return IndexedSlices(values, indices, self.dense_shape)
        return self.__tensor__() + other

    def __repr__(self) -> str:
        return (
            f"IndexedSlices(indices={self.indices!r}, values={self.values!r}, "
            f"dense_shape={self.dense_shape!r})"
        )
