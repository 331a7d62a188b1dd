"""Evenly spaced numbers, the grids they span, and masks of the first few."""

import math
from typing import Any

import numpy

from ..arrays import array_module, as_dtype, beside, check_dtypes, placed, tell_look
from ..engine import Tensor, convert_to_tensor, primitive
from ..errors import InvalidArgumentError, UnimplementedError
from .array import concat, expand_dims, from_front, reshape
from .rules import broadcast_to
from .types import cast

_RANGE_DTYPES = ("int32", "int64", "float16", "float32", "float64")


def range(start, limit=None, delta=1, dtype=None, name=None):
    """Numbers from `start` (0 if only one is given) up to, not including, `limit`.

    Floats are added up one by one, as in TensorFlow, with the error that this has.

    Args:
        start: the first number; the limit, if no other is given.
        limit: where to stop.
        delta: the step; it may be negative.
        dtype: int32, int64, float16, float32 or float64; the widest of the three numbers' unless
            given.
        name: not used.

    Raises:
        InvalidArgumentError: delta is 0 or leads away from the limit, or a dtype is another.
    """
    if limit is None:
        start, limit = 0, start
    given = [start, limit, delta]
    if dtype is not None:
        # What is a tensor or an array is cast; Python's numbers must fit.
        dtype = as_dtype(dtype).name
        values = [
            cast(v, dtype) if hasattr(v, "__tensor__") else convert_to_tensor(v, dtype)
            for v in given
        ]
    else:
        values = [convert_to_tensor(v) for v in given]
        dtype = max((v.dtype.name for v in values), key=_width)
    for v in values:
        if _width(v.dtype.name) < 0:
            raise InvalidArgumentError(
                f"range: expected {', '.join(_RANGE_DTYPES)}. Received: {v.dtype.name}. Make the "
                "result another type with minitape.cast."
            )
        if v.shape.num_elements() != 1:
            raise InvalidArgumentError(
                f"range: start, limit and delta must be scalars. Received: shape {v.shape}."
            )
    first, last, step = (v.concrete.astype(dtype).item() for v in values)
    return Tensor(placed(_numbers(first, last, step, numpy.dtype(dtype))))


def _width(name: str) -> int:
    """The place of a dtype among those of ranges, integers first; -1 for any other."""
    return _RANGE_DTYPES.index(name) if name in _RANGE_DTYPES else -1


def _numbers(first, last, step, dtype: Any) -> numpy.ndarray:
    if step == 0:
        raise InvalidArgumentError("range: delta must not be 0.")
    if not (first <= last if step > 0 else first >= last) or math.isinf(last - first):
        raise InvalidArgumentError(
            f"range: {last} is not reached from {first} in steps of {step}: delta must be negative "
            "where limit is below start, and all of them finite."
        )
    if dtype.kind == "i":
        return numpy.arange(int(first), int(last), int(step), dtype=dtype)
    # How many there are is a question of rounding as well: it is that of the dtype.
    first, last, step = (dtype.type(n) for n in (first, last, step))
    count = math.ceil(abs((last - first) / step))
    steps = numpy.full(count, step, "float32" if dtype == "float16" else dtype)
    steps[:1] = first
    return numpy.add.accumulate(steps).astype(dtype, copy=False)


