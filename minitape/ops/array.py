"""Making, shaping, joining and cutting tensors."""

import builtins
import math
import operator

import numpy

from ..arrays import TensorShape, array_module, as_dtype, check_dtypes, placed
from ..arrays.devices import CPU, current_device, device_of, is_placed, named_device
from ..engine import Tensor, Variable, alike, conj, convert_to_tensor, primitive
from ..engine.primitive import pack
from ..errors import InvalidArgumentError
from .rules import broadcast_to as _broadcast_to
from .rules import sum_to_shape

# -- parameters: shapes, axes, lists of integers ---------------------------------------------------


def static_shape(
    shape, error: type[Exception] = InvalidArgumentError, symbolic: bool = False
) -> tuple[int, ...]:
    """A shape given as numbers, a list with scalar tensors in it, or an integer tensor.

    Args:
        shape: what the user gave; a single number is a shape of one axis.
        error: raised where it doesn't hold integers.
        symbolic: whether it is that of a symbolic tensor: there an unknown length, None, becomes
            -1, which `reshape` finds.
    """
    if not isinstance(shape, (list, tuple)):
        if hasattr(shape, "__tensor__") or hasattr(shape, "__array__"):
            shape = numpy.asarray(shape).tolist()
        if not isinstance(shape, list):
            shape = (shape,)
    try:
        return tuple([-1 if n is None and symbolic else operator.index(n) for n in shape])
    except TypeError:
        if any(n is None for n in shape):
            raise ValueError(f"Each length must be known. Received: shape={shape}.") from None
        raise error(f"A shape must hold integers. Received: {shape}.") from None


def _lengths(shape, error: type[Exception] = InvalidArgumentError) -> tuple[int, ...]:
    """The shape of something to be made: no length may be negative."""
    lengths = static_shape(shape, error)
    if any(n < 0 for n in lengths):
        raise InvalidArgumentError(f"Each length must be >= 0. Received: shape={lengths}.")
    return lengths


def integers_of(op: str, what: str, value) -> list[int]:
    """The numbers of a list or tensor of integers with one axis.

    Raises:
        InvalidArgumentError: it has another number of axes, or doesn't hold integers.
    """
    if type(value) in (list, tuple) and all(isinstance(n, int) for n in value):
        return [int(n) for n in value]  # True is an integer in Python
    tensor = convert_to_tensor(value)
    if tensor.ndim != 1 or (tensor.shape[0] and not tensor.dtype.is_integer):
        raise InvalidArgumentError(
            f"{op}: {what} must be a list of integers, or a tensor of them with one axis. "
            f"Received: {value!r}."
        )
    return [int(n) for n in tensor.numpy()]


def from_front(op: str, axis, count: int, error: type[Exception] = InvalidArgumentError) -> int:
    """An axis out of `count`, counted from the front; an error where there is no such axis."""
    if type(axis) is not int:
        given = convert_to_tensor(axis)
        if not (given.dtype.is_integer or given.dtype.is_bool):
            raise TypeError(f"{op}: axis must be an integer. Received: {axis!r}.")
        if given.shape.num_elements() != 1:
            raise error(f"{op}: axis must be a single integer. Received: {axis!r}.")
        axis = int(given.concrete.item())
    if not -count <= axis < count:
        raise error(f"{op}: axis {axis} is not in [{-count}, {count}).")
    return axis % count


# -- making ---------------------------------------------------------------------------------------


def constant(value, dtype=None, shape=None, name=None):
    """A tensor of the given values, converted to `dtype` and spread or reshaped to `shape`.

    Raises:
        TypeError: the values don't fit the dtype, or are neither one nor as many as the shape has.
    """
    if hasattr(value, "__tensor__") and dtype is not None and value.dtype != as_dtype(dtype):
        raise TypeError(
            f"constant: the tensor is of dtype {value.dtype.name}, not {as_dtype(dtype).name}. Use "
            "minitape.cast to convert it."
        )
    tensor = convert_to_tensor(value, dtype)
    if shape is None:
        return tensor
    wanted = TensorShape(static_shape(shape, TypeError))
    count = tensor.shape.num_elements()
    if count == wanted.num_elements():
        return tensor if tensor.shape == wanted else reshape(tensor, wanted)
    if count != 1:
        raise TypeError(
            f"constant: {count} values (of shape {tensor.shape}) can't fill shape {wanted}, which "
            f"holds {wanted.num_elements()}."
        )
    return fill(wanted, tensor)


def zeros(shape, dtype="float32", name=None):
    """Zeros of the given shape; False as bools, empty texts as strings."""
    return _made_of(0, shape, as_dtype(dtype))


