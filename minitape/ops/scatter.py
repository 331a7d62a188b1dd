"""Elements named by their full position: gather_nd, scatter_nd, changed copies, partitions.

The last axis of `indices` is a position along the first axes of the tensor, so that each position
names an element, or a slice where it is shorter than the tensor's rank.
"""

import math

from ..arrays import array_module, check_dtypes
from ..engine import alike, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import concat, constant, expand_dims, integers_of, reshape, zeros
from .gather import IndexedSlices, add_rows, check_indices, check_integers
from .index import boolean_mask
from .logic import equal
from .types import cast, zeros_like


def _as_rows(op: str, array, indices, batch_dims: int = 0) -> tuple:
    """A raw array as the rows that positions name, and the number of the row of each position.

    Raises:
        InvalidArgumentError: a position that is too long, or outside of the array.
    """
    xp, shape = array_module(array), array.shape
    depth = batch_dims + (indices.shape[-1] if indices.ndim else len(shape) + 1)
    if depth > len(shape) or shape[:batch_dims] != indices.shape[:batch_dims]:
        agree = f", and the first {batch_dims} axes must agree" if batch_dims else ""
        raise InvalidArgumentError(
            f"{op}: the last axis of indices must hold positions of at most "
            f"{len(shape) - batch_dims} numbers, for a tensor of shape {shape}{agree}. Received: "
            f"indices of shape {indices.shape}."
        )
    lengths = shape[batch_dims:depth]
    wrong = ((indices < 0) | (indices >= xp.asarray(lengths, "int64"))).any(axis=-1)
    if wrong.any():
        where = tuple(int(i) for i in xp.argwhere(wrong)[0])
        raise InvalidArgumentError(
            f"{op}: indices{list(where)} = {indices[where].tolist()} does not index into shape "
            f"{list(shape)}: only numbers from 0 to below its lengths are valid."
        )
    ones = (1,) * (indices.ndim - 1 - batch_dims)
    numbers = xp.arange(math.prod(shape[:batch_dims])).reshape(shape[:batch_dims] + ones)
    numbers = xp.broadcast_to(numbers, indices.shape[:-1])
    for axis, length in enumerate(lengths):
        numbers = numbers * length + indices[..., axis]
    return array.reshape((math.prod(shape[:depth]), *shape[depth:])), numbers


def _check_updates(op: str, shape, indices, updates, expected) -> None:
    """Raises InvalidArgumentError unless there is one slice of a tensor for each position."""
    if updates.shape != expected:
        raise InvalidArgumentError(
            f"{op}: indices of shape {indices.shape} into shape {shape} need updates of shape "
            f"{expected}. Received: {updates.shape}."
        )


# -- gather_nd and its transpose -------------------------------------------------------------------


@primitive(mixed=True)
def _gather_nd(params, indices, *, batch_dims):
    rows, numbers = _as_rows("gather_nd", params, indices, batch_dims)
    return rows[numbers]


@primitive(mixed=True)
def _scatter_nd(updates, indices, *, shape, batch_dims):
    whole = array_module(updates).zeros(shape, updates.dtype)
    rows, numbers = _as_rows("scatter_nd", whole, indices, batch_dims)
    _check_updates("scatter_nd", shape, indices, updates, numbers.shape + rows.shape[1:])
    add_rows(rows, numbers, updates)
    return whole


def _gather_nd_vjp(g, y, params, indices, *, batch_dims):
    shape = params.array.shape
    if not batch_dims and indices.ndim == 2 and indices.array.shape[1] == 1:
        # Whole rows: given as TensorFlow gives them.
        return IndexedSlices(g, reshape(indices, (len(indices),)), constant(shape))
    return _scatter_nd(g, indices, shape=shape, batch_dims=batch_dims)


