"""Indexing by position: `x[1:, None]`, slices, boolean masks, one_hot."""

import builtins
from typing import Any

import numpy

from ..arrays import array_module, as_dtype, tell_look
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import from_front, integers_of
from .types import cast

# -- x[key] ---------------------------------------------------------------------------------------


@primitive
def _getitem(x, *, key):
    found = x[key]
    return found if hasattr(found, "dtype") else numpy.array(found, x.dtype)  # one text


@primitive
def _getitem_grad(g, *, key, shape):
    whole = array_module(g).zeros(shape, g.dtype)
    whole[key] = g  # a key names no element twice
    return whole


_getitem.linear(lambda g, y, x, *, key: _getitem_grad(g, key=key, shape=x.array.shape))
_getitem_grad.linear(lambda g, y, x, *, key, shape: _getitem(g, key=key))


def getitem(x, key) -> Any:
    """x[key], with integers, slices, `newaxis`, `...`, scalar integer tensors, or a bool mask.

    As in TensorFlow a list is taken for a tuple: x[[0, 1]] is x[0, 1].

    Raises:
        InvalidArgumentError: an index is out of bounds, or there are more of them than axes.
        TypeError: an index that is none of these, such as an array of integers: see `gather`.
        ValueError: the mask's shape is not that of the axes it covers.
    """
    if is_mask(key):
        return boolean_mask(x, key)
    try:
        return _getitem(x, key=as_key(key))
    except InvalidArgumentError as error:
        if isinstance(key, list):
            raise InvalidArgumentError(f"{error} {_LISTS}") from error
        raise


def is_mask(key) -> bool:
    """Whether x[key] picks by an array of bools."""
    return isinstance(key, bool) or getattr(key, "dtype", None) == "bool"


def as_key(key) -> tuple:
    """The key of x[key], unless it is a mask, as NumPy takes it."""
    return tuple(map(_index, key)) if isinstance(key, (tuple, list)) else (_index(key),)


_LISTS = (
    "A list is one index for each axis: x[[0, 1]] means x[0, 1]. To pick several rows use "
    "minitape.gather(x, [0, 1]); to pick by a list of bools, minitape.boolean_mask."
)


def _index(key):
    if type(key) is int or key is None or key is Ellipsis:
        return key
    if isinstance(key, builtins.slice):
        ends = (key.start, key.stop, key.step)
        return builtins.slice(*[n if n is None else _integer(n) for n in ends])
    return _integer(key)


def _integer(key) -> int:
    """The Python integer meant by one index."""
    if isinstance(key, bool):
        raise InvalidArgumentError(f"An index must be an integer, got {key!r}. {_LISTS}")
    dtype = getattr(key, "dtype", None)
    integral = hasattr(key, "__index__") and (dtype is None or as_dtype(dtype).is_integer)
    if not integral or numpy.ndim(key):
        raise TypeError(
            "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar integer "
            f"tensors are valid indices, got {key!r}. To pick several rows use minitape.gather, "
            "to pick single elements minitape.gather_nd."
        )
    return key.__index__()


# -- functions of the same kind -------------------------------------------------------------------


def slice(input_, begin, size, name=None):
    """The block of `size` elements along each axis that starts at `begin`.

    Args:
        input_: a tensor.
        begin: an integer for each axis, from 0 on.
        size: likewise; -1 stands for all the rest.
        name: not used.

    Raises:
        InvalidArgumentError: the block goes beyond the tensor, or not one number for each axis.
    """
    x = convert_to_tensor(input_)
    starts, sizes = integers_of("slice", "begin", begin), integers_of("slice", "size", size)
    if len(starts) != x.ndim or len(sizes) != x.ndim:
        raise InvalidArgumentError(
            f"slice: begin and size must hold one number for each axis of shape {x.shape}. "
            f"Received: begin={starts}, size={sizes}."
        )
    key = []
    for axis, (start, count, length) in enumerate(zip(starts, sizes, x.shape, strict=True)):
        if length is None and start >= 0 and count >= -1:  # symbolic: checked when it runs
            key.append(builtins.slice(start, None if count == -1 else start + count))
            continue
        if not 0 <= start <= length:
            raise InvalidArgumentError(
                f"slice: expected begin[{axis}] in [0, {length}], got {start}."
            )
        if not -1 <= count <= length - start:
            raise InvalidArgumentError(
                f"slice: expected size[{axis}] in [0, {length - start}], or -1 for all the rest, "
                f"got {count}."
            )
        key.append(builtins.slice(start, length if count == -1 else start + count))
    return _getitem(x, key=tuple(key))


