"""Elementwise arithmetic, functions, comparisons and logic.

In each rule g is the cotangent (or tangent), y the output and x the inputs. Conventions at kinks
are TensorFlow's: see the comment where there is a choice.
"""

import math

from ..arrays import array_module, as_dtype
from ..engine import alike, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .rules import elementwise

# -- arithmetic ----------------------------------------------------------------------------------


@elementwise(lambda g, z, x, y: g, lambda g, z, x, y: g)
def add(x, y):
    """x + y, elementwise."""
    return x + y


@elementwise(lambda g, z, x, y: g, lambda g, z, x, y: -g)
def subtract(x, y):
    """x - y, elementwise."""
    return x - y


@elementwise(lambda g, z, x, y: g * y, lambda g, z, x, y: g * x)
def multiply(x, y):
    """x * y, elementwise."""
    return x * y


@elementwise(lambda g, z, x, y: g / y, lambda g, z, x, y: -g * z / y, kinds="fc")
def _divide(x, y):
    """x / y of floats, elementwise; 1/0 is inf and 0/0 is nan."""
    return x / y


def _dividend_and_divisor(x, y) -> tuple:
    """Two tensors of one dtype. Only in divisions is another TensorFlow's TypeError."""
    x, y = alike(x, y)
    if x.dtype is not y.dtype:
        raise TypeError(
            f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}. Tensors are "
            "never promoted: convert one of them with minitape.cast."
        )
    return x, y


def divide(x, y, name=None):
    """x / y, elementwise, as Python divides: integers give floats (float64 from 32 bits on).

    Raises:
        TypeError: the dtypes differ.
    """
    x, y = _dividend_and_divisor(x, y)
    if x.dtype.is_integer:
        wide = "float32" if x.dtype.size <= 2 else "float64"
        x, y = cast(x, wide), cast(y, wide)
    return _divide(x, y)


@primitive(differentiable=False)
def floordiv(x, y):
    """The floor of x / y, elementwise. No gradient.

    Raises:
        InvalidArgumentError: an integer is divided by zero.
    """
    if y.dtype.kind in "iu" and (y == 0).any():
        raise ZeroDivisionError("integer division by zero")
    return x // y


@elementwise(lambda g, z, x, y: g, lambda g, z, x, y: -g * floor(_divide(x, y)))
def floormod(x, y):
    """x - floor(x / y) * y, elementwise: Python's %, with the sign of y."""
    if y.dtype.kind in "iu" and (y == 0).any():
        raise ZeroDivisionError("integer division by zero")
    return x % y


@elementwise(lambda g, y, x: -g, kinds="iufc")
def negative(x):
    """-x, elementwise."""
    return array_module(x).negative(x)


@elementwise(
    lambda g, z, x, y: g * y * pow(x, y - 1),
    # Only where x > 0 does x**y vary with y in a way that has a real derivative: 0 elsewhere.
    lambda g, z, x, y: g * z * log(where(x > 0, x, ones_like(x))),
)
def pow(x, y):
    """x ** y, elementwise.

    The gradient for x is y * x**(y - 1), which is nan for x**0. at 0, as in TensorFlow.
    """
    return x**y


@elementwise(lambda g, y, x: g * 2 * x)
def square(x):
    """x * x, elementwise."""
    return x * x


@elementwise(lambda g, z, x, y: g * 2 * (x - y), lambda g, z, x, y: g * 2 * (y - x))
def squared_difference(x, y):
    """(x - y) ** 2, elementwise."""
    difference = x - y
    return difference * difference


# A zero cotangent gives zero, even where the derivative is infinite: so `where(x > 0, sqrt(x), 0)`
# has a gradient at 0. TensorFlow does this for sqrt and rsqrt, and for no other function.
@elementwise(lambda c, d, g, y: sqrt_grad(c, y), lambda c, d, g, y: sqrt_grad(-2 * c * d, y))
def sqrt_grad(g, y):
    """The cotangent (or tangent) through sqrt, from its output y: g / 2 / y, 0 for g = 0."""
    return array_module(g).where(g == 0, g, g / (2 * y))