def ones(shape, dtype="float32", name=None):
    """Ones of the given shape; True as bools."""
    dtype = as_dtype(dtype)
    if dtype.name == "string":
        raise TypeError("ones: there is no text that is one. Use minitape.fill(shape, text).")
    return _made_of(1, shape, dtype)


def _made_of(number, shape, dtype) -> Tensor:
    value = b"" if dtype.name == "string" else number
    return Tensor(placed(numpy.full(_lengths(shape, TypeError), value, dtype.numpy_dtype)))


def fill(dims, value, name=None):
    """A tensor of shape `dims` with `value`, a single one, everywhere."""
    value, lengths = convert_to_tensor(value), _lengths(dims)
    if value.shape.num_elements() != 1:
        raise InvalidArgumentError(
            f"fill: value must be a scalar. Received: a tensor of shape {value.shape}."
        )
    return _broadcast_to(value if value.ndim == 0 else reshape(value, ()), shape=lengths)


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """The identity matrix (one for each element of a batch shape); ones on the main diagonal."""
    dtype = as_dtype(dtype)
    if dtype.name == "string":
        raise TypeError(
            "eye takes a dtype of numbers, for there is no text that is one. Received: string."
        )
    rows = num_rows if num_columns is None else num_columns
    shape = (*_lengths(num_rows, TypeError), *_lengths(rows, TypeError))
    matrix = numpy.eye(*shape, dtype=dtype.numpy_dtype)
    batch = () if batch_shape is None else _lengths(batch_shape)
    return _broadcast_to(Tensor(placed(matrix)), shape=(*batch, *shape))


# -- asking ---------------------------------------------------------------------------------------


@primitive(differentiable=False)
def _shape(input, *, dtype):
    return array_module(input).array(input.shape, dtype.numpy_dtype)


def shape(input, out_type=None, name=None):
    """The shape of a tensor, as an integer tensor (int32, or int64 if that is the `out_type`)."""
    dtype = as_dtype(out_type or "int32")
    if dtype.name not in ("int32", "int64"):
        raise InvalidArgumentError(
            f"shape: out_type must be int32 or int64. Received: {dtype.name}."
        )
    return _shape(input, dtype=dtype)


def shape_n(input, out_type="int32", name=None):
    """The shape of each of several tensors of one dtype, as integer tensors."""
    tensors = alike(*input)
    if tensors:
        check_dtypes("shape_n", [x.array for x in tensors])
    return [shape(x, out_type) for x in tensors]


@primitive(differentiable=False)
def _size(input, *, dtype):
    return array_module(input).array(input.size, dtype.numpy_dtype)


def size(input, out_type=None, name=None):
    """How many elements a tensor has, as a tensor (int32 unless given)."""
    return _size(input, dtype=as_dtype(out_type or "int32"))


def rank(input, name=None):
    """How many axes a tensor has, as an int32 tensor."""
    return constant(convert_to_tensor(input).ndim, "int32")


def is_tensor(x) -> bool:
    """Whether x is a Tensor, a Variable or another thing of minitape's that stands for a tensor."""
    return hasattr(x, "__tensor__")


def get_static_value(tensor, partial=False):
    """The value of a tensor as a NumPy array; None of a variable, whose value may change.

    What is no tensor is given back as it is. A symbolic tensor has no value: None.
    """
    if isinstance(tensor, Variable) or hasattr(tensor, "__symbolic__"):
        return None
    return tensor.numpy() if isinstance(tensor, Tensor) else tensor


def broadcast_static_shape(shape_x, shape_y):
    """The TensorShape that two shapes broadcast to; their lengths may be unknown.

    Raises:
        ValueError: they don't broadcast: two lengths differ, and none of them is 1.
    """
    x, y = TensorShape(shape_x), TensorShape(shape_y)
    if x.rank is None or y.rank is None:
        return TensorShape(None)
    count = max(x.rank, y.rank)
    pairs = zip((1,) * (count - len(x)) + tuple(x), (1,) * (count - len(y)) + tuple(y), strict=True)
    lengths = []
    for m, n in pairs:
        if m == 1 or n == 1:
            lengths.append(n if m == 1 else m)
        elif m == n or m is None or n is None:  # an unknown length can only be 1 or the known one
            lengths.append(m if n is None else n)
        else:
            raise ValueError(
                f"Shapes {x} and {y} don't broadcast: where two lengths differ, counted from the "
                f"last axis, one of them must be 1; {m} and {n} differ."
            )
    return TensorShape(lengths)


