"""Pooling: the maximum or the mean of each window, over images with 1, 2 or 3 axes."""

import math

import numpy

from ..arrays import array_module, as_dtype, cpu, cuda
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import reshape
from .logic import kept
from .types import zeros_like
from .window import (
    Window,
    channels_back,
    channels_last,
    check_fits,
    check_image,
    check_spread,
    checked_rank,
    is_channels_first,
    window_of,
)

# -- the maximum ----------------------------------------------------------------------------------
#
# nan is passed over, as long as there is a number in the window. A border is of nan, therefore.


def _with_border(x, window):
    """The image with a border that is no maximum."""
    if x.dtype.kind == "f":
        return window.padded(x, array_module(x).nan)
    return window.padded(x, array_module(x).iinfo(x.dtype).min)


@primitive(kinds="iuf")
def _max_pool(x, *, window):
    xp = array_module(x)
    taps = window.taps(_with_border(x, window), window.output_size(x.shape[1:-1]))
    _, first = next(taps)
    best = first.copy()
    for _, tap in taps:
        xp.fmax(best, tap, out=best)
    return best


_max_pool.defkernel(cpu=cpu.max_pool, cuda=cuda.max_pool)


def _hits(x, y, window):
    """For each place in the window, where the maximum was first found there."""
    xp = array_module(x)
    free = xp.ones(y.shape, bool)
    steps = y.shape[1:-1]
    taps = window.taps(_with_border(x, window), steps)
    pixels = window.taps(window.padded(xp.ones((1, *x.shape[1:-1], 1), bool)), steps)
    nothing = y != y  # a window of nan alone: its first pixel counts as the maximum
    is_known = not nothing.any()
    for (_, tap), (_, pixel) in zip(taps, pixels, strict=True):
        hit = tap == y
        if not is_known:
            hit |= nothing & pixel
        hit &= free
        free ^= hit
        yield hit


@primitive(kinds="f")
def _max_pool_grad(g, x, y, *, window):
    """The cotangent of x: g at the first maximum of each window."""
    xp = array_module(g)
    image = xp.zeros(window.padded_shape(x.shape), g.dtype)
    taps = window.taps(image, g.shape[1:-1])
    apart = all(n <= step for n, step in zip(window.size, window.stride, strict=True))
    for (_, target), hit in zip(taps, _hits(x, y, window), strict=True):
        if apart and max(window.dilation) == 1:  # no pixel is seen twice
            target[...] = kept(g, hit)
        else:
            target += kept(g, hit)
    return window.unpadded(image, x.shape[1:-1])


_max_pool_grad.defkernel(cpu=cpu.max_pool_grad, cuda=cuda.max_pool_grad)


@primitive(kinds="f")
def _max_pool_pick(t, x, y, *, window):
    """The transpose of `max_pool_grad`: t where each window's first maximum stands."""
    xp = array_module(t)
    picked = xp.zeros_like(y)
    taps = window.taps(window.padded(t), y.shape[1:-1])
    for (_, tap), hit in zip(taps, _hits(x, y, window), strict=True):
        picked += kept(tap, hit)
    return picked


_max_pool.defvjp(lambda g, y, x, *, window: _max_pool_grad(g, x, y, window=window))
_max_pool.defjvp(lambda t, y, x, *, window: _max_pool_pick(t, x, y, window=window))
# Both are linear in the first input. Which element is the maximum is piecewise constant in x.
_max_pool_grad.defvjp(
    lambda c, d, g, x, y, *, window: _max_pool_pick(c, x, y, window=window),
    lambda c, d, g, x, y, *, window: zeros_like(x),
    None,
)
_max_pool_grad.defjvp(
    lambda t, d, g, x, y, *, window: _max_pool_grad(t, x, y, window=window), None, None
)
_max_pool_pick.defvjp(
    lambda c, d, t, x, y, *, window: _max_pool_grad(c, x, y, window=window),
    lambda c, d, t, x, y, *, window: zeros_like(x),
    None,
)
_max_pool_pick.defjvp(
    lambda u, d, t, x, y, *, window: _max_pool_pick(u, x, y, window=window), None, None
)


@primitive(differentiable=False, kinds="iuf")
def _max_pool_argmax(x, y, *, window, with_batch, dtype):
    """The number of the first maximum of each window, among the elements of its image or of all."""
    xp = array_module(x)
    one = x[:1].size
    number = xp.arange(one, dtype=dtype).reshape(1, *x.shape[1:])
    if with_batch:
        number = number + one * xp.arange(len(x), dtype=dtype).reshape(-1, *[1] * (x.ndim - 1))
    numbers = window.taps(window.padded(number, -1), y.shape[1:-1])
    found = xp.full(y.shape, -1, dtype)
    for (_, place), (_, tap) in zip(
        numbers, window.taps(_with_border(x, window), y.shape[1:-1]), strict=True
    ):
        # A window of nan alone has its first element.
        found = xp.where((found < 0) & ((tap == y) | (y != y)), place, found)
    return found


# -- the mean -------------------------------------------------------------------------------------


