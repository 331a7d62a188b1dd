"""Taking elements out of tensors, and putting them in: indexing, masks, gather, one_hot."""

from typing import Any

import numpy

from ..arrays import array_module, as_dtype
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import _from_front


@primitive
def _getitem(x, *, key):
    found = x[key]
    return found if hasattr(found, "dtype") else numpy.array(found, x.dtype)  # one text


@primitive
def _getitem_grad(g, *, key, shape):
    whole = array_module(g).zeros(shape, g.dtype)
    whole[key] = g
    return whole


_getitem.linear(lambda g, y, x, *, key: _getitem_grad(g, key=key, shape=x.array.shape))
_getitem_grad.linear(lambda g, y, x, *, key, shape: _getitem(g, key=key))


def getitem(x, key) -> Any:
    """x[key], with integers, slices, `newaxis`, `...`, scalar integer tensors, or a bool mask."""
    if getattr(key, "dtype", None) == "bool":
        return boolean_mask(x, key)
    keys = key if isinstance(key, tuple) else (key,)
    return _getitem(x, key=tuple(_index(k) for k in keys))


def _index(key):
    if isinstance(key, slice):
        return slice(*[None if n is None else int(n) for n in (key.start, key.stop, key.step)])
    if key is None or key is Ellipsis:
        return key
    if hasattr(key, "__index__") and not isinstance(key, bool) and numpy.ndim(key) == 0:
        return key.__index__()
    raise TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar integer "
        f"tensors are valid indices, got {key!r}. To pick several rows use minitape.gather."
    )


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The elements (or rows) of a tensor where the mask is true.

    The axes that the mask covers, from `axis` (0 unless given) on, become one.

    Raises:
        ValueError: the mask's shape is not that of the axes it covers.
    """
    x, mask = convert_to_tensor(tensor), convert_to_tensor(mask)
    axis = 0 if axis is None else _from_front("boolean_mask", axis, x.ndim, ValueError)
    covered = x.shape[axis : axis + mask.ndim]
    if mask.shape != covered:
        raise ValueError(f"Shapes {covered} and {mask.shape} of tensor and mask are incompatible.")
    return _getitem(x, key=(*(slice(None),) * axis, mask.numpy()))


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


_gather.defvjp(
    lambda g, y, params, indices, *, axis, batch_dims: _gather_grad(
        g, indices, axis=axis, batch_dims=batch_dims, shape=params.array.shape
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


class IndexedSlices:
    """Rows of a larger tensor: `values[i]` belongs at row `indices[i]`."""

    def __init__(self, values, indices, dense_shape=None):
        self.values = convert_to_tensor(values)
        self.indices = convert_to_tensor(indices)
        self.dense_shape = dense_shape


@primitive(differentiable=False, mixed=True)
def _scatter_update(input, indices, updates):
    changed = input.copy()
    changed[indices] = updates
    return changed


def scatter_update(self, sparse_delta, use_locking=False, name=None):
    """Assigns the rows of an IndexedSlices to a variable; the others stay."""
    indices = convert_to_tensor(sparse_delta.indices)
    check_indices("scatter_update", indices.array, self.array.shape[0])
    values = convert_to_tensor(sparse_delta.values, self.dtype)
    return self.assign(_scatter_update(self, indices, values))


@primitive(differentiable=False, mixed=True)
def _one_hot(indices, *, depth, axis, dtype):
    xp = array_module(indices)
    hot = indices[..., None] == xp.arange(depth)
    return xp.moveaxis(hot, -1, axis).astype(dtype.numpy_dtype)


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """1 at the position that each index names, 0 elsewhere; all 0 for an index out of range.

    Args:
        indices: integers, of any shape.
        depth: length of the new axis.
        on_value: the value at the position (1 unless given).
        off_value: the value elsewhere (0 unless given).
        axis: where the new axis goes (last unless given).
        dtype: float32 unless given.
        name: not used.
    """
    indices = convert_to_tensor(indices)
    if not indices.dtype.is_integer:
        raise InvalidArgumentError(
            f"one_hot takes integer indices. Received: {indices.dtype.name}. Convert them with "
            "minitape.cast(indices, 'int32') if they are whole numbers."
        )
    if dtype is None:
        given = on_value if on_value is not None else off_value
        dtype = "float32" if given is None else convert_to_tensor(given).dtype
    dtype = as_dtype(dtype)
    axis = -1 if axis is None else axis
    hot = _one_hot(indices, depth=int(depth), axis=axis, dtype=dtype)
    if on_value is None and off_value is None:
        return hot
    on = convert_to_tensor(1 if on_value is None else on_value, dtype)
    off = convert_to_tensor(0 if off_value is None else off_value, dtype)
    return off + hot * (on - off)
