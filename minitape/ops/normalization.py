"""Normalization: moments, and what is done with them; a bias for each channel."""

import numpy

from ..arrays import cpu, cuda
from ..engine import alike, conj, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import constant, reshape
from .linalg import matmul
from .math import divide_no_nan, maximum, multiply, reciprocal, rsqrt, square, squared_difference
from .reduce import axes_of, keeps_the_last, mean_array, reduce_mean, reduce_sum, without_axes
from .types import cast, zeros_like

# -- moments ---------------------------------------------------------------------------------------


# How the mean moves has no first-order part in the variance: the distances from it add up to 0.
@primitive(kinds="iuf")
def _variance(x, mean, *, axis):
    distance = x - mean
    return mean_array(distance * distance, axis)


def _variance_kernel(x, mean, *, axis):
    if not keeps_the_last(x, axis):
        return NotImplemented
    total = cpu.squared_distances(x, mean)
    if total is not NotImplemented:
        total = (total / (x.size // total.size)).reshape(mean.shape)
    return total


_variance.defkernel(cpu=_variance_kernel, cuda=cuda.variance)


def _variance_vjp(g, y, x, mean, *, axis):
    share = max(y.shape.num_elements(), 1) / max(x.shape.num_elements(), 1)
    return (x - mean) * (g * (2 * share))


_variance.defvjp(_variance_vjp, None)
_variance.defjvp(
    lambda t, y, x, mean, *, axis: reduce_mean((x - mean) * t * 2, axis, keepdims=True), None
)


def moments(x, axes, shift=None, keepdims=False, name=None):
    """(mean, variance) along `axes`; the variance is the mean squared distance from the mean.

    float16 is computed in float32. Second derivatives are right, where TensorFlow takes the mean
    for a constant.

    Args:
        x: numbers.
        axes: a number, or a list of them.
        shift: not used.
        keepdims: whether the axes stay, with length 1.
        name: not used.
    """
    x = convert_to_tensor(x)
    dtype = x.dtype
    if dtype == "float16":
        x = cast(x, "float32")
    axes = axes_of(x, axes)
    mean = reduce_mean(x, axes, keepdims=True)
    variance = _variance(x, mean, axis=axes)
    return tuple(cast(without_axes(y, axes, keepdims), dtype) for y in (mean, variance))


def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """(mean, variance) along `axes`, with each element counted by its weight.

    Where the weights add up to 0, so are both. float16 is computed in float32.

    Args:
        x: floats.
        axes: a number, or a list of them.
        frequency_weights: weights, which are broadcast against x.
        keepdims: whether the axes stay, with length 1.
        name: not used.
    """
    x = convert_to_tensor(x)
    dtype = x.dtype
    if dtype == "float16":
        x = cast(x, "float32")
    weights = cast(frequency_weights, x.dtype)
    total = weights + zeros_like(x)  # one weight for each element
    axes = axes_of(total, axes)
    count = reduce_sum(total, axes, keepdims=True)
    mean = divide_no_nan(reduce_sum(weights * x, axes, keepdims=True), count)
    distance = reduce_sum(weights * squared_difference(x, mean), axes, keepdims=True)
    variance = divide_no_nan(distance, count)
    return tuple(cast(without_axes(y, axes, keepdims), dtype) for y in (mean, variance))


def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None):
    """(count, sum, sum of squares, shift): what `normalize_moments` makes moments of.

    Args:
        x: numbers.
        axes: a list of axes.
        shift: a number near the mean, for the precision: it is taken from x first.
        keepdims: whether the axes stay, with length 1.
        name: not used.
    """
    x = convert_to_tensor(x)
    axes = axes_of(x, sorted(set(axes)) if isinstance(axes, (list, tuple)) else axes)
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    if shift is not None:
        shift = convert_to_tensor(shift, x.dtype)
        total, squares = x - shift, squared_difference(x, shift)
    else:
        total, squares = x, square(x)
    return (
        constant(count, x.dtype),
        reduce_sum(total, axes, keepdims),
        reduce_sum(squares, axes, keepdims),
        shift,
    )


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """(mean, variance) of what `sufficient_statistics` gives."""
    counts, mean_ss, variance_ss = alike(counts, mean_ss, variance_ss)
    share = reciprocal(counts)
    mean = mean_ss * share
    variance = variance_ss * share - square(mean)
    return (mean if shift is None else mean + shift), variance


# -- normalization ---------------------------------------------------------------------------------


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset; offset and scale may be None.

    The statistics may be of float32 where x is of float16.
    """
    x, mean, variance = map(convert_to_tensor, (x, mean, variance))
    factor = rsqrt(variance + variance_epsilon)
    if scale is not None:
        factor = factor * scale
    shift = -mean * factor if offset is None else offset - mean * factor
    return x * cast(factor, x.dtype) + cast(shift, x.dtype)


def batch_norm_with_global_normalization(
    input, mean, variance, beta, gamma, variance_epsilon, scale_after_normalization, name=None
):
    """batch_normalization with offset `beta` and, if scale_after_normalization, scale `gamma`."""
    scale = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, scale, variance_epsilon)


def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """x / (bias + alpha * s) ** beta, with s the sum of the squares of the channels around.

    From "ImageNet Classification with Deep Convolutional Neural Networks", Krizhevsky et al., 2012.

    Args:
        input: images, (batch, height, width, channels).
        depth_radius: how many channels before and after each one are added up.
        bias: keeps the divisor from 0.
        alpha: a factor.
        beta: an exponent.
        name: not used.

    Raises:
        InvalidArgumentError: an input of other than four axes, or a negative radius.
    """
    x = convert_to_tensor(input)
    if x.ndim != 4 or depth_radius < 0:
        raise InvalidArgumentError(
            "local_response_normalization: expected images of shape (batch, height, width, "
            f"channels) and a radius of at least 0. Received: shape {x.shape}, "
            f"depth_radius={depth_radius}."
        )
    channel = numpy.arange(x.shape[3])
    near = abs(channel[:, None] - channel) <= depth_radius
    around = matmul(square(x), cast(near, x.dtype))
    return x * (bias + alpha * around) ** -beta


lrn = local_response_normalization


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """x divided by its Euclidean norm along `axis`, where the square is at least epsilon."""
    x = convert_to_tensor(x)
    total = reduce_sum(cast(x * conj(x), x.dtype.real_dtype), axis, keepdims=True)
    return multiply(x, cast(rsqrt(maximum(total, epsilon)), x.dtype))


# -- bias ------------------------------------------------------------------------------------------


def bias_add(value, bias, data_format=None, name=None):
    """value + bias, with one number of the bias for each channel.

    Args:
        value: numbers of at least two axes.
        bias: (channels,).
        data_format: where the channels are: "N...C", the last axis, or "NC...", the second.
        name: not used.

    Raises:
        InvalidArgumentError: shapes that don't fit.
        ValueError: another data_format.
    """
    value, bias = alike(value, bias)
    first = data_format is not None and data_format[:2] == "NC"
    if data_format is not None and not first and data_format[::-1][:1] + data_format[:1] != "CN":
        raise ValueError(
            f"bias_add: data_format must be of the form 'N...C' or 'NC...'. "
            f"Received: {data_format!r}."
        )
    channels = value.shape[1 if first else -1] if value.ndim > 1 else None
    if value.ndim < 2 or bias.shape != (channels,):
        raise InvalidArgumentError(
            "bias_add: expected values of at least two axes and a bias of shape (channels,), here "
            f"({channels},). Received: values of shape {value.shape}, a bias of shape {bias.shape}."
        )
    return value + (reshape(bias, (channels, *[1] * (value.ndim - 2))) if first else bias)