def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    name=None,
):
    """x[begin[0]:end[0]:strides[0], ...]: the function that Python's slices stand for.

    Bit i of a mask (2**i) says what entry i means.

    Args:
        input_: a tensor.
        begin: where the slice along each axis starts.
        end: where it stops, exclusive.
        strides: the steps, 1 unless given.
        begin_mask: no start is given: from the beginning on.
        end_mask: no end is given: to the end.
        ellipsis_mask: `...`, as many whole axes as are left.
        new_axis_mask: a new axis of length 1.
        shrink_axis_mask: the element at `begin`, without the axis.
        name: not used.

    Raises:
        InvalidArgumentError: lengths that differ, a stride of 0, or an index out of bounds.
    """
    starts = integers_of("strided_slice", "begin", begin)
    ends = integers_of("strided_slice", "end", end)
    ones = [1] * len(starts)
    steps = ones if strides is None else integers_of("strided_slice", "strides", strides)
    if not len(starts) == len(ends) == len(steps):
        raise InvalidArgumentError(
            "strided_slice: begin, end and strides must be of one length. Received: "
            f"begin={starts}, end={ends}, strides={steps}."
        )
    key: list = []
    for i, (start, stop, step) in enumerate(zip(starts, ends, steps, strict=True)):
        bit = 1 << i
        if ellipsis_mask & bit:
            key.append(Ellipsis)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            if step <= 0:
                raise InvalidArgumentError(
                    f"strided_slice: one element needs a positive stride. Received: {step}."
                )
            key.append(start)
        else:
            first = None if begin_mask & bit else start
            key.append(builtins.slice(first, None if end_mask & bit else stop, step))
    return _getitem(input_, key=tuple(key))


@primitive(mixed=True)
def _boolean_mask(x, mask, *, axis):
    return x[(*(builtins.slice(None),) * axis, mask)]


@primitive(mixed=True)
def _boolean_mask_grad(g, mask, *, axis, shape):
    whole = array_module(g).zeros(shape, g.dtype)
    whole[(*(builtins.slice(None),) * axis, mask)] = g
    return whole