@elementwise(lambda g, y, x: sqrt_grad(g, y), kinds="fc")
def sqrt(x):
    """The square root, elementwise; nan below 0."""
    return array_module(x).sqrt(x)


@elementwise(lambda c, d, g, y: rsqrt_grad(c, y), lambda c, d, g, y: c * g * -1.5 * y * y)
def rsqrt_grad(g, y):
    """The cotangent (or tangent) through rsqrt, from its output y: -g / 2 * y**3, 0 for g = 0."""
    return array_module(g).where(g == 0, g, g * -0.5 * y * y * y)


@elementwise(lambda g, y, x: rsqrt_grad(g, y), kinds="fc")
def rsqrt(x):
    """1 / sqrt(x), elementwise."""
    return 1 / array_module(x).sqrt(x)


@elementwise(lambda g, y, x: -g * y * y, kinds="fc")
def reciprocal(x):
    """1 / x, elementwise."""
    return 1 / x


@elementwise(
    lambda g, z, x, y: divide_no_nan(g, y),
    lambda g, z, x, y: -divide_no_nan(g * z, y),
    kinds="fc",
)
def _divide_no_nan(x, y):
    xp = array_module(y)
    nonzero = y != 0
    return xp.where(nonzero, x / xp.where(nonzero, y, 1), 0).astype(y.dtype, copy=False)


def divide_no_nan(x, y, name=None):
    """x / y, and 0 where y is 0, elementwise.

    Raises:
        TypeError: the dtypes differ.
    """
    return _divide_no_nan(*_dividend_and_divisor(x, y))


# The derivative at 0 is 0: abs'(0) = sign(0).
@elementwise(lambda g, y, x: g * sign(x), kinds="iufc")
def abs(x):
    """|x|, elementwise."""
    return array_module(x).abs(x)


@elementwise(lambda g, y, x: zeros_like(g))
def sign(x):
    """-1, 0 or 1 by the sign of x, elementwise. The gradient is zero, not None."""
    return array_module(x).sign(x)


# On a tie the whole gradient goes to the first argument (PyTorch and JAX give each a half).
@elementwise(
    lambda g, z, x, y: where(x >= y, g, zeros_like(g)),
    lambda g, z, x, y: where(x >= y, zeros_like(g), g),
)
def maximum(x, y):
    """The larger of x and y, elementwise."""
    return array_module(x).maximum(x, y)


@elementwise(
    lambda g, z, x, y: where(x <= y, g, zeros_like(g)),
    lambda g, z, x, y: where(x <= y, zeros_like(g), g),
)
def minimum(x, y):
    """The smaller of x and y, elementwise."""
    return array_module(x).minimum(x, y)


# At a bound the gradient is that of x.
@elementwise(
    lambda g, y, x, low, high: where(logical_or(x < low, x > high), zeros_like(g), g),
    lambda g, y, x, low, high: where(x < low, g, zeros_like(g)),
    lambda g, y, x, low, high: where(x > high, g, zeros_like(g)),
)
def _clip_by_value(x, low, high):
    xp = array_module(x)
    return xp.minimum(xp.maximum(x, low), high)


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """t limited to [clip_value_min, clip_value_max], elementwise."""
    return _clip_by_value(t, clip_value_min, clip_value_max)


@primitive(differentiable=False, kinds="f")
def floor(x):
    """The largest integer not above x, elementwise. No gradient."""
    return array_module(x).floor(x)


@primitive(differentiable=False, kinds="f")
def ceil(x):
    """The smallest integer not below x, elementwise. No gradient."""
    return array_module(x).ceil(x)


@primitive(differentiable=False)
def round(x):
    """The nearest integer, halves to even, elementwise. No gradient."""
    return x if x.dtype.kind in "iu" else array_module(x).rint(x)


