"""Making, shaping, joining, cutting and indexing tensors."""

import builtins
import math
from typing import Any

import numpy

from ..arrays import TensorShape, array_module, as_dtype
from ..engine import Tensor, alike, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .rules import broadcast_to as _broadcast_to


def static_shape(shape) -> tuple[int, ...]:
    """A shape given as numbers, a list with scalar tensors in it, or an integer tensor.

    An unknown length (None, of a symbolic tensor) becomes -1, which `reshape` finds.
    """
    if hasattr(shape, "__tensor__") or hasattr(shape, "__array__"):
        shape = numpy.asarray(shape).tolist()
    if not isinstance(shape, (list, tuple)):
        shape = (shape,)
    return tuple(-1 if n is None else int(n) for n in shape)


def _lengths(shape) -> tuple[int, ...]:
    """The shape of something to be made: no length may be negative."""
    lengths = static_shape(shape)
    if any(n < 0 for n in lengths):
        raise InvalidArgumentError(f"Each length must be >= 0. Received: shape={lengths}.")
    return lengths


def _from_front(op: str, axis, count: int, error: type[Exception] = InvalidArgumentError) -> int:
    """An axis out of `count`, counted from the front; an error where there is no such axis."""
    axis = int(axis)
    if not -count <= axis < count:
        raise error(f"{op}: axis {axis} is not in [{-count}, {count}).")
    return axis % count


# -- making ---------------------------------------------------------------------------------------


def constant(value, dtype=None, shape=None, name=None):
    """A tensor of the given values, converted to `dtype` and spread or reshaped to `shape`."""
    tensor = convert_to_tensor(value, dtype)
    if shape is None or tensor.shape == tuple(shape):
        return tensor
    shape = static_shape(shape)
    return fill(shape, tensor) if tensor.ndim == 0 else reshape(tensor, shape)


def zeros(shape, dtype="float32", name=None):
    """Zeros of the given shape."""
    return Tensor(numpy.zeros(_lengths(shape), as_dtype(dtype).numpy_dtype))


def ones(shape, dtype="float32", name=None):
    """Ones of the given shape."""
    return Tensor(numpy.ones(_lengths(shape), as_dtype(dtype).numpy_dtype))


def fill(dims, value, name=None):
    """A tensor of shape `dims` with `value` everywhere."""
    return _broadcast_to(convert_to_tensor(value), shape=_lengths(dims))


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """The identity matrix (one for each element of a batch shape)."""
    rows, columns = _lengths((num_rows, num_rows if num_columns is None else num_columns))
    matrix = numpy.eye(rows, columns, dtype=as_dtype(dtype).numpy_dtype)
    return broadcast_to(Tensor(matrix), (*static_shape(batch_shape or ()), *matrix.shape))


def range(start, limit=None, delta=1, dtype=None, name=None):
    """Numbers from `start` (0 if only one is given) up to, not including, `limit`."""
    if limit is None:
        start, limit = 0, start
    values = [convert_to_tensor(v).array for v in (start, limit, delta)]
    if values[2] == 0:
        raise InvalidArgumentError("range: delta must not be 0.")
    # Unlike NumPy's, the wider of int32 and float32 is float32.
    widest = max((v.dtype for v in values), key=lambda d: (d.kind == "f", d.itemsize))
    numbers = numpy.arange(*[v[()] for v in values])
    return Tensor(numbers.astype(widest if dtype is None else as_dtype(dtype).numpy_dtype))


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


# -- asking ---------------------------------------------------------------------------------------


@primitive(differentiable=False, mixed=True)
def _shape(input, *, dtype):
    return numpy.array(input.shape, dtype.numpy_dtype)


def shape(input, out_type=None, name=None):
    """The shape of a tensor, as an integer tensor (int32 unless given)."""
    return _shape(input, dtype=as_dtype(out_type or "int32"))


