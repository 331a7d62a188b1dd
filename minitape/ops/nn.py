"""Neural-network functions: activations, softmax, cross entropies, normalization."""

from ..arrays import array_module
from ..engine import alike, conj, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import expand_dims, reshape
from .math import (
    cast,
    exp,
    log1p,
    maximum,
    minimum,
    multiply,
    rsqrt,
    sigmoid,
    tanh,
    where,
    zeros_like,
)
from .reduce import axes_of, mean_array, reduce_mean, reduce_sum
from .rules import elementwise
from .special import erf

# -- activations -----------------------------------------------------------------------------------


# Second derivatives of what is piecewise linear are zero, not None, as in TensorFlow.
@elementwise(lambda c, d, g, y: relu_grad(c, y), lambda c, d, g, y: zeros_like(y))
def relu_grad(g, y):
    """The cotangent (or tangent) through relu: g where the output y is above 0."""
    return g * (y > 0)


# relu'(0) = 0, and relu'(nan) = 0.
@elementwise(lambda g, y, x: relu_grad(g, y))
def relu(features):
    """max(x, 0), elementwise."""
    return array_module(features).maximum(features, 0)


@elementwise(lambda c, d, g, x: relu6_grad(c, x), lambda c, d, g, x: zeros_like(x))
def relu6_grad(g, x):
    """The cotangent (or tangent) through relu6: g where the input x is between 0 and 6."""
    return g * ((x > 0) & (x < 6))


@elementwise(lambda g, y, x: relu6_grad(g, x))
def relu6(features):
    """min(max(x, 0), 6), elementwise."""
    return array_module(features).clip(features, 0, 6)


@elementwise(lambda g, y, x, *, alpha: zeros_like(g), kinds="f")
def _leaky_relu_slope(x, *, alpha):
    """The derivative of leaky_relu: 1 above 0, alpha elsewhere."""
    return array_module(x).where(x > 0, x.dtype.type(1), x.dtype.type(alpha))


# The derivative at 0 is alpha.
@elementwise(lambda g, y, x, *, alpha: g * _leaky_relu_slope(x, alpha=alpha), kinds="f")
def _leaky_relu(features, *, alpha):
    return array_module(features).where(features > 0, features, features * alpha)


def leaky_relu(features, alpha=0.2, name=None):
    """x above 0, alpha * x elsewhere, elementwise."""
    return _leaky_relu(features, alpha=float(alpha))


# The derivative at 0 is 1 from either side.
@elementwise(lambda g, y, x: where(x < 0, g * (y + 1), g), kinds="f")
def elu(features):
    """x above 0, exp(x) - 1 elsewhere, elementwise."""
    xp = array_module(features)
    return xp.where(features > 0, features, xp.expm1(xp.minimum(features, 0)))


# From "Self-Normalizing Neural Networks", Klambauer et al., 2017.
_SELU_SCALE = 1.0507009873554805
_SELU_ALPHA = 1.6732632423543772


def selu(features, name=None):
    """scale * (x above 0, alpha * (exp(x) - 1) elsewhere), elementwise."""
    x = convert_to_tensor(features)
    below = _SELU_ALPHA * (exp(minimum(x, 0)) - 1)
    return _SELU_SCALE * where(x >= 0, x, below)


def silu(features, beta=1.0):
    """x * sigmoid(beta * x), elementwise: swish."""
    x = convert_to_tensor(features)
    return x * sigmoid(x * beta)


def gelu(features, approximate=False, name=None):
    """x * P(X <= x) for a normal X, elementwise; `approximate` uses tanh."""
    x = convert_to_tensor(features)
    if approximate:
        inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)  # sqrt(2 / pi)
        return 0.5 * x * (1 + tanh(inner))
    return 0.5 * x * (1 + erf(x * 0.7071067811865476))  # 1 / sqrt(2)


# -- softmax and cross entropies -----------------------------------------------------------------


