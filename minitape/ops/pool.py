"""Pooling: the maximum or the mean of each window."""

from ..arrays import array_module
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .math import zeros_like
from .window import check_image, window_of


@primitive(kinds="f")
def _max_pool(x, *, window):
    xp = array_module(x)
    steps = window.output_size(*x.shape[1:3])
    taps = window.taps(window.padded(x, -xp.inf), steps)
    _, _, first = next(taps)
    best = first.copy()
    for _, _, tap in taps:
        xp.fmax(best, tap, out=best)  # fmax passes over nan, as TensorFlow does
    return best


def _hits(x, y, window):
    """For each place in the window, where the maximum was first found there."""
    xp = array_module(x)
    free = xp.ones(y.shape, bool)
    for i, j, tap in window.taps(window.padded(x, -xp.inf), y.shape[1:3]):
        hit = (tap == y) & free
        free &= ~hit
        yield i, j, hit


@primitive(kinds="f")
def _max_pool_grad(g, x, y, *, window):
    """The cotangent of x: g at the first maximum of each window."""
    height, width = x.shape[1:3]
    image = array_module(g).zeros_like(window.padded(x))
    for (_, _, target), (_, _, hit) in zip(
        window.taps(image, g.shape[1:3]), _hits(x, y, window), strict=True
    ):
        target += g * hit
    return window.unpadded(image, height, width)


@primitive(kinds="f")
def _max_pool_pick(t, x, y, *, window):
    """The transpose of `max_pool_grad`: t where each window's first maximum stands."""
    picked = array_module(t).zeros_like(y)
    for (_, _, tap), (_, _, hit) in zip(
        window.taps(window.padded(t), y.shape[1:3]), _hits(x, y, window), strict=True
    ):
        picked += tap * hit
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


@primitive(kinds="f")
def _avg_pool(x, *, window):
    steps = window.output_size(*x.shape[1:3])
    total = array_module(x).zeros((x.shape[0], *steps, x.shape[3]), x.dtype)
    for _, _, tap in window.taps(window.padded(x), steps):
        total += tap
    return total / _counts(x, x.shape, window)


@primitive(kinds="f")
def _avg_pool_grad(g, *, window, input_shape):
    """The cotangent of x: each window hands its g out in equal parts."""
    xp = array_module(g)
    n, height, width, channels = input_shape
    (top, bottom), (left, right) = window.border(0, height), window.border(1, width)
    image = xp.zeros((n, height + top + bottom, width + left + right, channels), g.dtype)
    share = g / _counts(g, input_shape, window)
    for _, _, target in window.taps(image, g.shape[1:3]):
        target += share
    return window.unpadded(image, height, width)


def _counts(like, input_shape, window):
    """How many pixels of the image, not of its border, each window holds."""
    xp = array_module(like)
    inside = window.padded(xp.ones((1, *input_shape[1:3], 1), like.dtype))
    steps = window.output_size(*input_shape[1:3])
    return sum(tap for _, _, tap in window.taps(inside, steps))


_avg_pool.linear(
    lambda g, y, x, *, window: _avg_pool_grad(g, window=window, input_shape=x.array.shape)
)
_avg_pool_grad.linear(lambda c, y, g, *, window, input_shape: _avg_pool(c, window=window))


def _pool(name: str, op, input, ksize, strides, padding):
    x = convert_to_tensor(input)
    check_image(name, x)
    window = window_of(name, ksize, strides, padding)
    if min(window.output_size(*x.shape[1:3])) < 1:
        raise InvalidArgumentError(
            f"{name}: the window {window.size} is larger than the image {tuple(x.shape[1:3])}. "
            "Use padding='SAME' or a smaller window."
        )
    return op(x, window=window)


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The largest value in each window and channel; its gradient goes to the first such one.

    Args:
        input: images, (batch, height, width, channels).
        ksize: the window: a number, or (height, width).
        strides: the window's steps.
        padding: "VALID" or "SAME".
        data_format: "NHWC".
        name: not used.
    """
    return _pool("max_pool2d", _max_pool, input, ksize, strides, padding)


def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The mean of each window and channel, counting the image's own pixels only.

    Args:
        input: images, (batch, height, width, channels).
        ksize: the window: a number, or (height, width).
        strides: the window's steps.
        padding: "VALID" or "SAME".
        data_format: "NHWC".
        name: not used.
    """
    return _pool("avg_pool2d", _avg_pool, input, ksize, strides, padding)
