"""Convolution: three primitives, each bilinear, and each differentiating into the other two.

With x the images, w the filters and g a cotangent of the result:
conv(x, w), conv_backprop_input(w, g) and conv_backprop_filter(x, g).

Images have 1, 2 or 3 axes. Where the filters have fewer channels than the images, the channels are
cut into groups, each with its own filters: a depthwise convolution has a group for each channel.
"""

import math

import numpy

from ..arrays import array_module, cpu, cuda, with_kernel
from ..arrays.cpu import in_parts
from ..arrays.cpu.threads import SUMS
from ..engine import alike, primitive
from ..errors import InvalidArgumentError
from .array import reshape, static_shape
from .window import (
    channels_back,
    channels_last,
    check_fits,
    check_image,
    check_spread,
    checked_rank,
    is_channels_first,
    window_of,
)


def _product(a, b, out=None):
    """The matrix product; of float16, which no BLAS multiplies, through float32."""
    if a.dtype != "float16":
        return array_module(a).matmul(a, b, out=out)
    return (a.astype("float32") @ b.astype("float32")).astype("float16")


def _product_kernel(a, b, out=None):
    if a.ndim == 2:
        return cpu.product(a, b, out)
    y = cpu.product(a[0], b[0]) if len(a) == 1 else NotImplemented
    return y if y is NotImplemented else y[None]


_product = with_kernel(_product, _product_kernel)


def _split(x, groups: int):
    """(..., groups * k) as (groups, ..., k): a view."""
    return array_module(x).moveaxis(x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups), -2, 0)


def _joined(x):
    """(groups, ..., k) as (..., groups * k)."""
    groups, *between, k = x.shape
    return array_module(x).moveaxis(x, 0, -2).reshape(*between, groups * k)