def _softmax_array(logits, axis=-1):
    if not logits.size:
        return logits
    e = array_module(logits).exp(logits - logits.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@primitive(kinds="f")
def _softmax(logits, *, axis):
    return _softmax_array(logits, axis)


_softmax.defvjp(lambda g, y, x, *, axis: (g - reduce_sum(g * y, axis, keepdims=True)) * y)
_softmax.defjvp(lambda t, y, x, *, axis: (t - reduce_sum(t * y, axis, keepdims=True)) * y)


def softmax(logits, axis=None, name=None):
    """exp(x) / sum(exp(x)) along `axis` (the last unless given)."""
    return _softmax(logits, axis=-1 if axis is None else int(axis))


@primitive(kinds="f")
def _log_softmax(logits, *, axis):
    if not logits.size:
        return logits
    shifted = logits - logits.max(axis=axis, keepdims=True)
    xp = array_module(logits)
    return shifted - xp.log(xp.exp(shifted).sum(axis=axis, keepdims=True))


_log_softmax.defvjp(lambda g, y, x, *, axis: g - exp(y) * reduce_sum(g, axis, keepdims=True))
_log_softmax.defjvp(lambda t, y, x, *, axis: t - reduce_sum(exp(y) * t, axis, keepdims=True))


def log_softmax(logits, axis=None, name=None):
    """log(softmax(x)) along `axis` (the last unless given), exact where softmax would be 0."""
    return _log_softmax(logits, axis=-1 if axis is None else int(axis))


def _cross_entropy_array(labels, logits):
    xp = array_module(logits)
    if not logits.shape[-1]:  # without classes there is nothing to be wrong about
        return labels.sum(axis=-1)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = xp.log(xp.exp(shifted).sum(axis=-1, keepdims=True))
    return (labels * (log_total - shifted)).sum(axis=-1)


@primitive(kinds="f")
def _softmax_cross_entropy(labels, logits):
    return _cross_entropy_array(labels, logits)


@primitive(kinds="f")
def softmax_cross_entropy_grad(labels, logits):
    """softmax(logits) - labels: what the cross entropy's gradient is, for labels that sum to 1."""
    return _softmax_array(logits) - labels


_softmax_cross_entropy.defvjp(
    lambda g, y, labels, logits: expand_dims(-g, -1) * log_softmax(logits),
    lambda g, y, labels, logits: expand_dims(g, -1) * softmax_cross_entropy_grad(labels, logits),
)
softmax_cross_entropy_grad.defvjp(
    lambda g, y, labels, logits: -g,
    lambda g, y, labels, logits: _softmax_vjp(g, softmax(logits)),
)


def _softmax_vjp(g, p):
    return (g - reduce_sum(g * p, -1, keepdims=True)) * p


def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """-sum(labels * log_softmax(logits)): one loss per row.

    Args:
        labels: probabilities in the shape of the logits; rows should sum to 1.
        logits: scores, before softmax.
        axis: the last.
        name: not used.
    """
    logits = convert_to_tensor(logits)
    labels = cast(labels, logits.dtype)
    if axis not in (-1, logits.ndim - 1):
        raise ValueError(f"The classes must lie along the last axis. Received: axis={axis}.")
    if labels.shape != logits.shape:
        raise InvalidArgumentError(
            f"logits and labels must have the same shape: logits_size={list(logits.shape)} "
            f"labels_size={list(labels.shape)}."
        )
    return _softmax_cross_entropy(labels, logits)


@primitive(mixed=True)
def _sparse_softmax_cross_entropy(labels, logits):
    xp = array_module(logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = xp.log(xp.exp(shifted).sum(axis=-1))
    return log_total - xp.take_along_axis(shifted, labels[..., None], axis=-1)[..., 0]


@primitive(mixed=True)
def sparse_softmax_cross_entropy_grad(labels, logits):
    """softmax(logits) with 1 taken off at each row's label."""
    xp = array_module(logits)
    p = _softmax_array(logits)
    at_label = labels[..., None]
    xp.put_along_axis(p, at_label, xp.take_along_axis(p, at_label, axis=-1) - 1, axis=-1)
    return p


_sparse_softmax_cross_entropy.defvjp(
    None,
    lambda g, y, labels, logits: (
        expand_dims(g, -1) * sparse_softmax_cross_entropy_grad(labels, logits)
    ),
)
sparse_softmax_cross_entropy_grad.defvjp(
    None, lambda g, y, labels, logits: _softmax_vjp(g, softmax(logits))
)


def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """-log(softmax(logits)) at each row's label: one loss per row.

    Args:
        labels: integers in [0, classes), in the shape of the logits without the last axis.
        logits: scores, before softmax.
        name: not used.

    Raises:
        InvalidArgumentError: a label that names no class, or is not an integer.
        ValueError: labels of another shape.
    """
    labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
    if not labels.dtype.is_integer:
        raise InvalidArgumentError(
            f"Labels must be integers. Received: {labels.dtype.name}. For labels given as "
            "probabilities use softmax_cross_entropy_with_logits."
        )
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels must have the shape of the logits without the last axis, "
            f"{logits.shape[:-1]}. Received: labels of shape {labels.shape}, logits of shape "
            f"{logits.shape}."
        )
    classes = logits.shape[-1]
    wrong = (labels.array < 0) | (labels.array >= classes)
    if wrong.any():
        raise InvalidArgumentError(
            f"Received a label value of {int(labels.array[wrong].flat[0])} which is outside the "
            f"valid range of [0, {classes}). Label values must be smaller than the number of "
            "outputs."
        )
    return _sparse_softmax_cross_entropy(labels, logits)


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """-labels * log(p) - (1 - labels) * log(1 - p) with p = sigmoid(logits), elementwise, stable.

    Computed as max(x, 0) - x * z + log(1 + exp(-|x|)).
    """
    labels, logits = alike(labels, logits)
    if labels.shape != logits.shape:
        raise ValueError(
            f"`logits` and `labels` must have the same shape, received ({logits.shape} vs "
            f"{labels.shape})."
        )
    # Written with `where` on the sign, so that the derivative at 0 is sigmoid(0) - z.
    positive = logits >= 0
    above = where(positive, logits, zeros_like(logits))
    minus_magnitude = where(positive, -logits, logits)
    return above - logits * labels + log1p(exp(minus_magnitude))


# -- normalization -------------------------------------------------------------------------------


def bias_add(value, bias, data_format=None, name=None):
    """value + bias, the bias along the last axis."""
    value, bias = alike(value, bias)
    if bias.ndim != 1 or value.shape[-1] != bias.shape[0]:
        raise InvalidArgumentError(
            f"bias_add: expected a bias of shape ({value.shape[-1]},) for values of shape "
            f"{value.shape}. Received: {bias.shape}."
        )
    return value + bias


@primitive(kinds="f")
def _moments(x, *, axis):
    mean = mean_array(x, axis)
    distance = x - mean
    return mean, mean_array(distance * distance, axis)


def _moments_vjp(g, y, x, *, axis):
    share = max(y[0].shape.num_elements(), 1) / max(x.shape.num_elements(), 1)
    return (x - y[0]) * (g[1] * (2 * share)) + g[0] * share


# How the mean moves has no first-order part in the variance: the distances from it add up to 0.
_moments.defvjp(_moments_vjp)
_moments.defjvp(
    lambda t, y, x, *, axis: (
        reduce_mean(t, axis, keepdims=True),
        reduce_mean((x - y[0]) * t * 2, axis, keepdims=True),
    )
)


def moments(x, axes, shift=None, keepdims=False, name=None):
    """(mean, variance) along `axes`; the variance is the mean squared distance from the mean.

    Second derivatives are right, where TensorFlow takes the mean for a constant.
    """
    x = convert_to_tensor(x)
    axes = axes_of(x, axes)
    mean, variance = _moments(x, axis=axes)
    if keepdims:
        return mean, variance
    lengths = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return reshape(mean, lengths), reshape(variance, lengths)


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset; offset and scale may be None."""
    factor = rsqrt(variance + variance_epsilon)
    if scale is not None:
        factor = factor * scale
    shift = -mean * factor if offset is None else offset - mean * factor
    return x * factor + shift


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """x divided by its Euclidean norm along `axis`, where the square is at least epsilon."""
    x = convert_to_tensor(x)
    total = reduce_sum(cast(x * conj(x), x.dtype.real_dtype), axis, keepdims=True)
    return multiply(x, cast(rsqrt(maximum(total, epsilon)), x.dtype))
