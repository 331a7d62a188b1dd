"""Activations of neural networks; those that mathematics has too stand in `math`.

Derivatives at kinks are TensorFlow's. Second derivatives of what is piecewise linear are zero, not
None, as in TensorFlow.
"""

from ..arrays import array_module, cpu
from ..engine import convert_to_tensor
from .array import concat
from .logic import where
from .math import sigmoid, sigmoid_grad, tanh
from .rules import elementwise
from .special import erf
from .types import cast, zeros_like


@elementwise(
    lambda c, d, g, y: relu_grad(c, y),
    lambda c, d, g, y: zeros_like(y),
    cpu=cpu.relu_grad,
    cuda="g * (y > 0 ? T(1) : T(0))",
)
def relu_grad(g, y):
    """The cotangent (or tangent) through relu: g where the output y is above 0."""
    return g * (y > 0)


# relu'(0) = 0, and relu'(nan) = 0.
@elementwise(
    lambda g, y, x: relu_grad(g, y),
    cpu=cpu.relu,
    kinds="iuf",
    cuda="features > 0 || features != features ? features : T(0)",
)
def relu(features):
    """max(x, 0), elementwise."""
    return array_module(features).maximum(features, 0)


@elementwise(
    lambda c, d, g, x: relu6_grad(c, x),
    lambda c, d, g, x: zeros_like(x),
    cuda="g * (x > 0 && x < 6 ? T(1) : T(0))",
)
def relu6_grad(g, x):
    """The cotangent (or tangent) through relu6: g where the input x is between 0 and 6."""
    return g * ((x > 0) & (x < 6))


@elementwise(
    lambda g, y, x: relu6_grad(g, x),
    kinds="iuf",
    cuda="features < 0 ? T(0) : features > 6 ? T(6) : features",
)
def relu6(features):
    """min(max(x, 0), 6), elementwise."""
    return array_module(features).clip(features, 0, 6)


def crelu(features, axis=-1, name=None):
    """relu(x) and relu(-x), joined along `axis`.

    Raises:
        InvalidArgumentError: there is no such axis.
    """
    x = convert_to_tensor(features)
    return relu(concat([x, -x], axis))


@elementwise(
    lambda c, d, g, x, *, alpha: leaky_relu_grad(c, x, alpha=alpha),
    lambda c, d, g, x, *, alpha: zeros_like(x),
    cpu=cpu.leaky_relu_grad,
    cuda="x > 0 ? g : g * alpha",
)
def leaky_relu_grad(g, x, *, alpha):
    """The cotangent (or tangent) through leaky_relu: g where the input x is above 0, or alpha g."""
    xp, above = array_module(x), x > 0
    if 0 <= alpha <= 1:  # the same as below, five times as fast
        return g * xp.maximum(above.astype(x.dtype), x.dtype.type(alpha))
    return xp.where(above, g, g * alpha)


# The derivative at 0 is alpha.
@elementwise(
    lambda g, y, x, *, alpha: leaky_relu_grad(g, x, alpha=alpha),
    cpu=cpu.leaky_relu,
    kinds="f",
    cuda="features > 0 ? features : features * alpha",
)
def _leaky_relu(features, *, alpha):
    xp = array_module(features)
    if 0 < alpha <= 1:  # the same as below, five times as fast; but 0 times inf is nan
        return xp.maximum(features, features * alpha)
    return xp.where(features > 0, features, features * alpha)


def leaky_relu(features, alpha=0.2, name=None):
    """x above 0, alpha * x elsewhere, elementwise; of integers in float32."""
    x = convert_to_tensor(features)
    return _leaky_relu(cast(x, "float32") if x.dtype.is_integer else x, alpha=float(alpha))


# The derivative at 0 is 1 from either side.
@elementwise(
    lambda g, y, x: where(x < 0, g * (y + 1), g),
    kinds="f",
    cuda="features > 0 ? features : expm1(features)",
)
def elu(features):
    """x above 0, exp(x) - 1 elsewhere, elementwise."""
    xp = array_module(features)
    return xp.where(features > 0, features, xp.expm1(xp.minimum(features, 0)))


# From "Self-Normalizing Neural Networks", Klambauer et al., 2017.
_SELU_SCALE = 1.0507009873554805
_SELU_ALPHA = 1.6732632423543772


# The derivative at 0 is the scale, that from above.
@elementwise(
    lambda g, y, x: where(x < 0, g * (y + _SELU_SCALE * _SELU_ALPHA), g * _SELU_SCALE), kinds="f"
)
def selu(features):
    """scale * (x above 0, alpha * (exp(x) - 1) elsewhere), elementwise."""
    xp = array_module(features)
    below = _SELU_ALPHA * xp.expm1(xp.minimum(features, 0))
    return _SELU_SCALE * xp.where(features > 0, features, below)


@elementwise(
    lambda g, y, x, beta: g * _silu_slope(sigmoid(beta * x), beta * x),
    lambda g, y, x, beta: sigmoid_grad(g * x * x, sigmoid(beta * x)),
    kinds="f",
    cuda="x * (1 / (1 + exp(-beta * x)))",
)
def _silu(x, beta):
    return x * (1 / (1 + array_module(x).exp(-beta * x)))


def _silu_slope(s, z):
    """The derivative of z * sigmoid(z), of which s is the sigmoid."""
    return s * (1 + z * (1 - s))


def silu(features, beta=1.0):
    """x * sigmoid(beta * x), elementwise: swish."""
    x = convert_to_tensor(features)
    return _silu(x, cast(beta, x.dtype))


def gelu(features, approximate=False, name=None):
    """x * P(X <= x) for a normal X, elementwise; `approximate` uses tanh.

    Raises:
        ValueError: features that are not floats.
    """
    x = convert_to_tensor(features)
    if not x.dtype.is_floating:
        raise ValueError(f"gelu: features must be floats. Received: {x.dtype.name}.")
    if approximate:
        inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)  # sqrt(2 / pi)
        return 0.5 * x * (1 + tanh(inner))
    return 0.5 * x * (1 + erf(x * 0.7071067811865476))  # 1 / sqrt(2)
