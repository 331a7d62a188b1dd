"""Softmax, cross entropies and other losses that take logits."""

import math

import numpy

from ..arrays import array_module, cpu, cuda, with_kernel
from ..engine import alike, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import broadcast_to, expand_dims, from_front, squeeze, transpose
from .logic import logical_and, where
from .math import divide_no_nan, exp, log, log1p, softplus
from .reduce import reduce_sum
from .types import cast, zeros_like

# -- softmax ---------------------------------------------------------------------------------------


def _axis_of(op: str, logits, axis) -> int:
    """The classes' axis (the last unless given), counted from the front."""
    if isinstance(axis, (list, tuple)):
        raise TypeError(f"{op}: the axis must be one integer. Received: {axis!r}.")
    return from_front(op, -1 if axis is None else int(axis), logits.ndim)


def _shifted(logits, axis=-1):
    """The logits less the largest along the axis, so that exp can't overflow: a new array."""
    return logits - logits.max(axis=axis, keepdims=True)


_shifted = with_kernel(_shifted, cpu.shifted)


def _softmax_array(logits, axis=-1):
    """The softmax as a new array."""
    if not logits.size:
        return logits.copy()  # it may be a view that can't be written
    xp, e = array_module(logits), _shifted(logits, axis)
    xp.exp(e, out=e)
    e /= xp.add.reduce(e, axis=axis, keepdims=True)
    return e


@primitive(kinds="f")
def _softmax(logits, *, axis):
    return _softmax_array(logits, axis)


_softmax.defkernel(cpu.softmax, cuda.softmax)
_softmax.defvjp(lambda g, y, x, *, axis: (g - reduce_sum(g * y, axis, keepdims=True)) * y)
_softmax.defjvp(lambda t, y, x, *, axis: (t - reduce_sum(t * y, axis, keepdims=True)) * y)


def softmax(logits, axis=None, name=None):
    """exp(x) / sum(exp(x)) along `axis` (the last unless given).

    Raises:
        InvalidArgumentError: there is no such axis, or the logits are no floats.
    """
    logits = convert_to_tensor(logits)
    return _softmax(logits, axis=_axis_of("softmax", logits, axis))


@primitive(kinds="f")
def _log_softmax(logits, *, axis):
    if not logits.size:
        return logits
    xp, shifted = array_module(logits), _shifted(logits, axis)
    return shifted - xp.log(xp.add.reduce(xp.exp(shifted), axis=axis, keepdims=True))


_log_softmax.defvjp(lambda g, y, x, *, axis: g - exp(y) * reduce_sum(g, axis, keepdims=True))
_log_softmax.defjvp(lambda t, y, x, *, axis: t - reduce_sum(exp(y) * t, axis, keepdims=True))


def log_softmax(logits, axis=None, name=None):
    """log(softmax(x)) along `axis` (the last unless given), exact where softmax would be 0.

    Raises:
        InvalidArgumentError: there is no such axis, or the logits are no floats.
    """
    logits = convert_to_tensor(logits)
    return _log_softmax(logits, axis=_axis_of("log_softmax", logits, axis))


# -- cross entropies -------------------------------------------------------------------------------


def _cross_entropy_array(labels, logits):
    xp = array_module(logits)
    if not logits.shape[-1]:  # without classes there is nothing to be wrong about
        return labels.sum(axis=-1)
    shifted = _shifted(logits)
    log_total = xp.log(xp.add.reduce(xp.exp(shifted), axis=-1, keepdims=True))
    return xp.add.reduce(labels * (log_total - shifted), axis=-1)


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
    """-sum(labels * log_softmax(logits)) along `axis`.

    Args:
        labels: probabilities, which should sum to 1 along the axis: so the gradient is computed.
            Their shape and that of the logits may be broadcast against each other.
        logits: scores, before softmax.
        axis: the classes' axis, the last unless given.
        name: not used.

    Returns:
        One loss for each example: the logits' shape without the axis.

    Raises:
        InvalidArgumentError: shapes that don't fit, or no such axis.
    """
    op = "softmax_cross_entropy_with_logits"
    logits = convert_to_tensor(logits)
    labels = cast(labels, logits.dtype)
    if labels.shape != logits.shape:
        shape = _common_shape(op, labels, logits)
        labels, logits = broadcast_to(labels, shape), broadcast_to(logits, shape)
    axis = _axis_of(op, logits, axis)
    if axis != logits.ndim - 1:
        order = [*(a for a in range(logits.ndim) if a != axis), axis]
        labels, logits = transpose(labels, order), transpose(logits, order)
    return _softmax_cross_entropy(labels, logits)