@primitive(differentiable=False)
def _broadcast_dynamic_shape(shape_x, shape_y):
    x, y = tuple(shape_x.tolist()), tuple(shape_y.tolist())
    return array_module(shape_x).array(numpy.broadcast_shapes(x, y), shape_x.dtype)


def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape that two shapes broadcast to, all of them integer tensors.

    Raises:
        InvalidArgumentError: they don't broadcast.
    """
    given = [TensorShape(s) if isinstance(s, (list, tuple)) else s for s in (shape_x, shape_y)]
    return _broadcast_dynamic_shape(*alike(*given))


# -- passing on -----------------------------------------------------------------------------------


@primitive
def _identity(input):
    return input


_identity.linear(lambda g, y, x: g)
_identity.passes_slices = True


@primitive
def _copied_to(x, *, device):
    return device.put(x)


_copied_to.linear(lambda g, y, x, *, device: _copied_to(g, device=device_of(x.array)))


def beside_variable(value, variable):
    """A value that is added to a variable: a tensor from elsewhere is copied to where that lies."""
    if not hasattr(value, "array") or type(value.array) is type(variable.array):
        return value
    device = device_of(variable.array)
    return value if device_of(value.array) == device else _copied_to(value, device=device)


def placed_tensor(x):
    """The tensor where new ones are put: a copy, or itself if it lies there."""
    device = current_device()
    return x if device_of(x.array) == device else _copied_to(x, device=device)


def identity(input, name=None):
    """The same values, as a new tensor; IndexedSlices stay what they are.

    Within `device` they are copied there.
    """
    if hasattr(input, "indices"):
        return type(input)(_identity(input.values), input.indices, input.dense_shape)
    y = _identity(input)
    return placed_tensor(y) if is_placed() else y


def cpu(self):
    """A copy of the tensor in the CPU's memory."""
    return _copied_to(self, device=CPU)


def gpu(self, gpu_index=0):
    """A copy of the tensor on a GPU.

    Raises:
        InvalidArgumentError: there is no such GPU.
    """
    return _copied_to(self, device=named_device(f"/GPU:{gpu_index}"))


@primitive
def _ensure_shape(x, *, shape):
    if not shape.is_compatible_with(x.shape):
        raise InvalidArgumentError(
            f"ensure_shape: shape {TensorShape(x.shape)} is not compatible with the expected shape "
            f"{shape}."
        )
    return x


_ensure_shape.linear(lambda g, y, x, *, shape: g)


def ensure_shape(x, shape, name=None):
    """The same values; an error if their shape is not the given one, where None fits any length.

    Raises:
        InvalidArgumentError: the shapes differ.
    """
    return _ensure_shape(x, shape=TensorShape(shape))


@primitive(differentiable=False)
def stop_gradient(input):
    """The same values, as a constant: no gradient flows through."""
    return input


# -- shaping --------------------------------------------------------------------------------------