def _patches(x, window, steps, groups: int):
    """What each window sees, as one matrix for each group: (groups, positions, places * k)."""
    patches = window.patches(window.padded(x), steps)
    if groups == 1:
        return patches[None]
    channels = x.shape[-1]
    places = patches.shape[1] // channels
    split = _split(patches.reshape(len(patches), places, channels), groups)
    return split.reshape(groups, len(patches), patches.shape[1] // groups)


def _is_channelwise(channels: int, filter_shape) -> bool:
    """Whether each channel has one filter of its own: then there is no matrix to multiply."""
    return channels > 1 and filter_shape[-2] == 1 and filter_shape[-1] == channels


# With steps of 1 the way back, from the results to the images, is a convolution too, of the turned
# filters. So there are two ways to compute each of the three primitives: one copies what windows
# see in the images, the other what they see in the results. The copies take the time, and the way
# with fewer channels to copy is taken.


def _turned(w):
    """The filters of the way back: turned around, with outputs and channels in each other's place.

    A view.
    """
    return array_module(w).flip(w, tuple(range(w.ndim - 2))).swapaxes(-1, -2)


def _way_back(window, image_shape, filter_shape):
    """The window that leads from the results to the images, or None."""
    one_group = filter_shape[-2] == image_shape[-1]
    return window.way_back(image_shape[1:-1]) if one_group else None


def _way_of_few_outputs(x, w, window):
    """The window of the way back where that has fewer channels to copy, or None."""
    few = 2 * w.shape[-1] < x.shape[-1] and x.dtype != "float16"  # its sums would lose digits
    return _way_back(window, x.shape, w.shape) if few else None


# What all windows see would go through memory twice: some images' patches stay in the cache.
_LARGE_PATCHES = 1 << 17  # elements
_LARGE_FILTERS = 1 << 17  # elements that don't stay there beside them


def _is_large(filter_shape) -> bool:
    return math.prod(filter_shape) > _LARGE_FILTERS


def _blocks(part: slice, patches: int, filters: int) -> list[slice]:
    """The images of a part, as many at a time as have not too many patches."""
    step = part.stop - part.start
    if filters <= _LARGE_FILTERS:
        step = _LARGE_PATCHES // max(patches, 1)
    starts = range(part.start, part.stop, max(1, step))
    return [slice(n, min(n + starts.step, part.stop)) for n in starts]


@primitive(kinds="iuf")
def _conv(x, w, *, window):
    channels, outputs = x.shape[-1], w.shape[-1]
    groups = channels // w.shape[-2]
    steps = window.output_size(x.shape[1:-1])
    if back := _way_of_few_outputs(x, w, window):
        shape = (x.shape[0], *steps, outputs)
        return _conv_backprop_input.run(_turned(w), x, window=back, input_shape=shape)
    if _is_channelwise(channels, w.shape):
        total = array_module(x).zeros((x.shape[0], *steps, outputs), x.dtype)
        for place, tap in window.taps(window.padded(x), steps):
            total += tap * w[place]
        return total
    patch = w.size // outputs
    filters = _split(w, groups).reshape(groups, patch, outputs // groups)
    y = array_module(x).empty((x.shape[0], *steps, outputs), x.dtype)

    def some_images(part):
        for images in _blocks(part, math.prod(steps) * patch, w.size):
            patches = _patches(x[images], window, steps, groups)
            if groups == 1 and y.dtype != "float16":
                _product(patches[0], filters[0], out=y[images].reshape(-1, outputs))
            else:
                y[images] = _joined(_product(patches, filters)).reshape(-1, *steps, outputs)

    in_parts(some_images, len(x), y.size // outputs * patch)
    return y


def _is_other_way(x, w, window) -> bool:
    """Whether the forward does not multiply patches by all filters at once."""
    several_groups = w.shape[-2] != x.shape[-1]
    return several_groups or _is_large(w.shape) or bool(_way_of_few_outputs(x, w, window))


def _conv_builder(inputs, result, *, window, then_relu=False):
    if _is_other_way(inputs[0], inputs[1], window) or not cpu.slides(window, *inputs):
        return None
    return lambda: cpu.conv_plan(inputs, result, window, then_relu)


@cpu.planned_by(_conv_builder)
def _conv_kernel(x, w, *, window, bias=None, then_relu=False):
    if cpu.multiplies(x, w) and not _is_other_way(x, w, window):
        return cpu.convolution(x, w, window, bias, then_relu)
    # As in a function: products of other layouts may be rounded unlike.
    x = numpy.ascontiguousarray(x)
    if not cpu.suits(x):
        return NotImplemented
    inputs = [x, w] if bias is None else [x, w, bias]
    y = numpy.empty((len(x), *window.output_size(x.shape[1:-1]), w.shape[-1]), x.dtype)
    return cpu.by_plan(_conv_builder, inputs, y, window=window, then_relu=then_relu)


_conv.defkernel(cpu=_conv_kernel, cuda=cuda.conv)


@primitive(kinds="iuf")
def _conv_backprop_input(w, g, *, window, input_shape):
    """The cotangent of x: each place in the window sends g back through its part of w."""
    channels, outputs = input_shape[-1], w.shape[-1]
    groups = channels // w.shape[-2]
    if g.shape[-1] <= channels and (back := _way_back(window, input_shape, w.shape)):
        return _conv.run(g, _turned(w), window=back)
    image = array_module(g).zeros(window.padded_shape(input_shape), g.dtype)
    if channels == 1:  # one product for all places: each would read all of g for a single column
        columns = _product(g, w.reshape(-1, w.shape[-1]).T)
        for i, (_, tap) in enumerate(window.taps(image, g.shape[1:-1])):
            tap += columns[..., i : i + 1]
        return window.unpadded(image, input_shape[1:-1])
    channelwise = _is_channelwise(channels, w.shape)

    def some_images(part):
        for images in _blocks(part, g[:1].size, w.size):
            rows = _split(g[images].reshape(-1, g.shape[-1]), groups)
            for place, tap in window.taps(image[images], g.shape[1:-1]):
                if channelwise:
                    tap += g[images] * w[place]
                else:
                    back = _product(rows, _split(w[place], groups).swapaxes(1, 2))
                    tap += _joined(back).reshape(tap.shape)

    in_parts(some_images, len(g), g.size // outputs * (w.size // outputs))
    return window.unpadded(image, input_shape[1:-1])


def _sends_another_way(w, g, window, input_shape) -> bool:
    """Whether the forward does not multiply g by all filters and add that to the images."""
    few = g.shape[-1] <= input_shape[-1] and _way_back(window, input_shape, w.shape)
    return bool(few) or _is_large(w.shape) or w.shape[-2] != input_shape[-1]


def _input_builder(inputs, result, *, window, input_shape):
    w, g = inputs
    if _sends_another_way(w, g, window, input_shape) or not cpu.slides(window, w, g):
        return None
    return lambda: cpu.input_plan(inputs, result, window)


@cpu.planned_by(_input_builder)
def _conv_backprop_input_kernel(w, g, *, window, input_shape):
    is_sent_back = cpu.is_sent_back(window, input_shape[-1], g, w)
    if is_sent_back and not _sends_another_way(w, g, window, input_shape):
        return cpu.input_gradient(w, g, window, input_shape)
    g = numpy.ascontiguousarray(g)
    if not cpu.suits(g):
        return NotImplemented
    x, params = numpy.empty(input_shape, g.dtype), dict(window=window, input_shape=input_shape)
    return cpu.by_plan(_input_builder, [w, g], x, **params)


_conv_backprop_input.defkernel(cpu=_conv_backprop_input_kernel, cuda=cuda.conv_input)


@primitive(kinds="iuf")
def _conv_backprop_filter(x, g, *, window, filter_shape):
    """The cotangent of w: what each window saw, times what came back from it."""
    *size, channels, outputs = filter_shape
    groups = x.shape[-1] // channels
    if outputs < channels and (back := _way_back(window, x.shape, filter_shape)):
        turned = (*size, outputs, channels)
        w = _conv_backprop_filter.run(g, x, window=back, filter_shape=turned)
        return array_module(x).ascontiguousarray(_turned(w))
    if _is_channelwise(x.shape[-1], filter_shape):
        w = array_module(x).empty(filter_shape, x.dtype)
        for place, tap in window.taps(window.padded(x), g.shape[1:-1]):
            w[place] = array_module(g).add.reduce(tap * g, axis=tuple(range(g.ndim - 1)))
        return w
    size, patch = math.prod(filter_shape), math.prod(filter_shape[:-1])
    # float16 is summed once, in float32. Some sums are made apart, by one thread or several.
    whole = size > _LARGE_FILTERS or x.dtype == "float16"
    xp, count = array_module(x), 1 if whole else max(1, min(SUMS, len(x)))
    sums = xp.zeros((count, groups, patch, outputs // groups), x.dtype)

    def some_sums(part):
        for n in range(part.start, part.stop):
            mine = slice(len(x) * n // count, len(x) * (n + 1) // count)
            for images in [mine] if whole else _blocks(mine, g[:1].size // outputs * patch, size):
                patches = _patches(x[images], window, g.shape[1:-1], groups)
                rows = _split(g[images].reshape(-1, outputs), groups)
                sums[n] += _product(patches.swapaxes(1, 2), rows)

    in_parts(some_sums, count, g.size // outputs * patch)
    return _joined(xp.add.reduce(sums)).reshape(filter_shape)


def _is_seen_another_way(x, window, filter_shape) -> bool:
    """Whether the forward does not multiply patches by g."""
    channels, outputs = filter_shape[-2:]
    few = outputs < channels and _way_back(window, x.shape, filter_shape)
    return bool(few) or channels != x.shape[-1] or _is_large(filter_shape)


def _filter_builder(inputs, result, *, window, filter_shape):
    x, g = inputs
    if _is_seen_another_way(x, window, filter_shape) or not cpu.slides(window, x, g):
        return None
    return lambda: cpu.filter_plan(inputs, result, window)


@cpu.planned_by(_filter_builder)
def _conv_backprop_filter_kernel(x, g, *, window, filter_shape):
    if cpu.multiplies(x, g) and not _is_seen_another_way(x, window, filter_shape):
        return cpu.filter_gradient(x, g, window, filter_shape)
    x, g = map(numpy.ascontiguousarray, (x, g))
    if not cpu.suits(x, g):
        return NotImplemented
    w, params = numpy.empty(filter_shape, x.dtype), dict(window=window, filter_shape=filter_shape)
    return cpu.by_plan(_filter_builder, [x, g], w, **params)


_conv_backprop_filter.defkernel(cpu=_conv_backprop_filter_kernel, cuda=cuda.conv_filter)


_conv.linear(
    lambda g, y, x, w, *, window: _conv_backprop_input(
        w, g, window=window, input_shape=x.array.shape
    ),
    lambda g, y, x, w, *, window: _conv_backprop_filter(
        x, g, window=window, filter_shape=w.array.shape
    ),
)
_conv_backprop_input.linear(
    lambda c, y, w, g, *, window, input_shape: _conv_backprop_filter(
        c, g, window=window, filter_shape=w.array.shape
    ),
    lambda c, y, w, g, *, window, input_shape: _conv(c, w, window=window),
)
_conv_backprop_filter.linear(
    lambda c, y, x, g, *, window, filter_shape: _conv_backprop_input(
        c, g, window=window, input_shape=x.array.shape
    ),
    lambda c, y, x, g, *, window, filter_shape: _conv(x, c, window=window),
)


# -- convolution in 1, 2 and 3 dimensions ---------------------------------------------------------


def _convolved(op: str, rank: int, x, w, strides, padding, data_format, dilations):
    """A convolution over `rank` axes; more axes than that in front are so many batches."""
    x, w = alike(x, w)
    first = is_channels_first(op, data_format, rank)
    batch = x.shape[: -rank - 1]
    if len(batch) > 1:
        x = reshape(x, (batch.num_elements(), *x.shape[-rank - 1 :]))
    check_image(op, x, rank)
    x = channels_last(x, first)
    _check_filters(op, x.shape, w.shape)
    window = window_of(
        op, w.shape[:-2], strides, padding, dilations, rank, first, explicit=rank == 2
    )
    check_fits(op, window, x.shape[1:-1])
    y = channels_back(_conv(x, w, window=window), first)
    return y if len(batch) == 1 else reshape(y, (*batch, *y.shape[1:]))


def _check_filters(op: str, image, filters) -> None:
    """Raises InvalidArgumentError unless filters of this shape fit the images' channels."""
    fits = len(filters) == len(image) and 0 not in filters and image[-1] % filters[-2] == 0
    if not fits or filters[-1] % (image[-1] // filters[-2]):
        raise InvalidArgumentError(
            f"{op}: filters of shape {filters} don't fit images of shape {image}: expected "
            f"({len(image) - 2} lengths, channels / groups, outputs), where the groups divide "
            f"the {image[-1]} channels and the outputs."
        )


def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):
    """Slides filters over sequences and takes the products' sums (a cross-correlation).

    Args:
        input: sequences, (batch, length, channels); there may be several axes of batches.
        filters: (length, channels / groups, outputs).
        stride: the filter's step: a number, or [1, step, 1].
        padding: "VALID" (filters stay inside) or "SAME" (zeros around the sequence).
        data_format: "NWC", or "NCW" for sequences with the channels first.
        dilations: distance between the filter's places, 1 unless given.
        name: not used.

    Returns:
        (batch, positions, outputs).

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    data_format = {"NHWC": "NWC", "NCHW": "NCW"}.get(data_format, data_format)
    return _convolved("conv1d", 1, input, filters, stride, padding, data_format, dilations)


def conv2d(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    """Slides filters over images and takes the products' sums (a cross-correlation).

    Args:
        input: images, (batch, height, width, channels); there may be several axes of batches.
        filters: (height, width, channels / groups, outputs).
        strides: the filter's steps: a number, a pair, or [1, height, width, 1].
        padding: "VALID" (filters stay inside), "SAME" (zeros around the image), or how many zeros:
            [[0, 0], [top, bottom], [left, right], [0, 0]].
        data_format: "NHWC", or "NCHW" for images (and numbers) with the channels first.
        dilations: distance between the filter's places, 1 unless given.
        name: not used.

    Returns:
        (batch, rows, columns, outputs).

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    return _convolved("conv2d", 2, input, filters, strides, padding, data_format, dilations)


def conv3d(input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None):
    """Slides filters over volumes and takes the products' sums (a cross-correlation).

    Args:
        input: volumes, (batch, depth, height, width, channels); there may be several batch axes.
        filters: (depth, height, width, channels / groups, outputs).
        strides: the filter's steps: a number, three, or five with 1 for batch and channels.
        padding: "VALID" (filters stay inside) or "SAME" (zeros around the volume).
        data_format: "NDHWC", or "NCDHW" for volumes (and numbers) with the channels first.
        dilations: distance between the filter's places, 1 unless given.
        name: not used.

    Returns:
        (batch, planes, rows, columns, outputs).

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    return _convolved("conv3d", 3, input, filters, strides, padding, data_format, dilations)


def convolution(
    input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None
):
    """conv1d, conv2d or conv3d, by how many axes the filters have besides their channels.

    Args:
        input: (batch, *lengths, channels); there may be several axes of batches.
        filters: (*lengths, channels / groups, outputs).
        strides: one number, or one for each length; 1 unless given.
        padding: "VALID" or "SAME".
        data_format: "NWC", "NCHW" and so on; the channels come last unless given.
        dilations: distance between the filter's places; 1 unless given.
        name: not used.

    Raises:
        ValueError: filters with more than three lengths, or strides together with dilations.
        InvalidArgumentError: shapes that don't fit.
    """
    x, w = alike(input, filters)
    rank = checked_rank("convolution", w.ndim - 2)
    strides = 1 if strides is None else strides
    check_spread("convolution", strides, dilations)
    return _convolved("convolution", rank, x, w, strides, padding, data_format, dilations)


def atrous_conv2d(value, filters, rate, padding, name=None):
    """conv2d with `rate` as its dilation.

    Args:
        value: images, (batch, height, width, channels).
        filters: (height, width, channels / groups, outputs).
        rate: distance between the filter's places.
        padding: as of conv2d.
        name: not used.

    Raises:
        InvalidArgumentError: shapes that don't fit.
        ValueError: a rate below 1.
    """
    _check_rate("atrous_conv2d", rate)
    return _convolved("atrous_conv2d", 2, value, filters, 1, padding, None, rate)


def _check_rate(op: str, rate) -> None:
    if rate < 1:
        raise ValueError(f"{op}: the rate must be positive. Received: {rate}.")


# -- transposed convolution ----------------------------------------------------------------------


def _transposed(op: str, rank: int, g, w, output_shape, strides, padding, data_format, dilations):
    """The transpose of a convolution over `rank` axes: what it gives back of its output g."""
    g, w = alike(g, w)
    check_image(op, g, rank)
    first = is_channels_first(op, data_format, rank)
    g = channels_last(g, first)
    shape = static_shape(output_shape)
    if len(shape) != rank + 2:
        raise ValueError(
            f"{op}: output_shape must have {rank + 2} lengths. Received: {output_shape!r}."
        )
    shape = (shape[0], *shape[2:], shape[1]) if first else shape
    if w.ndim == rank + 2:
        _check_filters(op, shape, w.shape)
    window = window_of(
        op, w.shape[:-2], strides, padding, dilations, rank, first, explicit=rank == 2
    )
    steps = window.output_size(shape[1:-1])
    if g.shape != (shape[0], *steps, w.shape[-1]):
        raise InvalidArgumentError(
            f"{op}: with output_shape {tuple(shape)} and filters {w.shape} the input must have the "
            f"shape {(shape[0], *steps, w.shape[-1])}, channels last. Received: {g.shape}."
        )
    return channels_back(_conv_backprop_input(w, g, window=window, input_shape=shape), first)


def conv1d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NWC",
    dilations=None,
    name=None,
):
    """The transpose of conv1d: what its gradient gives the sequences.

    Args:
        input: (batch, length, channels), as conv1d gives them.
        filters: (length, outputs, channels).
        output_shape: the shape of the result, (batch, length, outputs).
        strides: conv1d's.
        padding: conv1d's.
        data_format: "NWC", or "NCW" for sequences with the channels first.
        dilations: conv1d's.
        name: not used.

    Raises:
        InvalidArgumentError: conv1d of that output_shape wouldn't give the input's shape.
    """
    return _transposed(
        "conv1d_transpose",
        1,
        input,
        filters,
        output_shape,
        strides,
        padding,
        data_format,
        dilations,
    )


def conv2d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NHWC",
    dilations=None,
    name=None,
):
    """The transpose of conv2d: what its gradient gives the images.

    Args:
        input: (batch, rows, columns, channels), as conv2d gives them.
        filters: (height, width, outputs, channels).
        output_shape: the shape of the result, (batch, height, width, outputs).
        strides: conv2d's.
        padding: conv2d's.
        data_format: "NHWC", or "NCHW" for images (and numbers) with the channels first.
        dilations: conv2d's.
        name: not used.

    Raises:
        InvalidArgumentError: conv2d of that output_shape wouldn't give the input's shape.
    """
    return _transposed(
        "conv2d_transpose",
        2,
        input,
        filters,
        output_shape,
        strides,
        padding,
        data_format,
        dilations,
    )


def conv3d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NDHWC",
    dilations=None,
    name=None,
):
    """The transpose of conv3d: what its gradient gives the volumes.

    Args:
        input: (batch, planes, rows, columns, channels), as conv3d gives them.
        filters: (depth, height, width, outputs, channels).
        output_shape: the shape of the result, (batch, depth, height, width, outputs).
        strides: conv3d's.
        padding: conv3d's.
        data_format: "NDHWC", or "NCDHW" for volumes (and numbers) with the channels first.
        dilations: conv3d's.
        name: not used.

    Raises:
        InvalidArgumentError: conv3d of that output_shape wouldn't give the input's shape.
    """
    return _transposed(
        "conv3d_transpose",
        3,
        input,
        filters,
        output_shape,
        strides,
        padding,
        data_format,
        dilations,
    )


def conv_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format=None,
    dilations=None,
    name=None,
):
    """conv1d_transpose, conv2d_transpose or conv3d_transpose, by the length of `output_shape`.

    Raises:
        ValueError: an output_shape of another length than 3, 4 or 5.
        InvalidArgumentError: a convolution of that output_shape wouldn't give the input's shape.
    """
    shape = static_shape(output_shape)
    rank = checked_rank("conv_transpose", len(shape) - 2)
    return _transposed(
        "conv_transpose", rank, input, filters, shape, strides, padding, data_format, dilations
    )


def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    """The transpose of atrous_conv2d.

    Args:
        value: (batch, rows, columns, channels), as atrous_conv2d gives them.
        filters: (height, width, outputs, channels).
        output_shape: the shape of the result, (batch, height, width, outputs).
        rate: distance between the filter's places.
        padding: that of atrous_conv2d.
        name: not used.

    Raises:
        InvalidArgumentError: atrous_conv2d of that output_shape wouldn't give the value's shape.
        ValueError: a rate below 1.
    """
    op = "atrous_conv2d_transpose"
    _check_rate(op, rate)
    return _transposed(op, 2, value, filters, output_shape, 1, padding, None, rate)


# -- depthwise convolution -----------------------------------------------------------------------
#
# A grouped convolution with a group for each channel: (height, width, channels, multiplier) filters
# are those of the groups, (height, width, 1, channels * multiplier).


def _of_groups(shape) -> tuple[int, ...]:
    """The shape that depthwise filters have in a grouped convolution."""
    height, width, channels, multiplier = shape
    return (height, width, 1, channels * multiplier)


def _depthwise_window(op, filter_shape, strides, padding, dilations, first):
    if len(filter_shape) != 4:
        raise InvalidArgumentError(
            f"{op}: expected a filter of shape (height, width, channels, multiplier). "
            f"Received: shape {tuple(filter_shape)}."
        )
    return window_of(op, filter_shape[:2], strides, padding, dilations, 2, first, explicit=True)


def depthwise_conv2d(input, filter, strides, padding, data_format=None, dilations=None, name=None):
    """Slides over each channel of the images filters of its own.

    Args:
        input: images, (batch, height, width, channels).
        filter: (height, width, channels, multiplier).
        strides: the filter's steps: a number, a pair, or [1, height, width, 1].
        padding: "VALID", "SAME", or how many zeros: [[0, 0], [top, bottom], [left, right], [0, 0]].
        data_format: "NHWC", or "NCHW" for images with the channels first.
        dilations: distance between the filter's places, 1 unless given.
        name: not used.

    Returns:
        (batch, rows, columns, channels * multiplier), the results of one channel beside each other.

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    op = "depthwise_conv2d"
    x, w = alike(input, filter)
    check_image(op, x, 2)
    first = is_channels_first(op, data_format, 2)
    x = channels_last(x, first)
    window = _depthwise_window(op, w.shape, strides, padding, dilations, first)
    _check_depthwise(op, x.shape[3], w.shape)
    check_fits(op, window, x.shape[1:3])
    return channels_back(_conv(x, reshape(w, _of_groups(w.shape)), window=window), first)


def _check_depthwise(op: str, channels: int, filter_shape) -> None:
    if filter_shape[2] != channels or 0 in filter_shape:
        raise InvalidArgumentError(
            f"{op}: expected a filter of shape (height, width, {channels}, multiplier) for images "
            f"with {channels} channels. Received: shape {tuple(filter_shape)}."
        )


def _check_cotangent(op: str, window, image, filter_shape, g) -> None:
    expected = (image[0], *window.output_size(image[1:3]), filter_shape[2] * filter_shape[3])
    if g.shape != expected:
        raise InvalidArgumentError(
            f"{op}: from images of shape {tuple(image)} and a filter of shape "
            f"{tuple(filter_shape)} follows out_backprop of shape {expected}, channels last. "
            f"Received: {g.shape}."
        )


def depthwise_conv2d_backprop_input(
    input_sizes,
    filter,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],  # noqa: B006
    name=None,
):
    """What the gradient of depthwise_conv2d gives the images.

    Args:
        input_sizes: the shape of the images.
        filter: (height, width, channels, multiplier).
        out_backprop: the cotangent of depthwise_conv2d's result.
        strides: those of depthwise_conv2d.
        padding: that of depthwise_conv2d.
        data_format: "NHWC", or "NCHW" for images with the channels first.
        dilations: those of depthwise_conv2d.
        name: not used.

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    op = "depthwise_conv2d_backprop_input"
    w, g = alike(filter, out_backprop)
    first = is_channels_first(op, data_format, 2)
    g, shape = channels_last(g, first), static_shape(input_sizes)
    shape = (shape[0], *shape[2:], shape[1]) if first else shape
    window = _depthwise_window(op, w.shape, strides, padding, dilations, first)
    _check_depthwise(op, shape[-1], w.shape)
    _check_cotangent(op, window, shape, w.shape, g)
    w = reshape(w, _of_groups(w.shape))
    return channels_back(_conv_backprop_input(w, g, window=window, input_shape=shape), first)


def depthwise_conv2d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],  # noqa: B006
    name=None,
):
    """What the gradient of depthwise_conv2d gives the filter.

    Args:
        input: images, (batch, height, width, channels).
        filter_sizes: the shape of the filter.
        out_backprop: the cotangent of depthwise_conv2d's result.
        strides: those of depthwise_conv2d.
        padding: that of depthwise_conv2d.
        data_format: "NHWC", or "NCHW" for images with the channels first.
        dilations: those of depthwise_conv2d.
        name: not used.

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    op = "depthwise_conv2d_backprop_filter"
    x, g = alike(input, out_backprop)
    check_image(op, x, 2)
    first = is_channels_first(op, data_format, 2)
    x, g, shape = channels_last(x, first), channels_last(g, first), static_shape(filter_sizes)
    window = _depthwise_window(op, shape, strides, padding, dilations, first)
    _check_depthwise(op, x.shape[3], shape)
    _check_cotangent(op, window, x.shape, shape, g)
    return reshape(
        _conv_backprop_filter(x, g, window=window, filter_shape=_of_groups(shape)), shape
    )


def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    data_format=None,
    dilations=None,
    name=None,
):
    """depthwise_conv2d, then a conv2d of 1 x 1 that mixes the channels.

    Args:
        input: images, (batch, height, width, channels).
        depthwise_filter: (height, width, channels, multiplier).
        pointwise_filter: (1, 1, channels * multiplier, outputs).
        strides: those of depthwise_conv2d.
        padding: that of depthwise_conv2d.
        data_format: "NHWC", or "NCHW" for images with the channels first.
        dilations: those of depthwise_conv2d.
        name: not used.

    Raises:
        InvalidArgumentError: shapes that don't fit.
        ValueError: a pointwise_filter that isn't 1 x 1.
    """
    x, w, mix = alike(input, depthwise_filter, pointwise_filter)
    if mix.shape[:2] != (1, 1):
        raise ValueError(
            "separable_conv2d: expected a pointwise_filter of shape (1, 1, channels * multiplier, "
            f"outputs). Received: shape {mix.shape}."
        )
    y = depthwise_conv2d(x, w, strides, padding, data_format, dilations)
    return _convolved("separable_conv2d", 2, y, mix, 1, "VALID", data_format, 1)
