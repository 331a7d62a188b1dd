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