def _common_shape(op: str, labels, logits) -> tuple[int, ...]:
    try:
        return numpy.broadcast_shapes(labels.shape, logits.shape)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: logits and labels must be broadcastable: logits_size={list(logits.shape)} "
            f"labels_size={list(labels.shape)}."
        ) from None


@primitive(mixed=True)
def _sparse_softmax_cross_entropy(labels, logits):
    xp, shifted = array_module(logits), _shifted(logits)
    chosen = _chosen(labels, shifted)
    return xp.log(xp.add.reduce(xp.exp(shifted, out=shifted), axis=-1)) - chosen


_sparse_softmax_cross_entropy.defkernel(cpu.sparse_cross_entropy, cuda.sparse_cross_entropy)


@primitive(mixed=True)
def sparse_softmax_cross_entropy_grad(labels, logits):
    """softmax(logits) with 1 taken off at each row's label."""
    x = array_module(logits).ascontiguousarray(_softmax_array(logits))
    classes = x.shape[-1]
    x.reshape(-1, classes)[_places(labels, classes)] -= 1
    return x


sparse_softmax_cross_entropy_grad.defkernel(
    cpu.sparse_cross_entropy_grad, cuda.sparse_cross_entropy_grad
)


def _chosen(labels, x):
    """The element of each row that its label names."""
    classes = x.shape[-1]
    return x.reshape(-1, classes)[_places(labels, classes)].reshape(labels.shape)