# -- functions -----------------------------------------------------------------------------------


@elementwise(lambda g, y, x: g * y, kinds="fc")
def exp(x):
    """e ** x, elementwise."""
    return array_module(x).exp(x)


@elementwise(lambda g, y, x: g * (y + 1), kinds="fc")
def expm1(x):
    """e ** x - 1, exact near 0, elementwise."""
    return array_module(x).expm1(x)


@elementwise(lambda g, y, x: g / x, kinds="fc")
def log(x):
    """The natural logarithm, elementwise; -inf at 0, nan below."""
    return array_module(x).log(x)


@elementwise(lambda g, y, x: g / (1 + x), kinds="fc")
def log1p(x):
    """log(1 + x), exact near 0, elementwise."""
    return array_module(x).log1p(x)


@elementwise(lambda g, y, x: g * cos(x), kinds="fc")
def sin(x):
    """The sine of x radians, elementwise."""
    return array_module(x).sin(x)


@elementwise(lambda g, y, x: -g * sin(x), kinds="fc")
def cos(x):
    """The cosine of x radians, elementwise."""
    return array_module(x).cos(x)


@elementwise(lambda g, y, x: g * (1 + y * y), kinds="fc")
def tan(x):
    """The tangent of x radians, elementwise."""
    return array_module(x).tan(x)


@elementwise(lambda g, y, x: g / (1 + x * x), kinds="fc")
def atan(x):
    """The angle in radians, between -pi/2 and pi/2, whose tangent is x, elementwise."""
    return array_module(x).arctan(x)


@elementwise(lambda g, y, x: g * cosh(x), kinds="fc")
def sinh(x):
    """The hyperbolic sine, elementwise."""
    return array_module(x).sinh(x)


@elementwise(lambda g, y, x: g * sinh(x), kinds="fc")
def cosh(x):
    """The hyperbolic cosine, elementwise."""
    return array_module(x).cosh(x)


@elementwise(lambda c, d, g, y: tanh_grad(c, y), lambda c, d, g, y: c * g * y * -2)
def tanh_grad(g, y):
    """The cotangent (or tangent) through tanh, from its output y: g * (1 - y * y)."""
    return g * (1 - y * y)


@elementwise(lambda g, y, x: tanh_grad(g, y), kinds="fc")
def tanh(x):
    """The hyperbolic tangent, elementwise."""
    return array_module(x).tanh(x)


@elementwise(lambda c, d, g, y: sigmoid_grad(c, y), lambda c, d, g, y: c * g * (1 - 2 * y))
def sigmoid_grad(g, y):
    """The cotangent (or tangent) through sigmoid, from its output y: g * y * (1 - y)."""
    return g * y * (1 - y)


