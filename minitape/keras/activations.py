"""Activation functions: elementwise nonlinearities and softmax, by Keras' names.

`get` accepts what a layer's `activation=` argument accepts: None, a name, or any callable.
"""

import warnings
from typing import Any

from .. import ops
from ..arrays import as_dtype
from ..engine.tensor import Tensor
from ..settings import floatx
from .naming import Registry


def _floats(x):
    """x, its integers as floats."""
    return ops.cast(x, floatx()) if as_dtype(getattr(x, "dtype", float)).is_integer else x


def linear(x):
    """The input itself."""
    return x


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """Rectified linear unit, with the three bends that Keras allows.

    f(x) = max_value                            where x >= max_value
    f(x) = x                                    where threshold < x < max_value
    f(x) = negative_slope * (x - threshold)     elsewhere

    Args:
        x: input.
        negative_slope: slope below the threshold.
        max_value: largest output, or None for no bound.
        threshold: the input below which the unit is off.
    """
    if negative_slope == 0 and threshold == 0:
        if max_value is None:
            return ops.relu(x)
        return ops.relu6(x) if max_value == 6 else _clip(ops.relu(x), max_value)
    if max_value is None and threshold == 0:
        return ops.leaky_relu(x, alpha=negative_slope)
    positive = ops.relu(x) if threshold == 0 else ops.where(ops.greater(x, threshold), x, 0.0)
    positive = positive if max_value is None else _clip(positive, max_value)
    if negative_slope == 0:
        return positive
    return positive - negative_slope * ops.relu(threshold - x)


def _clip(x, max_value):
    return ops.clip_by_value(x, 0.0, float(max_value))


def relu6(x):
    """min(max(x, 0), 6)."""
    return ops.relu6(x)


def leaky_relu(x, negative_slope=0.2):
    """x where x > 0, else negative_slope * x."""
    return ops.leaky_relu(x, alpha=negative_slope)


def elu(x, alpha=1.0):
    """Exponential linear unit: x where x > 0, else alpha * (exp(x) - 1). Clevert et al., 2016."""
    unit = ops.elu(x)
    return unit if alpha == 1 else ops.where(ops.greater(x, 0.0), unit, alpha * unit)


def selu(x):
    """Scaled ELU, 1.0507 * elu(x, 1.6733), which keeps mean 0 and variance 1 through a deep net.

    Klambauer et al., 2017.
    """
    return ops.selu(x)


def softplus(x):
    """log(exp(x) + 1)."""
    return ops.softplus(x)


def softsign(x):
    """x / (|x| + 1)."""
    return x / (ops.abs(x) + 1.0)


def softmax(x, axis=-1):
    """Probabilities exp(x) / sum(exp(x)) along `axis`.

    The result remembers `x` as its `keras_logits`, so that a crossentropy can be computed from
    the logits: exact also where a probability has rounded to 0 or 1. Warns where there is one
    class only, whose probability is always 1.
    """
    shape = getattr(x, "shape", ())
    if len(shape) and isinstance(axis, int) and shape[axis] == 1:
        warnings.warn(
            f"softmax over axis {axis} of shape {shape} is always 1, as that axis has length 1. "
            "For one probability use a sigmoid.",
            stacklevel=2,
        )
    return _remember_logits(ops.softmax(x, axis=axis), x)


def log_softmax(x, axis=-1):
    """x - log(sum(exp(x))) along `axis`."""
    return ops.log_softmax(x, axis=axis)


def sigmoid(x):
    """1 / (1 + exp(-x)). The result remembers `x` as its `keras_logits`, as softmax's does."""
    return _remember_logits(ops.sigmoid(x), x)


def tanh(x):
    """Hyperbolic tangent."""
    return ops.tanh(_floats(x))


def exponential(x):
    """exp(x)."""
    return ops.exp(_floats(x))


def hard_sigmoid(x):
    """relu6(x + 3) / 6, a sigmoid of three straight pieces."""
    return ops.relu6(x + 3.0) / 6.0


def silu(x):
    """x * sigmoid(x), also called swish. Ramachandran et al., 2017."""
    return ops.silu(x)


def hard_silu(x):
    """x * hard_sigmoid(x)."""
    return x * hard_sigmoid(x)


def gelu(x, approximate=False):
    """x * P(Z <= x) for a standard normal Z; `approximate` uses tanh. Hendrycks, Gimpel, 2016."""
    return ops.gelu(x, approximate=approximate)


def mish(x):
    """x * tanh(softplus(x)). Misra, 2019."""
    return x * ops.tanh(ops.softplus(x))