def size(input, out_type=None, name=None):
    """How many elements a tensor has, as an integer tensor (int32 unless given)."""
    return constant(convert_to_tensor(input).shape.num_elements(), out_type or "int32")


def rank(input, name=None):
    """How many axes a tensor has, as an int32 tensor."""
    return constant(convert_to_tensor(input).ndim, "int32")


# -- passing on -----------------------------------------------------------------------------------


@primitive
def identity(input):
    """The same values, as a new tensor."""
    return input


identity.linear(lambda g, y, x: g)
identity.passes_slices = True


@primitive(differentiable=False)
def stop_gradient(input):
    """The same values, as a constant: no gradient flows through."""
    return input


# -- shaping --------------------------------------------------------------------------------------


@primitive
def _reshape(x, *, shape):
    if -1 in shape and 0 in shape:  # TensorFlow finds the length among those that are not 0
        length = math.prod(n for n in x.shape if n) // math.prod(n for n in shape if n > 0)
        shape = tuple(length if n == -1 else n for n in shape)
    return x.reshape(shape)


_reshape.linear(lambda g, y, x, *, shape: _reshape(g, shape=x.array.shape))


def reshape(tensor, shape, name=None):
    """The same elements in another shape; one length may be -1, and is then found.

    Raises:
        InvalidArgumentError: the number of elements differs.
    """
    return _reshape(tensor, shape=static_shape(shape))


@primitive
def _transpose(x, *, perm):
    return x.transpose(perm)


def _inverse(perm) -> tuple[int, ...]:
    return tuple(sorted(builtins.range(len(perm)), key=perm.__getitem__))


_transpose.linear(lambda g, y, x, *, perm: _transpose(g, perm=_inverse(perm)))


def transpose(a, perm=None, conjugate=False, name=None):
    """The axes in the order `perm`, reversed unless given."""
    a = convert_to_tensor(a)
    perm = tuple(builtins.range(a.ndim))[::-1] if perm is None else static_shape(perm)
    return _transpose(a, perm=perm)


def expand_dims(input, axis, name=None):
    """A new axis of length 1, before `axis` (negative: counted from the end)."""
    x = convert_to_tensor(input)
    position = _from_front("expand_dims", axis, x.ndim + 1)
    lengths = list(x.shape)
    return reshape(x, (*lengths[:position], 1, *lengths[position:]))


def squeeze(input, axis=None, name=None):
    """Without its axes of length 1, or without those of them that `axis` names."""
    x = convert_to_tensor(input)
    if axis is None:
        drop = {i for i, n in enumerate(x.shape) if n == 1}
    else:
        drop = {_from_front("squeeze", a, x.ndim) for a in static_shape(axis)}
    if any(x.shape[i] != 1 for i in drop):
        raise InvalidArgumentError(
            f"Can not squeeze axes {sorted(drop)} of shape {x.shape}: their length must be 1."
        )
    return reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in drop))


def broadcast_to(input, shape, name=None):
    """The input repeated along axes of length 1, and along new leading axes, to `shape`."""
    return _broadcast_to(input, shape=static_shape(shape))


@primitive
def _pad(x, *, paddings, constant_values):
    if len(paddings) != x.ndim:
        raise ValueError("paddings must hold one pair (before, after) for each axis")
    return array_module(x).pad(x, paddings, constant_values=constant_values)


# The rule of a constant border: it drops out.
_pad.defvjp(
    lambda g, y, x, *, paddings, constant_values: g[
        tuple(slice(before, before + n) for (before, _), n in zip(paddings, x.shape, strict=True))
    ]
)
_pad.defjvp(
    lambda t, y, x, *, paddings, constant_values: _pad(t, paddings=paddings, constant_values=0)
)


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """A border around the tensor: `paddings[i]` is (before, after) along axis i.

    Raises:
        ValueError: a mode other than "CONSTANT".
    """
    if mode.upper() != "CONSTANT":
        raise ValueError(f"pad takes the mode 'CONSTANT'. Received: {mode!r}.")
    pairs = numpy.asarray(paddings).tolist()
    return _pad(tensor, paddings=tuple(map(tuple, pairs)), constant_values=float(constant_values))


