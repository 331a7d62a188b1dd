"""What networks are made of, as Keras names it."""

from ... import ops as _ops
from ...settings import epsilon as _epsilon
from ...settings import floatx as _floatx
from .. import activations as _activations
from . import promotion as _promotion
from .numpy.elementwise import _of_one

_float, _cast = _promotion.floating, _promotion.cast

# -- activations -----------------------------------------------------------------------------------

hard_sigmoid = _of_one(_activations.hard_sigmoid, _float, "hard_sigmoid", "0 to 1, by lines.")
hard_silu = hard_swish = _of_one(_activations.hard_silu, _float, "hard_silu", "By lines.")
log_sigmoid = _of_one(_ops.log_sigmoid, _float, "log_sigmoid")
relu = _of_one(_ops.relu, _promotion.tensor, "relu")
relu6 = _of_one(_ops.relu6, _promotion.tensor, "relu6")
selu = _of_one(_ops.selu, _float, "selu")
sigmoid = _of_one(_ops.sigmoid, _float, "sigmoid")
silu = swish = _of_one(_ops.silu, _float, "silu")
softplus = _of_one(_ops.softplus, _float, "softplus")
softsign = _of_one(_ops.softsign, _float, "softsign")


def celu(x, alpha=1.0):
    """x where it is positive; alpha (exp(x / alpha) - 1) elsewhere."""
    x = _float(x)
    return _ops.maximum(x, 0.0) + alpha * _ops.expm1(_ops.minimum(x, 0.0) / alpha)


def elu(x, alpha=1.0):
    """x where it is positive; alpha (exp(x) - 1) elsewhere."""
    return _activations.elu(_float(x), alpha)


def gelu(x, approximate=True):
    """x times the probability that a normal number is smaller, or an approximation of that."""
    return _activations.gelu(_float(x), approximate)


def glu(x, axis=-1):
    """One half of x along an axis times the sigmoid of the other."""
    values, gates = _ops.split(_float(x), 2, axis)
    return values * _ops.sigmoid(gates)


def leaky_relu(x, negative_slope=0.2):
    """x where it is positive; negative_slope x elsewhere."""
    return _activations.leaky_relu(_float(x), negative_slope)


def log_softmax(x, axis=-1):
    """The logarithm of the softmax along an axis."""
    return _ops.log_softmax(_float(x), axis)


def softmax(x, axis=-1):
    """Probabilities along an axis (along several, or all, together) proportional to exp(x)."""
    x = _float(x)
    if isinstance(axis, int):
        return _ops.softmax(x, axis)
    exps = _ops.exp(x - _ops.stop_gradient(_ops.reduce_max(x, axis, keepdims=True)))
    return exps / _ops.reduce_sum(exps, axis, keepdims=True)


# -- classes ---------------------------------------------------------------------------------------


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """Class numbers as vectors of zeros with a single 1; without one for a number that is none."""
    if sparse:
        raise ValueError("There are no sparse tensors in minitape: sparse must be False.")
    return _ops.one_hot(_cast(x, "int64"), num_classes, axis=axis, dtype=dtype or _floatx())


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False):
    """Lists of class numbers as vectors of zeros with a 1 for each number in the list."""
    if num_classes is None:
        raise ValueError("`keras.ops.multi_hot` needs `num_classes`. Received: None.")
    inputs = _promotion.tensor(inputs)
    along = 1 if inputs.ndim > 1 else 0
    return _ops.reduce_max(one_hot(inputs, num_classes, axis, dtype, sparse), axis=along)


def binary_crossentropy(target, output, from_logits=False):
    """-t log(p) - (1 - t) log(1 - p), elementwise."""
    target, output = (_float(x) for x in _promotion.tensors(target, output))
    if from_logits:
        return _ops.sigmoid_cross_entropy_with_logits(labels=target, logits=output)
    output = _ops.clip_by_value(output, _epsilon(), 1 - _epsilon())
    return -(target * _ops.log(output) + (1 - target) * _ops.log(1 - output))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-Σ t log(p) along an axis, of probabilities that are made to sum to 1."""
    target, output = (_float(x) for x in _promotion.tensors(target, output))
    if from_logits:
        return -_ops.reduce_sum(target * _ops.log_softmax(output, axis), axis)
    output = output / _ops.reduce_sum(output, axis, keepdims=True)
    output = _ops.clip_by_value(output, _epsilon(), 1 - _epsilon())
    return -_ops.reduce_sum(target * _ops.log(output), axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-log(p) of the class that is the target."""
    output = _float(output)
    if not from_logits:
        output = _ops.log(_ops.clip_by_value(output, _epsilon(), 1 - _epsilon()))
    target = _cast(target, "int64")
    if target.ndim == output.ndim:
        target = _ops.squeeze(target, -1)
    hot = _ops.one_hot(target, output.shape[axis], axis=axis, dtype=output.dtype)
    return -_ops.reduce_sum(hot * _ops.log_softmax(output, axis), axis)