_gather_nd.defvjp(_gather_nd_vjp, None)
_gather_nd.defjvp(
    lambda t, y, params, indices, *, batch_dims: _gather_nd(t, indices, batch_dims=batch_dims), None
)
_scatter_nd.linear(
    lambda g, y, updates, indices, *, shape, batch_dims: _gather_nd(
        g, indices, batch_dims=batch_dims
    ),
    None,
)


def gather_nd(params, indices, batch_dims=0, name=None):
    """The elements, or slices, of `params` at the positions that `indices` holds.

    The gradient is IndexedSlices where the positions are one number each.

    Args:
        params: the tensor to take from.
        indices: integers; the last axis is a position along the first axes of `params`.
        batch_dims: how many leading axes params and indices share, example by example.
        name: not used.

    Returns:
        A tensor of shape indices.shape[:-1] + params.shape[batch_dims + indices.shape[-1]:].

    Raises:
        InvalidArgumentError: a position outside of `params`.
        ValueError: batch_dims is negative, or not below the number of axes.
    """
    params, indices = convert_to_tensor(params), convert_to_tensor(indices)
    batch_dims = int(batch_dims)
    if batch_dims and not 0 <= batch_dims < min(indices.ndim, params.ndim):
        raise ValueError(
            f"gather_nd: batch_dims must be >= 0 and below the rank of params and indices. "
            f"Received: {batch_dims} for shapes {params.shape} and {indices.shape}."
        )
    check_integers("gather_nd", indices)
    return _gather_nd(params, indices, batch_dims=batch_dims)


def scatter_nd(indices, updates, shape, name=None):
    """A tensor of zeros to which each update is added at its position; doubles add up.

    Args:
        indices: integers; the last axis is a position along the first axes of the result.
        updates: of shape indices.shape[:-1] + shape[indices.shape[-1]:].
        shape: of the result.
        name: not used.

    Raises:
        InvalidArgumentError: a position outside of `shape`, or updates of another shape.
    """
    indices, updates = convert_to_tensor(indices), convert_to_tensor(updates)
    lengths = tuple(integers_of("scatter_nd", "shape", shape))
    check_integers("scatter_nd", indices)
    return _scatter_nd(updates, indices, shape=lengths, batch_dims=0)


# -- changed copies --------------------------------------------------------------------------------


def _change(op: str, tensor, indices, updates) -> tuple:
    """The arguments of tensor_scatter_nd_*, checked."""
    (tensor, updates), indices = alike(tensor, updates), convert_to_tensor(indices)
    check_integers(op, indices)
    if tensor.dtype != updates.dtype:
        raise InvalidArgumentError(
            f"{op}: tensor and updates must have one dtype. Received: {tensor.dtype.name} and "
            f"{updates.dtype.name}. Convert one of them with minitape.cast."
        )
    return tensor, indices, updates


def _copy_and_rows(op: str, array, indices, updates) -> tuple:
    """A copy of a raw array, the copy as rows, and the number of the row of each update."""
    changed = array.copy()
    rows, numbers = _as_rows(op, changed, indices)
    _check_updates(op, array.shape, indices, updates, numbers.shape + rows.shape[1:])
    return changed, rows, numbers


@primitive(mixed=True)
def _tensor_scatter_update(tensor, indices, updates):
    changed, rows, numbers = _copy_and_rows("tensor_scatter_nd_update", tensor, indices, updates)
    rows[numbers] = updates
    return changed


def _unchanged(g, y, tensor, indices, updates):
    return _tensor_scatter_update(g, indices, zeros_like(updates))


# Of updates at one position the last one counts. TensorFlow doesn't promise which, and so gives
# each of them the position's gradient.
_tensor_scatter_update.defvjp(
    _unchanged,
    None,
    lambda g, y, tensor, indices, updates: _gather_nd(g, indices, batch_dims=0),
)
_tensor_scatter_update.defjvp(
    _unchanged,
    None,
    lambda t, y, tensor, indices, updates: _scatter_nd(
        t, indices, shape=tensor.array.shape, batch_dims=0
    ),
)


