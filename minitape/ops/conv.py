"""Convolution: three primitives, each bilinear, and each differentiating into the other two.

With x the images, w the filters and g a cotangent of the result:
conv2d(x, w), conv2d_backprop_input(w, g) and conv2d_backprop_filter(x, g).
"""

from ..arrays import array_module
from ..engine import alike, primitive
from ..errors import InvalidArgumentError
from .window import check_image, window_of


def _by_group(convolve, groups: int, *arrays):
    """Runs `convolve` on each group of channels by itself and joins the results."""
    xp = array_module(arrays[0])
    pieces = zip(*(xp.split(a, groups, axis=-1) for a in arrays), strict=True)
    return xp.concatenate([convolve(*piece) for piece in pieces], axis=-1)


@primitive(kinds="f")
def _conv2d(x, w, *, window):
    groups = x.shape[3] // w.shape[2]
    if groups > 1:
        return _by_group(lambda x, w: _conv2d.forward(x, w, window=window), groups, x, w)
    steps = window.output_size(*x.shape[1:3])
    patches = window.patches(window.padded(x), steps)
    return (patches @ w.reshape(-1, w.shape[3])).reshape(x.shape[0], *steps, w.shape[3])


@primitive(kinds="f")
def _conv2d_backprop_input(w, g, *, window, input_shape):
    """The cotangent of x: each place in the window sends g back through its part of w."""
    n, height, width, channels = input_shape
    if channels != w.shape[2]:
        per_group = (n, height, width, w.shape[2])
        return _by_group(
            lambda w, g: _conv2d_backprop_input.forward(w, g, window=window, input_shape=per_group),
            channels // w.shape[2],
            w,
            g,
        )
    (top, bottom), (left, right) = window.border(0, height), window.border(1, width)
    shape = (n, height + top + bottom, width + left + right, channels)
    image = array_module(g).zeros(shape, g.dtype)
    rows = g.reshape(-1, g.shape[3])
    for i, j, tap in window.taps(image, g.shape[1:3]):
        tap += (rows @ w[i, j].T).reshape(tap.shape)
    return window.unpadded(image, height, width)


@primitive(kinds="f")
def _conv2d_backprop_filter(x, g, *, window, filter_shape):
    """The cotangent of w: what each window saw, times what came back from it."""
    groups = x.shape[3] // filter_shape[2]
    if groups > 1:
        per_group = (*filter_shape[:3], filter_shape[3] // groups)
        return _by_group(
            lambda x, g: _conv2d_backprop_filter.forward(
                x, g, window=window, filter_shape=per_group
            ),
            groups,
            x,
            g,
        )
    patches = window.patches(window.padded(x), g.shape[1:3])
    return (patches.T @ g.reshape(-1, g.shape[3])).reshape(filter_shape)


_conv2d.linear(
    lambda g, y, x, w, *, window: _conv2d_backprop_input(
        w, g, window=window, input_shape=x.array.shape
    ),
    lambda g, y, x, w, *, window: _conv2d_backprop_filter(
        x, g, window=window, filter_shape=w.array.shape
    ),
)
_conv2d_backprop_input.linear(
    lambda c, y, w, g, *, window, input_shape: _conv2d_backprop_filter(
        c, g, window=window, filter_shape=w.array.shape
    ),
    lambda c, y, w, g, *, window, input_shape: _conv2d(c, w, window=window),
)
_conv2d_backprop_filter.linear(
    lambda c, y, x, g, *, window, filter_shape: _conv2d_backprop_input(
        c, g, window=window, input_shape=x.array.shape
    ),
    lambda c, y, x, g, *, window, filter_shape: _conv2d(x, c, window=window),
)


def conv2d(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    """Slides filters over images and takes the products' sums (a cross-correlation).

    Args:
        input: images, (batch, height, width, channels).
        filters: (height, width, channels / groups, outputs).
        strides: the filter's steps: a number, a pair, or [1, height, width, 1].
        padding: "VALID" (filters stay inside) or "SAME" (zeros around the image).
        data_format: "NHWC".
        dilations: distance between the filter's places, 1 unless given.
        name: not used.

    Returns:
        (batch, rows, columns, outputs).

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    x, w = alike(input, filters)
    check_image("conv2d", x)
    if data_format != "NHWC":
        raise ValueError(f"conv2d takes data_format='NHWC'. Received: {data_format!r}.")
    if w.ndim != 4 or x.shape[3] % w.shape[2] or w.shape[3] % (x.shape[3] // w.shape[2]):
        raise InvalidArgumentError(
            f"conv2d: filters of shape {w.shape} don't fit input of shape {x.shape}: expected "
            "(height, width, channels / groups, outputs), where the groups divide the input's "
            f"{x.shape[3]} channels and the outputs."
        )
    window = window_of("conv2d", w.shape[:2], strides, padding, dilations or 1)
    if min(window.output_size(*x.shape[1:3])) < 1:
        raise InvalidArgumentError(
            f"conv2d: the filter {tuple(w.shape[:2])} with dilation {window.dilation} is larger "
            f"than the image {tuple(x.shape[1:3])}. Use padding='SAME' or a smaller filter."
        )
    return _conv2d(x, w, window=window)