@primitive(kinds="f")
def _avg_pool(x, *, window):
    steps = window.output_size(x.shape[1:-1])
    total = array_module(x).zeros((x.shape[0], *steps, x.shape[-1]), x.dtype)
    for _, tap in window.taps(window.padded(x), steps):
        total += tap
    return total / _counts(x, x.shape, window)


@primitive(kinds="f")
def _avg_pool_grad(g, *, window, input_shape):
    """The cotangent of x: each window hands its g out in equal parts."""
    image = array_module(g).zeros(window.padded_shape(input_shape), g.dtype)
    share = g / _counts(g, input_shape, window)
    for _, target in window.taps(image, g.shape[1:-1]):
        target += share
    return window.unpadded(image, input_shape[1:-1])


def _counts(like, input_shape, window):
    """How many pixels of the image, not of its border, each window holds."""
    lengths = input_shape[1:-1]
    inside = window.padded(array_module(like).ones((1, *lengths, 1), like.dtype))
    return sum(tap for _, tap in window.taps(inside, window.output_size(lengths)))


_avg_pool.linear(
    lambda g, y, x, *, window: _avg_pool_grad(g, window=window, input_shape=x.array.shape)
)
_avg_pool_grad.linear(lambda c, y, g, *, window, input_shape: _avg_pool(c, window=window))


# -- the public names -----------------------------------------------------------------------------


def _windowed(
    op: str, rank: int, input, size, strides, padding, data_format, dilations=None, explicit=False
):
    """(the images with channels last, the Window, whether they came with channels first)."""
    x = convert_to_tensor(input)
    check_image(op, x, rank)
    first = is_channels_first(op, data_format, rank)
    x = channels_last(x, first)
    window = window_of(op, size, strides, padding, dilations, rank, first, explicit)
    check_fits(op, window, x.shape[1:-1])
    if not isinstance(window.padding, str) and any(
        max(pair) >= length for pair, length in zip(window.padding, window.size, strict=True)
    ):
        raise InvalidArgumentError(
            f"{op}: each padding must be smaller than the window {window.size}. "
            f"Received: {padding!r}."
        )
    return x, window, first


def _maxima(op: str, rank: int, input, size, strides, padding, data_format, dilations=None):
    x = convert_to_tensor(input)
    if rank < 3 and _is_of_channels(op, x, rank, size, strides, data_format):
        first = is_channels_first(op, data_format, rank)
        return channels_back(_maxima_of_channels(channels_last(x, first), max(size)), first)
    explicit = rank < 3
    x, window, first = _windowed(
        op, rank, x, size, strides, padding, data_format, dilations, explicit
    )
    return channels_back(_max_pool(x, window=window), first)


def _is_of_channels(op, x, rank, size, strides, data_format) -> bool:
    """Whether each window holds some neighbouring channels of one pixel, as [1, 1, 1, 2] does."""
    numbers = numpy.ravel(size).tolist()
    if x.ndim != len(numbers) or max(numbers) < 2 or numbers != numpy.ravel(strides).tolist():
        return False
    channels = 1 if is_channels_first(op, data_format, rank) else rank + 1
    together = numbers.pop(channels)
    return max(numbers) == 1 and x.shape[channels] % together == 0