@primitive
def _tile(x, *, multiples):
    if len(multiples) != x.ndim:
        raise ValueError("multiples must hold one number for each axis")
    return array_module(x).tile(x, multiples)


def _untile(g, y, x, *, multiples):
    split = [n for pair in zip(multiples, x.shape, strict=True) for n in pair]
    from_copies = reshape(g, split)
    for i in reversed(builtins.range(x.ndim)):
        from_copies = _sum_axis(from_copies, axis=2 * i)
    return from_copies


@primitive
def _sum_axis(x, *, axis):
    return x.sum(axis=axis)


_sum_axis.linear(lambda g, y, x, *, axis: _broadcast_to(expand_dims(g, axis), shape=x.array.shape))
_tile.linear(_untile)


def tile(input, multiples, name=None):
    """The input repeated `multiples[i]` times along axis i."""
    return _tile(input, multiples=static_shape(multiples))


# -- joining and cutting ---------------------------------------------------------------------------


@primitive
def _concat(*tensors, axis):
    return array_module(tensors[0]).concatenate(tensors, axis=axis)


def _uncat(g, y, *tensors, axis):
    pieces, start = [], 0
    before = (slice(None),) * axis
    for x in tensors:
        stop = start + x.array.shape[axis]
        pieces.append(_getitem(g, key=(*before, slice(start, stop))))
        start = stop
    return pieces


_concat.defvjp_all(_uncat)


def concat(values, axis, name=None):
    """The tensors joined along an axis that they have.

    Raises:
        InvalidArgumentError: the other axes differ in length.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    tensors = alike(*values)
    return _concat(*tensors, axis=_from_front("concat", axis, tensors[0].ndim))


def stack(values, axis=0, name=None):
    """The tensors, of one shape, joined along a new axis.

    Raises:
        InvalidArgumentError: the shapes differ.
        ValueError: there is no such axis.
    """
    stacked = convert_to_tensor(list(values))
    axis = _from_front("stack", axis, stacked.ndim, ValueError)
    order = list(builtins.range(1, stacked.ndim))
    order.insert(axis, 0)
    return stacked if axis == 0 else transpose(stacked, order)


def unstack(value, num=None, axis=0, name=None):
    """The slices along an axis, as a list of tensors without that axis.

    Raises:
        ValueError: there is no such axis.
    """
    x = convert_to_tensor(value)
    axis = _from_front("unstack", axis, x.ndim, ValueError)
    before = (slice(None),) * axis
    return [x[(*before, i)] for i in builtins.range(x.shape[axis])]


def split(value, num_or_size_splits, axis=0, num=None, name=None):
    """The tensor cut along an axis into so many equal parts, or into parts of these lengths."""
    x = convert_to_tensor(value)
    axis = _from_front("split", axis, x.ndim)
    if hasattr(num_or_size_splits, "__tensor__"):
        num_or_size_splits = num_or_size_splits.numpy().tolist()
    if isinstance(num_or_size_splits, (list, tuple)):
        lengths = list(num_or_size_splits)
        if -1 in lengths:
            lengths[lengths.index(-1)] = x.shape[axis] - (sum(lengths) + 1)
        fits = sum(lengths) == x.shape[axis]
    else:
        fits = x.shape[axis] % int(num_or_size_splits) == 0
        lengths = [x.shape[axis] // int(num_or_size_splits)] * int(num_or_size_splits)
    if not fits:
        raise InvalidArgumentError(
            f"split: axis {axis} of shape {x.shape} can't be cut into {num_or_size_splits}: the "
            f"parts must add up to {x.shape[axis]}."
        )
    before, start, parts = (slice(None),) * axis, 0, []
    for length in lengths:
        parts.append(x[(*before, slice(start, start + length))])
        start += length
    return parts


# -- indexing -------------------------------------------------------------------------------------


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