@primitive
def _reshape(x, *, shape):
    if min(shape, default=0) < 0:
        if min(shape) < -1:
            raise ValueError(f"a length must be >= 0, or -1 for one to be found, not {min(shape)}")
        if 0 in shape:  # TensorFlow finds the length among those that are not 0
            count, known = (math.prod(n for n in s if n > 0) for s in (x.shape, shape))
            if shape.count(-1) == 1 and count % known == 0:
                shape = tuple(count // known if n == -1 else n for n in shape)
    return x.reshape(shape)


_reshape.linear(lambda g, y, x, *, shape: _reshape(g, shape=x.array.shape))


@primitive(mixed=True)
def _reshape_by(x, shape):
    """x in the shape that a tensor holds whose values are yet to come."""
    return x.reshape(shape.tolist())


_reshape_by.linear(lambda g, y, x, shape: _reshape(g, shape=x.array.shape), None)


def reshape(tensor, shape, name=None):
    """The same elements in another shape; one length may be -1, and is then found.

    Raises:
        InvalidArgumentError: the number of elements differs.
    """
    lengths = shape if isinstance(shape, (list, tuple)) else [shape]
    if any(hasattr(n, "__symbolic__") for n in lengths):  # such as [tf.shape(x)[0], 6]
        return _reshape_by(tensor, convert_to_tensor(shape))
    return _reshape(tensor, shape=static_shape(shape, symbolic=hasattr(tensor, "__symbolic__")))


@primitive
def _transpose(x, *, perm):
    return x.transpose(perm)


def _inverse(perm) -> tuple[int, ...]:
    return tuple(sorted(builtins.range(len(perm)), key=perm.__getitem__))


_transpose.linear(lambda g, y, x, *, perm: _transpose(g, perm=_inverse(perm)))


def transpose(a, perm=None, conjugate=False, name=None):
    """The axes in the order `perm`, reversed unless given; complex numbers conjugated if wanted.

    Raises:
        InvalidArgumentError: perm is no order of the axes.
    """
    a = convert_to_tensor(a)
    if perm is None:
        perm = tuple(builtins.range(a.ndim))[::-1]
    else:
        given = integers_of("transpose", "perm", perm)
        perm = tuple(n + a.ndim if n < 0 else n for n in given)
        if sorted(perm) != list(builtins.range(a.ndim)):
            raise InvalidArgumentError(
                f"transpose: perm must name each axis of shape {a.shape} once. Received: {given}."
            )
    transposed = _transpose(a, perm=perm)
    return conj(transposed) if conjugate and a.dtype.is_complex else transposed


@primitive
def _expand_dims(x, *, axis):
    return array_module(x).expand_dims(x, axis)


_expand_dims.linear(lambda g, y, x, *, axis: _squeeze(g, axis=(axis,)))


def expand_dims(input, axis, name=None):
    """A new axis of length 1, before `axis` (negative: counted from the end)."""
    x = convert_to_tensor(input)
    return _expand_dims(x, axis=from_front("expand_dims", axis, x.ndim + 1))


@primitive
def _squeeze(x, *, axis):
    return x.squeeze(axis)


_squeeze.linear(lambda g, y, x, *, axis: _reshape(g, shape=x.array.shape))


def squeeze(input, axis=None, name=None):
    """Without its axes of length 1, or without those of them that `axis` names.

    Raises:
        InvalidArgumentError: a named axis doesn't exist, or is longer.
    """
    x = convert_to_tensor(input)
    given = () if axis is None else axis
    if not isinstance(given, (list, tuple)):
        given = [given] if numpy.ndim(given) == 0 else list(given)
    drop = {from_front("squeeze", a, x.ndim) for a in given}
    if any(x.shape[i] != 1 for i in drop):
        raise InvalidArgumentError(
            f"Can not squeeze axes {sorted(drop)} of shape {x.shape}: their length must be 1."
        )
    # No axis named is as none given, in TensorFlow too.
    drop = drop or {i for i, n in enumerate(x.shape) if n == 1}
    return _squeeze(x, axis=tuple(sorted(drop)))


def broadcast_to(input, shape, name=None):
    """The input repeated along axes of length 1, and along new leading axes, to `shape`.

    Raises:
        InvalidArgumentError: an axis has another length, and not 1.
    """
    return _broadcast_to(input, shape=tuple(integers_of("broadcast_to", "shape", shape)))


@primitive
def _tile(x, *, multiples):
    if len(multiples) != x.ndim or min(multiples, default=0) < 0:
        raise ValueError("multiples must hold one number >= 0 for each axis")
    return array_module(x).tile(x, multiples)


def _untile(g, y, x, *, multiples):
    """The copies side by side, each along an axis of its own, and their sum."""
    lengths = x.array.shape
    apart = reshape(g, [n for pair in zip(multiples, lengths, strict=True) for n in pair])
    once = tuple(n for length in lengths for n in (1, length))
    return reshape(sum_to_shape(apart, shape=once), lengths)


_tile.linear(_untile)


def tile(input, multiples, name=None):
    """The input repeated `multiples[i]` times along axis i.

    Raises:
        InvalidArgumentError: not one number for each axis, or a negative one.
    """
    return _tile(input, multiples=tuple(integers_of("tile", "multiples", multiples)))


# -- joining and cutting ---------------------------------------------------------------------------


@primitive
def _concat(*tensors, axis):
    return array_module(tensors[0]).concatenate(tensors, axis=axis)


def _uncat(g, y, *tensors, axis):
    return _split(g, parts=tuple(x.array.shape[axis] for x in tensors), axis=axis)


_concat.defvjp_all(_uncat)


def concat(values, axis, name=None):
    """The tensors joined along an axis that they have; a single one is given back as it is.

    Raises:
        InvalidArgumentError: the other axes differ in length, or there is no such axis.
    """
    tensors = alike(*values) if isinstance(values, (list, tuple)) else alike(values)
    if len(tensors) == 1:
        return identity(tensors[0])
    if not tensors:
        raise InvalidArgumentError("concat: there must be at least one tensor. Received: none.")
    if tensors[0].ndim == 0:
        raise InvalidArgumentError(
            "concat: the tensors must have an axis to be joined along. Received: a scalar. Use "
            "minitape.stack."
        )
    return _concat(*tensors, axis=from_front("concat", axis, tensors[0].ndim))


def stack(values, axis=0, name=None):
    """The tensors, of one shape, joined along a new axis.

    Raises:
        InvalidArgumentError: the shapes differ.
        ValueError: there is no such axis.
    """
    if hasattr(values, "__tensor__") or (type(axis) is int and axis == 0):
        try:
            stacked = convert_to_tensor(values)
        except (TypeError, ValueError):  # no rectangular list of one type
            stacked = pack(*alike(*values))
    else:
        # One by one, as in TensorFlow: arrays keep their dtype, which in a list they may not.
        stacked = pack(*alike(*values))
    axis = from_front("stack", axis, stacked.ndim, ValueError) if stacked.ndim else 0
    order = list(builtins.range(1, stacked.ndim))
    order.insert(axis, 0)
    return stacked if axis == 0 else _transpose(stacked, perm=tuple(order))


def parallel_stack(values, name="parallel_stack"):
    """The tensors, of one shape, joined along a new first axis: `stack`."""
    return stack(values)


@primitive
def _unstack(x, *, axis):
    slices = array_module(x).moveaxis(x, axis, 0)
    return tuple([slices[i, ...] for i in builtins.range(len(slices))])


_unstack.linear(lambda g, y, x, *, axis: stack(list(g), axis))


def unstack(value, num=None, axis=0, name=None):
    """The slices along an axis, as a list of tensors without that axis.

    Args:
        value: a tensor.
        num: how many slices there are, if that is to be checked.
        axis: the axis.
        name: not used.

    Raises:
        InvalidArgumentError: there are not `num` slices.
        ValueError: there is no such axis, or a symbolic tensor's length along it is unknown.
    """
    x = convert_to_tensor(value)
    axis = from_front("unstack", axis, x.ndim, ValueError)
    length = x.shape[axis]
    if length is None:
        raise ValueError(
            f"unstack: the length of axis {axis} must be known. Received: a tensor of shape "
            f"{x.shape}."
        )
    if num is not None and int(num) != length:
        raise InvalidArgumentError(
            f"unstack: num must be {length}, the length of axis {axis} of shape {x.shape}, or "
            f"None. Received: num={num}."
        )
    return list(_unstack(x, axis=axis))


@primitive
def _split(x, *, parts, axis):
    starts, start = [], 0
    for length in parts:
        start += length
        starts.append(start)
    return tuple(array_module(x).split(x, starts[:-1], axis))


_split.linear(lambda g, y, x, *, parts, axis: concat(list(g), axis))


def split(value, num_or_size_splits, axis=0, num=None, name=None):
    """The tensor cut along an axis into so many equal parts, or into parts of these lengths.

    Args:
        value: a tensor.
        num_or_size_splits: a number of parts, or a length for each, of which one may be -1: the
            rest.
        axis: the axis to cut.
        num: how many lengths there are, if that is to be checked.
        name: not used.

    Returns:
        A list of tensors.

    Raises:
        InvalidArgumentError: the parts don't add up to the axis.
        ValueError: a symbolic tensor's length along the axis is unknown.
    """
    x = convert_to_tensor(value)
    axis = from_front("split", axis, x.ndim)
    whole = x.shape[axis]
    if whole is None:
        raise ValueError(
            f"split: the length of axis {axis} must be known. Received: a tensor of shape "
            f"{x.shape}."
        )
    if numpy.ndim(num_or_size_splits) == 0:
        if not hasattr(num_or_size_splits, "__index__"):
            raise ValueError(
                "split: expected a number of parts, or a list with the length of each. "
                f"Received: {num_or_size_splits!r}."
            )
        count = operator.index(num_or_size_splits)
        fits = count > 0 and whole % count == 0
        lengths = [whole // count] * count if fits else []
    else:
        lengths = integers_of("split", "num_or_size_splits", num_or_size_splits)
        rest = whole - sum(n for n in lengths if n != -1)
        lengths = [rest if n == -1 and lengths.count(-1) == 1 else n for n in lengths]
        fits = min(lengths, default=-1) >= 0 and sum(lengths) == whole
        fits = fits and num in (None, len(lengths))
    if not fits:
        raise InvalidArgumentError(
            f"split: axis {axis} of shape {x.shape} can't be cut into {num_or_size_splits}: the "
            f"parts must add up to {whole}."
        )
    return list(_split(x, parts=tuple(lengths), axis=axis))
