"""Making, shaping, joining and cutting tensors."""

import builtins
import math

import numpy

from ..arrays import array_module, as_dtype
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
        pieces.append(g[(*before, slice(start, stop))])
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