def celu(x, alpha=1.0):
    """max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1), smooth at 0 for any alpha. Barron, 2017."""
    return ops.maximum(x, 0.0) + alpha * ops.expm1(ops.minimum(x, 0.0) / alpha)


def glu(x, axis=-1):
    """Gated linear unit: the first half along `axis` times the sigmoid of the second.

    Dauphin et al., 2017.
    """
    if x.shape[axis] % 2:
        raise ValueError(
            f"glu: the length along axis {axis} must be even. Received: shape {x.shape}."
        )
    values, gates = ops.split(x, 2, axis=axis)
    return values * ops.sigmoid(gates)


def hard_shrink(x, threshold=0.5):
    """x where |x| > threshold, else 0."""
    return ops.where(ops.abs(x) > threshold, x, 0.0)


def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by threshold, and 0 where it is nearer than that."""
    return ops.where(
        ops.greater(x, threshold),
        x - threshold,
        ops.where(ops.less(x, -threshold), x + threshold, 0.0),
    )


def tanh_shrink(x):
    """x - tanh(x)."""
    return x - ops.tanh(x)


def hard_tanh(x):
    """x within [-1, 1], and the nearer of these bounds beyond."""
    return ops.clip_by_value(x, -1.0, 1.0)


def threshold(x, threshold, default_value):
    """x where x > threshold, else default_value."""
    return ops.where(ops.greater(x, threshold), x, default_value)


def log_sigmoid(x):
    """log(sigmoid(x)) = -softplus(-x)."""
    return ops.log_sigmoid(x)


def squareplus(x, b=4):
    """(x + sqrt(x² + b)) / 2, a softplus without exponentials. Barron, 2021."""
    return (x + ops.sqrt(ops.square(x) + b)) / 2


def sparse_plus(x):
    """0 up to -1, (x + 1)² / 4 up to 1, then x."""
    return ops.where(
        ops.less_equal(x, -1.0), 0.0, ops.where(ops.less(x, 1.0), ops.square(x + 1.0) / 4, x)
    )


def sparse_sigmoid(x):
    """0 up to -1, (x + 1) / 2 up to 1, then 1."""
    x = ops.convert_to_tensor(x)
    return ops.where(
        ops.less_equal(x, -1.0), 0.0, ops.where(ops.greater_equal(x, 1.0), 1.0, 0.5 * (x + 1.0))
    )


def sparsemax(x, axis=-1):
    """The point nearest to x along `axis` whose numbers are not negative and add up to 1.

    max(x - t, 0), with the t for which these add up to 1. Martins and Astudillo, 2016.
    """
    x = ops.convert_to_tensor(x)
    # With the k largest numbers above 0, t = (their sum - 1) / k: k is the most that can be.
    largest = ops.sort(x, axis=axis, direction="DESCENDING")
    sums = ops.cumsum(largest, axis=axis) - 1.0
    shape = [1] * x.ndim
    shape[axis] = -1
    counts = ops.reshape(ops.range(1, x.shape[axis] + 1, dtype=x.dtype), shape)
    inside = largest * counts > sums
    k = ops.reduce_sum(ops.cast(inside, x.dtype), axis, keepdims=True)
    total = ops.reduce_sum(ops.where(inside, largest, 0.0), axis, keepdims=True) - 1.0
    return ops.maximum(x - total / k, 0.0)


swish = silu
hard_swish = hard_silu


def _remember_logits(output, x):
    if type(output) is Tensor:
        output.keras_logits = ops.convert_to_tensor(x)
    return output


_FUNCTIONS = (
    linear, relu, relu6, leaky_relu, elu, selu, softplus, softsign, softmax, log_softmax, sigmoid,
    tanh, exponential, hard_sigmoid, silu, hard_silu, gelu, mish, celu, glu, hard_shrink,
    soft_shrink, tanh_shrink, hard_tanh, threshold, log_sigmoid, squareplus, sparse_plus,
    sparse_sigmoid, sparsemax,
)  # fmt: skip
_REGISTRY = Registry(
    "activation function",
    "keras.activations",
    {f.__name__: f for f in _FUNCTIONS} | {"swish": silu, "hard_swish": hard_silu},
)
deserialize = _REGISTRY.deserialize


def get(identifier: Any):
    """The activation meant by None (linear), a name, a config or a callable."""
    return linear if identifier is None else _REGISTRY.get(identifier)


def serialize(activation: Any):
    """The name of a known function; a config for any other callable."""
    name = getattr(activation, "__name__", None)
    # A user's own function may have the name of one of these, but tf.nn.relu is the same relu.
    known = name in _REGISTRY.objects and activation.__module__.startswith("minitape.")
    return name if known else _REGISTRY.serialize(activation)