def linspace(start, stop, num, name=None, axis=0):
    """`num` evenly spaced numbers from `start` to `stop`, both included, along a new axis.

    Args:
        start: a number or a tensor; integers become float64.
        stop: of the same dtype; broadcast against `start`.
        num: how many.
        name: not used.
        axis: where the new axis goes.

    Raises:
        InvalidArgumentError: num is negative, or there is no such axis.
        TypeError: num is no integer.
    """
    start = convert_to_tensor(start)
    stop = convert_to_tensor(stop, start.dtype)
    if start.dtype.is_integer:
        start, stop = cast(start, "float64"), cast(stop, "float64")
    if not start.dtype.is_differentiable:
        raise InvalidArgumentError(f"linspace takes numbers. Received: {start.dtype.name}.")
    count = convert_to_tensor(num)
    if not count.dtype.is_integer or count.shape.num_elements() != 1:
        raise TypeError(f"linspace: num must be an integer. Received: {num!r}.")
    count = int(count.concrete.item())
    if count < 0:
        raise InvalidArgumentError(f"linspace: num must be >= 0. Received: {count}.")
    shape = numpy.broadcast_shapes(start.shape, stop.shape)
    axis = from_front("linspace", axis, len(shape) + 1)
    first, last = (expand_dims(broadcast_to(x, shape=shape), axis) for x in (start, stop))
    # The last number is `stop` itself, not what rounding would make of it.
    lengths = [1] * (len(shape) + 1)
    lengths[axis] = max(count - 2, 0)
    places = numpy.arange(1, lengths[axis] + 1, dtype=start.array.dtype).reshape(lengths)
    places = beside(places, start.array)
    between = first + (last - first) / max(count - 1, 1) * Tensor(places)
    whole = concat([first, between, last], axis)
    return whole if count >= 2 else whole[(slice(None),) * axis + (slice(count),)]


def meshgrid(*args, **kwargs):
    """The coordinates of a grid: for each list of numbers a tensor as large as the whole grid.

    Args:
        *args: tensors of one dtype; those with several axes count as one list.
        **kwargs: `indexing`, "xy" (the first two axes change places: the first list runs along
            the columns) or "ij"; `name`, which is not used.

    Returns:
        A list with as many tensors.

    Raises:
        InvalidArgumentError: the dtypes differ.
        ValueError: another indexing.
    """
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"meshgrid takes indexing and name. Received: {sorted(kwargs)}.")
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij'. Received: {indexing!r}.")
    tensors = [reshape(convert_to_tensor(x), (-1,)) for x in args]
    if tensors:
        check_dtypes("meshgrid", [x.array for x in tensors])
    axes = list(numpy.arange(len(tensors)))
    if indexing == "xy":
        axes[:2] = axes[:2][::-1]
    shape = [0] * len(tensors)
    for axis, x in zip(axes, tensors, strict=True):
        shape[axis] = len(x)
    grid = []
    for axis, x in zip(axes, tensors, strict=True):
        lengths = [1] * len(tensors)
        lengths[axis] = shape[axis]
        grid.append(broadcast_to(reshape(x, lengths), shape=tuple(shape)))
    return grid


@primitive(differentiable=False)
def _sequence_mask(lengths, *, maxlen, dtype):
    xp = array_module(lengths)
    count = max(lengths.max(), 0) if maxlen is None and lengths.size else maxlen or 0
    return (xp.arange(count) < lengths[..., None]).astype(dtype.numpy_dtype)


def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    """True at the first `lengths[i]` places of row i, False after them.

    Args:
        lengths: numbers, of any shape.
        maxlen: the length of the new last axis: the largest of the lengths unless given.
        dtype: of the result, where 1 and 0 may stand for True and False.
        name: not used.

    Raises:
        InvalidArgumentError: maxlen is negative.
        ValueError: maxlen is no scalar.
    """
    dtype = as_dtype(dtype)
    if dtype.name == "string":
        raise UnimplementedError(
            "sequence_mask takes a dtype of numbers or bool, for no texts mean True and False. "
            "Received: string."
        )
    if maxlen is not None:
        limit = convert_to_tensor(maxlen)
        if limit.ndim:
            raise ValueError(f"sequence_mask: maxlen must be a scalar. Received: {maxlen!r}.")
        lengths = cast(lengths, limit.dtype)
        maxlen = math.ceil(limit.concrete.item())
        if maxlen < 0:
            raise InvalidArgumentError(f"sequence_mask: maxlen must be >= 0. Received: {maxlen}.")
    else:
        lengths = convert_to_tensor(lengths)
        tell_look(lengths)  # the largest is the length of the result
    return _sequence_mask(lengths, maxlen=maxlen, dtype=dtype)