_boolean_mask.linear(
    lambda g, y, x, mask, *, axis: _boolean_mask_grad(g, mask, axis=axis, shape=x.array.shape),
    None,
)
_boolean_mask_grad.linear(
    lambda g, y, x, mask, *, axis, shape: _boolean_mask(g, mask, axis=axis), None
)


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The elements (or rows) of a tensor where the mask is true.

    The axes that the mask covers, from `axis` (0 unless given) on, become one. In a mask of
    numbers 0 is false.

    Raises:
        ValueError: the mask has no axes, or its shape is not that of the axes it covers.
    """
    x, mask = convert_to_tensor(tensor), convert_to_tensor(mask)
    if not mask.ndim:
        raise ValueError("mask cannot be scalar. To choose by one bool use minitape.where.")
    axis = 0 if axis is None else from_front("boolean_mask", axis, x.ndim, ValueError)
    covered = x.shape[axis : axis + mask.ndim]
    if mask.shape != covered:
        raise ValueError(
            f"Shapes {covered} and {mask.shape} of tensor and mask are incompatible: from axis "
            f"{axis} on they must be equal."
        )
    if not mask.dtype.is_bool:
        mask = cast(mask, "bool")
    tell_look(mask)  # its elements are the length of the result
    return _boolean_mask(x, mask, axis=axis)


# -- positions ------------------------------------------------------------------------------------


@primitive(differentiable=False, mixed=True)
def _one_hot(indices, on_value, off_value, *, depth, axis):
    xp = array_module(indices)
    hot = xp.where(indices[..., None] == xp.arange(depth), on_value, off_value)
    return xp.moveaxis(hot, -1, axis)


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """1 at the position that each index names, 0 elsewhere; all 0 for an index out of range.

    There is no gradient, not even for the two values, as in TensorFlow.

    Args:
        indices: integers, of any shape.
        depth: length of the new axis.
        on_value: the value at the position (1 unless given).
        off_value: the value elsewhere (0 unless given).
        axis: where the new axis goes (last unless given).
        dtype: that of the values if they are given, else float32.
        name: not used.

    Raises:
        TypeError: the values are not of `dtype`, or not of one dtype.
        InvalidArgumentError: indices that aren't integers, a negative depth, or a bad axis.
    """
    indices = convert_to_tensor(indices)
    if not indices.dtype.is_integer:
        raise InvalidArgumentError(
            f"one_hot takes integer indices. Received: {indices.dtype.name}. Convert them with "
            "minitape.cast(indices, 'int32') if they are whole numbers."
        )
    depth = convert_to_tensor(depth, None if hasattr(depth, "dtype") else "int32")
    if depth.ndim or int(depth) < 0:
        raise InvalidArgumentError(f"one_hot: depth must be a number >= 0. Received: {depth!r}.")
    axis = -1 if axis is None else int(axis)
    if not -1 <= axis <= indices.ndim:
        raise InvalidArgumentError(
            f"one_hot: expected axis to be -1 or from 0 to {indices.ndim}. Received: {axis}."
        )
    on, off = _on_and_off(on_value, off_value, None if dtype is None else as_dtype(dtype))
    return _one_hot(indices, on, off, depth=int(depth), axis=axis)


def _on_and_off(on, off, dtype) -> tuple:
    """The two values of one_hot as scalars of one dtype."""
    given = [convert_to_tensor(v, dtype_hint=dtype) for v in (on, off) if v is not None]
    if dtype is None:
        dtype = given[0].dtype if given else as_dtype("float32")
    for value in given:
        if value.dtype != dtype:
            raise TypeError(
                f"one_hot: on_value, off_value and dtype must agree. Received: {value!r} beside "
                f"dtype {dtype.name}. Convert one of them with minitape.cast."
            )
        if value.ndim:
            raise InvalidArgumentError(
                f"one_hot: on_value and off_value must be scalars. Received: {value!r}."
            )
    on = convert_to_tensor(1, dtype) if on is None else given.pop(0)
    return on, convert_to_tensor(0, dtype) if off is None else given.pop(0)


@primitive(differentiable=False, kinds="iu")
def _unravel_index(indices, *, dims):
    xp = array_module(indices)
    positions, rest = [], indices
    for length in reversed(dims):
        positions.append(rest % length)
        rest = rest // length
    if not positions:
        return xp.zeros((0, *indices.shape), indices.dtype)
    return xp.stack(positions[::-1])


def unravel_index(indices, dims, name=None):
    """The position along each axis that a position in the flattened tensor stands for.

    Args:
        indices: positions in a flattened tensor of shape `dims`.
        dims: the shape.
        name: not used.

    Returns:
        A tensor of shape (len(dims), *indices.shape): the positions along axis 0 first.

    Raises:
        InvalidArgumentError: an index out of range.
    """
    indices, lengths = convert_to_tensor(indices), integers_of("unravel_index", "dims", dims)
    size = int(numpy.prod(lengths, dtype=numpy.int64))
    wrong = (indices.concrete < 0) | (indices.concrete >= size)
    if wrong.any():
        raise InvalidArgumentError(
            f"unravel_index: index {indices.array[wrong][0]} is out of bounds for shape {lengths}, "
            f"which has {size} elements: it must be at least 0, and below that."
        )
    return _unravel_index(indices, dims=tuple(lengths))