def _maxima_of_channels(x, together: int):
    """The largest of so many channels: the channels of a pixel are a sequence to be pooled."""
    *pixels, channels = x.shape
    window = Window((together,), (together,), (1,), "VALID")
    y = _max_pool(reshape(x, (math.prod(pixels), channels, 1)), window=window)
    return reshape(y, (*pixels, channels // together))


def _means(op: str, rank: int, input, size, strides, padding, data_format, dilations=None):
    x, window, first = _windowed(op, rank, input, size, strides, padding, data_format, dilations)
    return channels_back(_avg_pool(x, window=window), first)


def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The largest value of each window and channel of sequences, (batch, length, channels).

    Args:
        input: (batch, length, channels).
        ksize: the window: a number.
        strides: the window's step.
        padding: "VALID", "SAME", or how many elements that are never the largest:
            [[0, 0], [before, after], [0, 0]].
        data_format: "NWC", or "NCW" for sequences with the channels first.
        name: not used.
    """
    return _maxima("max_pool1d", 1, input, ksize, strides, padding, data_format)


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The largest value of each window and channel; of equal ones, the first gets the gradient.

    Args:
        input: images, (batch, height, width, channels).
        ksize: the window: a number, (height, width), or four numbers. [1, 1, 1, n] are n channels
            of one pixel, if the strides are the same.
        strides: the window's steps.
        padding: "VALID", "SAME", or how many pixels that are never the largest:
            [[0, 0], [top, bottom], [left, right], [0, 0]].
        data_format: "NHWC", or "NCHW" for images (and numbers) with the channels first.
        name: not used.
    """
    return _maxima("max_pool2d", 2, input, ksize, strides, padding, data_format)


def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The largest value of each window and channel; of equal ones, the first gets the gradient.

    Args:
        input: volumes, (batch, depth, height, width, channels).
        ksize: the window: a number, three numbers, or five.
        strides: the window's steps.
        padding: "VALID" or "SAME".
        data_format: "NDHWC", or "NCDHW" for volumes (and numbers) with the channels first.
        name: not used.
    """
    return _maxima("max_pool3d", 3, input, ksize, strides, padding, data_format)


def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The mean of each window and channel of sequences, counting their own elements only.

    Args:
        input: (batch, length, channels).
        ksize: the window: a number.
        strides: the window's step.
        padding: "VALID" or "SAME".
        data_format: "NWC", or "NCW" for sequences with the channels first.
        name: not used.
    """
    return _means("avg_pool1d", 1, input, ksize, strides, padding, data_format)


def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The mean of each window and channel, counting the image's own pixels only.

    Args:
        input: images, (batch, height, width, channels).
        ksize: the window: a number, (height, width), or four numbers.
        strides: the window's steps.
        padding: "VALID" or "SAME".
        data_format: "NHWC", or "NCHW" for images (and numbers) with the channels first.
        name: not used.
    """
    return _means("avg_pool2d", 2, input, ksize, strides, padding, data_format)


def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The mean of each window and channel, counting the volume's own elements only.

    Args:
        input: volumes, (batch, depth, height, width, channels).
        ksize: the window: a number, three numbers, or five.
        strides: the window's steps.
        padding: "VALID" or "SAME".
        data_format: "NDHWC", or "NCDHW" for volumes (and numbers) with the channels first.
        name: not used.
    """
    return _means("avg_pool3d", 3, input, ksize, strides, padding, data_format)


def max_pool(input, ksize, strides, padding, data_format=None, name=None):
    """max_pool1d, max_pool2d or max_pool3d, by the input's rank.

    Raises:
        ValueError: an input of another rank than 3, 4 or 5.
    """
    x = convert_to_tensor(input)
    rank = checked_rank("max_pool", x.ndim - 2)
    return _maxima("max_pool", rank, x, ksize, strides, padding, data_format)


def avg_pool(input, ksize, strides, padding, data_format=None, name=None):
    """avg_pool1d, avg_pool2d or avg_pool3d, by the input's rank.

    Raises:
        ValueError: an input of another rank than 3, 4 or 5.
    """
    x = convert_to_tensor(input)
    rank = checked_rank("avg_pool", x.ndim - 2)
    return _means("avg_pool", rank, x, ksize, strides, padding, data_format)


def pool(
    input,
    window_shape,
    pooling_type,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,
):
    """The largest value or the mean of each window and channel.

    Args:
        input: (batch, *lengths, channels), with one to three lengths.
        window_shape: one number for each length.
        pooling_type: "MAX" or "AVG".
        strides: the window's steps; 1 unless given.
        padding: "VALID" or "SAME".
        data_format: "NWC", "NCHW" and so on; the channels come last unless given.
        dilations: distance between the window's places; 1 unless given.
        name: not used.

    Raises:
        ValueError: another pooling_type, a window of another rank than the input's, or dilations
            together with strides or with "SAME".
    """
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"pool: pooling_type must be 'MAX' or 'AVG'. Received: {pooling_type!r}.")
    x, rank = convert_to_tensor(input), checked_rank("pool", len(window_shape))
    strides = 1 if strides is None else strides
    if check_spread("pool", strides, dilations) and padding == "SAME":
        raise ValueError(
            f"pool: padding='SAME' needs dilations of 1. Received: {dilations!r}. Pad the images "
            "first."
        )
    op = _maxima if pooling_type == "MAX" else _means
    return op("pool", rank, x, window_shape, strides, padding, data_format, dilations)


def max_pool_with_argmax(
    input,
    ksize,
    strides,
    padding,
    data_format="NHWC",
    output_dtype="int64",
    include_batch_in_index=False,
    name=None,
):
    """The largest value of each window and channel, and where it stands.

    Args:
        input: images, (batch, height, width, channels).
        ksize: the window: a number, (height, width), or four numbers.
        strides: the window's steps.
        padding: "VALID" or "SAME".
        data_format: "NHWC".
        output_dtype: of the places: int64 or int32.
        include_batch_in_index: whether places are counted through the whole batch.
        name: not used.

    Returns:
        (values, places): the place of [b, y, x, c] is its number (y * width + x) * channels + c in
        its image, plus b times the image's size if batches are included.

    Raises:
        ValueError: another data_format.
        InvalidArgumentError: another output_dtype.
    """
    op, dtype = "max_pool_with_argmax", as_dtype(output_dtype)
    if data_format != "NHWC":
        raise ValueError(f"{op}: data_format must be 'NHWC'. Received: {data_format!r}.")
    if dtype.name not in ("int32", "int64"):
        raise InvalidArgumentError(f"{op}: places are int32 or int64. Received: {dtype.name}.")
    x, window, _ = _windowed(op, 2, input, ksize, strides, padding, data_format)
    y = _max_pool(x, window=window)
    places = _max_pool_argmax(
        x, y, window=window, with_batch=bool(include_batch_in_index), dtype=dtype.numpy_dtype
    )
    return y, places