@elementwise(lambda g, y, x: sigmoid_grad(g, y), kinds="fc")
def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise."""
    return 1 / (1 + array_module(x).exp(-x))


@elementwise(lambda g, y, x: g * sigmoid(x), kinds="f")
def softplus(features):
    """log(1 + exp(x)), elementwise, exact for large |x|."""
    return array_module(features).logaddexp(features, 0).astype(features.dtype, copy=False)


@elementwise(lambda g, y, x: g * 1.1283791670955126 * exp(-x * x), kinds="f")  # 2 / sqrt(pi)
def erf(x):
    """The error function, elementwise."""
    return array_module(x).vectorize(math.erf, otypes=[x.dtype])(x)


# -- types, choice, comparison, logic ------------------------------------------------------------


@primitive(differentiable=True)
def _cast(x, *, dtype):
    if x.dtype.kind == "c" and dtype.numpy_dtype.kind != "c":
        x = x.real
    return x.astype(dtype.numpy_dtype)


# Between floats the gradient comes back in the input's dtype; an integer on the way cuts it.
_cast.linear(
    lambda g, y, x, *, dtype: (
        cast(g, x.dtype) if dtype.is_differentiable and x.dtype.is_differentiable else None
    )
)


def cast(x, dtype, name=None):
    """x with its elements converted to `dtype`; x itself where it has that type already."""
    x, dtype = convert_to_tensor(x), as_dtype(dtype)
    return x if x.dtype == dtype else _cast(x, dtype=dtype)


@elementwise(
    None,
    lambda g, z, condition, x, y: where(condition, g, zeros_like(g)),
    lambda g, z, condition, x, y: where(condition, zeros_like(g), g),
    mixed=True,
    kinds="b",
)
def _where(condition, x, y):
    return array_module(x).where(condition, x, y)


@primitive(differentiable=False, mixed=True)
def _where_true(condition):
    return array_module(condition).argwhere(condition)


def where(condition, x=None, y=None, name=None):
    """x where the condition is true, y where it is false, elementwise and broadcast.

    With the condition alone: the indices of its true elements, one row each (int64).
    """
    condition = convert_to_tensor(condition)
    if x is None and y is None:
        return _where_true(condition)
    x, y = alike(x, y)
    if x.dtype != y.dtype:
        add(x, y)  # the error that says which dtypes differ
    return _where(condition, x, y)


@elementwise(None, None, differentiable=False)
def equal(x, y):
    """x == y, elementwise."""
    return x == y


@elementwise(None, None, differentiable=False)
def not_equal(x, y):
    """x != y, elementwise."""
    return x != y


@elementwise(None, None, differentiable=False, kinds="iuf")
def greater(x, y):
    """x > y, elementwise."""
    return x > y


@elementwise(None, None, differentiable=False, kinds="iuf")
def greater_equal(x, y):
    """x >= y, elementwise."""
    return x >= y


@elementwise(None, None, differentiable=False, kinds="iuf")
def less(x, y):
    """x < y, elementwise."""
    return x < y


@elementwise(None, None, differentiable=False, kinds="iuf")
def less_equal(x, y):
    """x <= y, elementwise."""
    return x <= y


@primitive(differentiable=False, kinds="b")
def logical_and(x, y):
    """True where both are true, elementwise."""
    return x & y


@primitive(differentiable=False, kinds="b")
def logical_or(x, y):
    """True where either is true, elementwise."""
    return x | y


@primitive(differentiable=False, kinds="b")
def logical_not(x):
    """True where x is false, elementwise."""
    return ~x


@primitive(differentiable=False, kinds="f")
def is_nan(x):
    """True where x is nan, elementwise."""
    return array_module(x).isnan(x)


@primitive(differentiable=False, kinds="f")
def is_inf(x):
    """True where x is infinite, elementwise."""
    return array_module(x).isinf(x)


@primitive(differentiable=False, kinds="f")
def is_finite(x):
    """True where x is neither nan nor infinite, elementwise."""
    return array_module(x).isfinite(x)


# -- constants of an input's shape, which rules need everywhere ------------------------------------


@primitive(differentiable=False)
def _zeros_like(input, *, dtype):
    dtype = dtype or input.dtype
    if dtype.kind == "O":
        return array_module(input).full_like(input, b"", dtype=dtype)
    return array_module(input).zeros_like(input, dtype=dtype)


def zeros_like(input, dtype=None, name=None):
    """Zeros in the shape of the input, and in its dtype unless another is given; "" as texts."""
    return _zeros_like(input, dtype=None if dtype is None else as_dtype(dtype).numpy_dtype)


@primitive(differentiable=False)
def _ones_like(input, *, dtype):
    if (dtype or input.dtype).kind == "O":
        raise InvalidArgumentError("ones_like: there is no text that is one.")
    return array_module(input).ones_like(input, dtype=dtype)


def ones_like(input, dtype=None, name=None):
    """Ones in the shape of the input, and in its dtype unless another is given."""
    return _ones_like(input, dtype=None if dtype is None else as_dtype(dtype).numpy_dtype)