def tensor_scatter_nd_update(tensor, indices, updates, name=None):
    """The tensor with other elements (or slices) at some positions; the last of doubles counts.

    Args:
        tensor: the tensor to copy.
        indices: integers; the last axis is a position along the first axes of the tensor.
        updates: of shape indices.shape[:-1] + tensor.shape[indices.shape[-1]:].
        name: not used.

    Raises:
        InvalidArgumentError: a position outside of the tensor, or updates of another shape or type.
    """
    return _tensor_scatter_update(*_change("tensor_scatter_nd_update", tensor, indices, updates))


@primitive(mixed=True, kinds="iufc")
def _tensor_scatter_add(tensor, indices, updates):
    changed, rows, numbers = _copy_and_rows("tensor_scatter_nd_add", tensor, indices, updates)
    add_rows(rows, numbers, updates)
    return changed


_tensor_scatter_add.defvjp(
    lambda g, y, tensor, indices, updates: g,
    None,
    lambda g, y, tensor, indices, updates: _gather_nd(g, indices, batch_dims=0),
)
_tensor_scatter_add.defjvp(
    lambda t, y, tensor, indices, updates: t,
    None,
    lambda t, y, tensor, indices, updates: _scatter_nd(
        t, indices, shape=tensor.array.shape, batch_dims=0
    ),
)


def tensor_scatter_nd_add(tensor, indices, updates, name=None):
    """The tensor with updates added at some positions; doubles add up.

    Arguments and errors are those of `tensor_scatter_nd_update`.
    """
    return _tensor_scatter_add(*_change("tensor_scatter_nd_add", tensor, indices, updates))


def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    """The tensor with updates subtracted at some positions; doubles add up.

    Arguments and errors are those of `tensor_scatter_nd_update`.
    """
    tensor, indices, updates = _change("tensor_scatter_nd_sub", tensor, indices, updates)
    return _tensor_scatter_add(tensor, indices, zeros_like(updates) - updates)


@primitive(mixed=True, kinds="iuf")
def _tensor_scatter_max(tensor, indices, updates):
    return _extreme("maximum", tensor, indices, updates, -math.inf)


@primitive(mixed=True, kinds="iuf")
def _tensor_scatter_min(tensor, indices, updates):
    return _extreme("minimum", tensor, indices, updates, math.inf)


def _extreme(name, tensor, indices, updates, loser):
    op = f"tensor_scatter_nd_{name[:3]}"
    changed, rows, numbers = _copy_and_rows(op, tensor, indices, updates)
    xp = array_module(tensor)
    if updates.dtype.kind == "f":
        updates = xp.where(xp.isnan(updates), updates.dtype.type(loser), updates)
    getattr(xp, name).at(rows, numbers, updates)
    return changed


def _winners(y, tensor, indices, updates) -> tuple:
    """1 for each element of the tensor and the updates that the result is; and how many there are.

    They share the gradient in equal parts, as in `reduce_max`.
    """
    kept = cast(equal(tensor, y), y.dtype)
    taken = cast(equal(updates, _gather_nd(y, indices, batch_dims=0)), y.dtype)
    return kept, taken, kept + _scatter_nd(taken, indices, shape=y.array.shape, batch_dims=0)


def _kept_share(g, y, tensor, indices, updates):
    kept, _, count = _winners(y, tensor, indices, updates)
    return kept * (g / count)


def _taken_share(g, y, tensor, indices, updates):
    _, taken, count = _winners(y, tensor, indices, updates)
    return taken * _gather_nd(g / count, indices, batch_dims=0)


def _tangent_of_taken(t, y, tensor, indices, updates):
    _, taken, count = _winners(y, tensor, indices, updates)
    return _scatter_nd(taken * t, indices, shape=y.array.shape, batch_dims=0) / count