def in_top_k(targets, predictions, k):
    """Whether each target is among the k largest predictions."""
    return _ops.in_top_k(_promotion.tensor(targets), _float(predictions), k)


def top_k(x, k, sorted=True):
    """The k largest values along the last axis, and where they stand."""
    return _ops.top_k(_promotion.tensor(x), k, sorted)


# -- windows ---------------------------------------------------------------------------------------


def _channels_last(data_format) -> None:
    if data_format not in (None, "channels_last"):
        raise ValueError(
            "minitape computes on images with the channels last: data_format must be "
            f"'channels_last'. Received: {data_format!r}."
        )


def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of (batch, ..., channels) in one, two or three dimensions."""
    _channels_last(data_format)
    inputs, kernel = _promotion.tensors(inputs, kernel)
    return _ops.convolution(
        inputs,
        kernel,
        _each(strides, inputs),
        padding.upper(),
        dilations=_each(dilation_rate, inputs),
    )


def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of each channel of images with filters of its own."""
    _channels_last(data_format)
    inputs, kernel = _promotion.tensors(inputs, kernel)
    strides, dilations = _each(strides, inputs), _each(dilation_rate, inputs)
    return _ops.depthwise_conv2d(
        inputs, kernel, [1, *strides, 1], padding.upper(), dilations=dilations
    )


def separable_conv(
    inputs,
    depthwise_kernel,
    pointwise_kernel,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """A convolution of each channel on its own, and one over the channels."""
    inputs = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(inputs, pointwise_kernel)


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The largest value in each window of (batch, ..., channels)."""
    return _pooled("MAX", inputs, pool_size, strides, padding, data_format)


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of each window of (batch, ..., channels)."""
    return _pooled("AVG", inputs, pool_size, strides, padding, data_format)


def _pooled(kind, inputs, pool_size, strides, padding, data_format):
    _channels_last(data_format)
    inputs = _promotion.tensor(inputs)
    size = _each(pool_size, inputs)
    strides = size if strides is None else _each(strides, inputs)
    return _ops.pool(inputs, size, kind, strides, padding.upper())


def _each(value, inputs) -> list[int]:
    """A number for each axis between the batch and the channels."""
    return [value] * (inputs.ndim - 2) if isinstance(value, int) else list(value)


# -- normalization ---------------------------------------------------------------------------------


def moments(x, axes, keepdims=False, synchronized=False):
    """Mean and variance along axes."""
    return _ops.moments(_float(x), list(axes), keepdims=keepdims)


def normalize(x, axis=-1, order=2, epsilon=None):
    """x with vectors of length 1 along an axis."""
    x = _float(x)
    epsilon = _epsilon() if epsilon is None else epsilon
    if order == 2:
        return _ops.l2_normalize(x, axis, epsilon**2)
    return x / _ops.maximum(_ops.norm(x, order, axis, True), epsilon)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """(x - mean) / sqrt(variance + epsilon) · scale + offset, of statistics along an axis."""
    x = _float(x)
    shape = [1] * x.ndim
    shape[axis] = -1

    def spread(value):
        return None if value is None else _ops.reshape(_cast(value, x.dtype), shape)

    mean, variance, offset, scale = map(spread, (mean, variance, offset, scale))
    return _ops.batch_normalization(x, mean, variance, offset, scale, epsilon)


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    """x with mean 0 and variance 1 along an axis, then times gamma, plus beta."""
    x = _float(x)
    epsilon = _epsilon() if epsilon is None else epsilon
    mean, variance = _ops.moments(x, [axis] if isinstance(axis, int) else axis, keepdims=True)
    return _ops.batch_normalization(x, mean, variance, beta, gamma, epsilon)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """x divided by the root of its mean square along an axis, times scale."""
    x = _float(x)
    epsilon = _epsilon() if epsilon is None else epsilon
    mean_square = _ops.reduce_mean(_ops.square(x), axis, keepdims=True)
    result = x * _ops.rsqrt(mean_square + epsilon)
    return result if scale is None else result * _cast(scale, x.dtype)