def _places(labels, classes: int) -> tuple:
    """The index of each row's label, where the rows of all axes stand below each other.

    Raises:
        InvalidArgumentError: a label is no class.
    """
    wrong = (labels < 0) | (labels >= classes)
    if wrong.any():
        raise InvalidArgumentError(
            f"Received a label value of {int(labels[wrong].flat[0])} which is outside the valid "
            f"range of [0, {classes}). Label values must be smaller than the number of outputs."
        )
    return array_module(labels).arange(labels.size), labels.reshape(-1)


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
        InvalidArgumentError: a label that names no class, or is not an integer; no classes at all.
        ValueError: labels of another shape.
    """
    labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
    if not labels.dtype.is_integer or not logits.dtype.is_floating:
        raise InvalidArgumentError(
            "Labels must be integers and logits floats. Received: labels of "
            f"{labels.dtype.name}, logits of {logits.dtype.name}. For labels given as "
            "probabilities use softmax_cross_entropy_with_logits."
        )
    if logits.ndim == 0 or labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels must have the shape of the logits without the last axis, "
            f"{logits.shape[:-1]}. Received: labels of shape {labels.shape}, logits of shape "
            f"{logits.shape}."
        )
    if not logits.shape[-1]:
        raise InvalidArgumentError(
            f"Must have at least one class, but got logits of shape {logits.shape}."
        )
    return _sparse_softmax_cross_entropy(labels, logits)


def _check_same_shape(x, y, of_x: str, of_y: str) -> None:
    if x.shape != y.shape:
        raise ValueError(
            f"`{of_x}` and `{of_y}` must have the same shape, received ({x.shape} vs {y.shape})."
        )


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """-labels * log(p) - (1 - labels) * log(1 - p) with p = sigmoid(logits), elementwise, stable.

    Computed as max(x, 0) - x * z + log(1 + exp(-|x|)).

    Raises:
        ValueError: the shapes differ, or one of both is missing.
    """
    if labels is None or logits is None:
        raise ValueError(
            "Both `labels` and `logits` must be provided for sigmoid_cross_entropy_with_logits. "
            f"Received: labels={labels} and logits={logits}."
        )
    labels, logits = alike(labels, logits)
    _check_same_shape(logits, labels, "logits", "labels")
    # Written with `where` on the sign, so that the derivative at 0 is sigmoid(0) - z.
    positive = logits >= 0
    above = where(positive, logits, zeros_like(logits))
    minus_magnitude = where(positive, -logits, logits)
    return above - logits * labels + log1p(exp(minus_magnitude))


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """sigmoid_cross_entropy_with_logits with positive labels counted `pos_weight` times.

    With x the logits, z the labels and q the weight: (1 - z) * x + (1 + (q - 1) * z) *
    log(1 + exp(-x)), elementwise. The derivative at x = 0 is right, where TensorFlow's is that of
    (1 - z) * x alone.

    Raises:
        ValueError: the shapes differ.
    """
    labels, logits = alike(labels, logits)
    _check_same_shape(logits, labels, "logits", "labels")
    weight = (pos_weight - 1) * labels + 1
    return (1 - labels) * logits + weight * softplus(-logits)


# -- other losses ----------------------------------------------------------------------------------


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """exp(log_input) - log_input * targets, elementwise: -log P(targets) but for a constant.

    Args:
        targets: counts, z.
        log_input: the logarithm of the rate that is expected.
        compute_full_loss: adds the constant by Stirling's formula where z is not in [0, 1]:
            z * log(z) - z + log(2 pi z) / 2.
        name: not used.

    Raises:
        ValueError: the shapes differ.
    """
    targets, log_input = alike(targets, log_input)
    _check_same_shape(log_input, targets, "log_input", "targets")
    loss = exp(log_input) - log_input * targets
    if not compute_full_loss:
        return loss
    stirling = targets * log(targets) - targets + 0.5 * log(2 * math.pi * targets)
    small = logical_and(targets >= 0, targets <= 1)
    return loss + where(small, zeros_like(targets), stirling)


@primitive(kinds="f")
def l2_loss(t):
    """sum(t * t) / 2."""
    return (t * t).sum() / t.dtype.type(2)


l2_loss.defvjp(lambda g, y, t: g * t)
l2_loss.defjvp(lambda s, y, t: reduce_sum(s * t))


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the losses over the batch size.

    Args:
        per_example_loss: one loss for each example, or several: all of them are added up.
        sample_weight: a weight for each example, or for each loss.
        global_batch_size: an integer; the number of examples unless given.

    Raises:
        ValueError: losses without an axis, or a batch size with one.
        TypeError: a batch size that is not an integer.
        InvalidArgumentError: a negative batch size.
    """
    loss = convert_to_tensor(per_example_loss)
    if loss.ndim == 0:
        raise ValueError(
            "Expected a `per_example_loss` with an axis for the examples. Received: a scalar."
        )
    if not loss.dtype.is_floating:
        loss = cast(loss, "float64")
    if sample_weight is not None:
        weight = cast(sample_weight, loss.dtype)
        if weight.ndim == loss.ndim + 1:
            weight = squeeze(weight, -1)
        elif weight.ndim and weight.ndim == loss.ndim - 1:
            weight = expand_dims(weight, -1)
        loss = loss * weight
    size = convert_to_tensor(loss.shape[0] if global_batch_size is None else global_batch_size)
    if not size.dtype.is_integer:
        raise TypeError(f"global_batch_size must be an integer. Received: {size!r}.")
    if size.ndim:
        raise ValueError(f"global_batch_size must be a scalar. Received: shape {size.shape}.")
    if size < 0:
        raise InvalidArgumentError(f"global_batch_size must not be negative. Received: {size!r}.")
    return divide_no_nan(reduce_sum(loss), cast(size, loss.dtype))


def scale_regularization_loss(regularization_loss):
    """The sum of the losses: there is one replica to share them with."""
    return reduce_sum(regularization_loss)