for _op in (_tensor_scatter_max, _tensor_scatter_min):
    _op.defvjp(_kept_share, None, _taken_share)
    _op.defjvp(_kept_share, None, _tangent_of_taken)


def tensor_scatter_nd_max(tensor, indices, updates, name=None):
    """The tensor with the larger of element and updates at some positions.

    Equal ones share the gradient; updates that are nan don't count. Arguments and errors are those
    of `tensor_scatter_nd_update`.
    """
    return _tensor_scatter_max(*_change("tensor_scatter_nd_max", tensor, indices, updates))


def tensor_scatter_nd_min(tensor, indices, updates, name=None):
    """The tensor with the smaller of element and updates at some positions.

    Equal ones share the gradient; updates that are nan don't count. Arguments and errors are those
    of `tensor_scatter_nd_update`.
    """
    return _tensor_scatter_min(*_change("tensor_scatter_nd_min", tensor, indices, updates))


# -- partitions ------------------------------------------------------------------------------------


def dynamic_partition(data, partitions, num_partitions, name=None):
    """The rows of `data` sorted into tensors: those of partition 0, of 1, and so on, in order.

    Args:
        data: a tensor whose shape begins with that of `partitions`.
        partitions: integers from 0 to num_partitions - 1.
        num_partitions: how many tensors to make; some may be empty.
        name: not used.

    Raises:
        InvalidArgumentError: a partition out of range, or shapes that don't fit.
    """
    data = convert_to_tensor(data)
    partitions = convert_to_tensor(partitions, None if hasattr(partitions, "dtype") else "int32")
    count = int(num_partitions)
    if count < 1:
        raise InvalidArgumentError(f"num_partitions must be at least 1. Received: {count}.")
    check_integers("dynamic_partition", partitions)
    check_indices("dynamic_partition", partitions.concrete, count, "partitions")
    if data.shape[: partitions.ndim] != partitions.shape:
        raise InvalidArgumentError(
            f"dynamic_partition: the shape of data, {data.shape}, must begin with that of "
            f"partitions. Received: {partitions.shape}."
        )
    if not partitions.ndim:
        data, partitions = expand_dims(data, 0), expand_dims(partitions, 0)
    return [boolean_mask(data, equal(partitions, i)) for i in range(count)]


def dynamic_stitch(indices, data, name=None):
    """Tensors' rows put at given places of one: undoes `dynamic_partition`.

    Where several rows name one place the last one counts; what no row names is 0.

    Args:
        indices: a list of integer tensors: the places of the rows.
        data: a list of tensors, the shape of each beginning with that of its indices.
        name: not used.

    Raises:
        InvalidArgumentError: a negative place, or shapes that don't fit.
        ValueError: lists of different lengths.
    """
    if len(indices) != len(data):
        raise ValueError(
            "dynamic_stitch: data must be a list as long as indices. Received: lengths "
            f"{len(data)} and {len(indices)}."
        )
    if not len(data):
        raise InvalidArgumentError("dynamic_stitch: indices and data must not be empty lists.")
    places = [convert_to_tensor(i, "int32") for i in indices]
    rows, tensors = [], alike(*data)
    check_dtypes("dynamic_stitch", [x.array for x in tensors])
    rest = tensors[0].shape[places[0].ndim :]
    for i, x in zip(places, tensors, strict=True):
        if x.shape != (*i.shape, *rest):
            raise InvalidArgumentError(
                f"dynamic_stitch: the data for indices of shape {i.shape} must be of shape "
                f"{[*i.shape, *rest]}. Received: {x.shape}."
            )
        rows.append(reshape(x, (i.array.size, *rest)))
    numbers = concat([reshape(i, (i.array.size, 1)) for i in places], 0)
    size = int(numbers.concrete.max(initial=-1)) + 1
    return tensor_scatter_nd_update(
        zeros((size, *rest), tensors[0].dtype), numbers, concat(rows, 0)
    )
