"""Elementwise arithmetic and functions.

In each rule g is the cotangent (or tangent), y the output and x the inputs. Conventions at kinks
are TensorFlow's: see the comment where there is a choice.
"""

import numpy

from ..arrays import TensorShape, array_module, as_dtype, cpu
from ..engine import Tensor, alike, convert_to_tensor, primitive
from .complex import _complex, complex, conj, imag, real
from .logic import logical_and, not_equal, where
from .rules import elementwise
from .types import cast, ones_like, zeros_like

# -- sums and products -----------------------------------------------------------------------------


@elementwise(
    lambda g, z, x, y: g,
    lambda g, z, x, y: g,
    kinds="iufc",
    plan=cpu.binary_builder(cpu.add_loop, either=True),
    ufunc=numpy.add,
    cuda="x + y",
)
def add(x, y):
    """x + y, elementwise."""


@primitive(kinds="iufc")
def _add_n(*inputs):
    if any(x.shape != inputs[0].shape for x in inputs):
        raise ValueError("all inputs must have the same shape")
    total = inputs[0] + inputs[1]
    for x in inputs[2:]:
        total += x
    return total


_add_n.defvjp_all(lambda g, y, *inputs: [g] * len(inputs))


def add_n(inputs, name=None):
    """The sum of a list of tensors of one shape and dtype.

    Raises:
        ValueError: there are none.
        InvalidArgumentError: shapes or dtypes that differ; nothing is broadcast.
    """
    inputs = [convert_to_tensor(x) for x in inputs]
    if not inputs:
        raise ValueError("add_n: expected at least one tensor. Received: none.")
    return _add_n(*inputs) if len(inputs) > 1 else inputs[0]


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of a list of tensors; `shape` and `tensor_dtype` say what they must be.

    Raises:
        ValueError: there are none, or shapes or dtypes differ.
        TypeError: the tensors have another dtype than `tensor_dtype`.
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(
            "inputs must be a list of at least one Tensor with the same dtype and shape. Received: "
            f"{inputs!r}."
        )
    tensors = [convert_to_tensor(x) for x in inputs]
    dtype = tensors[0].dtype
    expected = tensors[0].shape if shape is None else TensorShape(shape)
    for x in tensors:
        if x.shape != expected or x.dtype != dtype:
            raise ValueError(
                f"accumulate_n: expected tensors of shape {expected} and dtype {dtype.name}. "
                f"Received: shape {x.shape}, dtype {x.dtype.name}."
            )
    if tensor_dtype is not None and dtype != as_dtype(tensor_dtype):
        raise TypeError(
            f"accumulate_n: expected tensors of dtype {as_dtype(tensor_dtype).name}. "
            f"Received: {dtype.name}."
        )
    return add_n(tensors)


@elementwise(
    lambda g, z, x, y: g,
    lambda g, z, x, y: -g,
    kinds="iufc",
    plan=cpu.binary_builder(cpu.subtract_loop),
    ufunc=numpy.subtract,
    cuda="x - y",
)
def subtract(x, y):
    """x - y, elementwise."""


# Of booleans it is `and`, for `x * y`; TensorFlow has that for the operator alone.
@elementwise(
    lambda g, z, x, y: g * y,
    lambda g, z, x, y: g * x,
    kinds="biufc",
    plan=cpu.binary_builder(cpu.multiply_loop, either=True),
    ufunc=numpy.multiply,
    cuda="x * y",
)
def multiply(x, y):
    """x * y, elementwise."""


def scalar_mul(scalar, x, name=None):
    """A number times a tensor or IndexedSlices, in the dtype of the latter.

    Raises:
        ValueError: `scalar` has axes.
    """
    slices, x = x, getattr(x, "values", x)
    x = convert_to_tensor(x)
    scalar = convert_to_tensor(scalar, x.dtype)
    if scalar.ndim:
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {scalar.shape}.")
    product = scalar * x
    return _with_values(slices, product) if hasattr(slices, "indices") else product


def _with_values(slices, values):
    """IndexedSlices like these, of other values."""
    return type(slices)(values, slices.indices, slices.dense_shape)


@elementwise(
    lambda g, z, x, y: _multiply_no_nan(g, y),
    lambda g, z, x, y: _multiply_no_nan(x, g),
    kinds="fc",
    cuda="y == 0 ? T(0) : x * y",
)
def _multiply_no_nan(x, y):
    return array_module(x).where(y == 0, y.dtype.type(0), x * y)


def multiply_no_nan(x, y, name=None):
    """x * y, and 0 where y is 0, even if x is infinite or nan; elementwise.

    In the gradient for y a zero cotangent gives 0 likewise.

    Raises:
        ValueError: the dtypes differ.
    """
    x, y = alike(x, y)
    return _multiply_no_nan(x, convert_to_tensor(y, x.dtype))


@elementwise(lambda g, y, x: -g, kinds="ifc", ufunc=numpy.negative, cuda="-x")
def negative(x):
    """-x, elementwise."""


@elementwise(lambda g, y, x: g * (2 * x), kinds="iufc", cuda="x * x")
def square(x):
    """x * x, elementwise."""
    return x * x


@elementwise(
    lambda g, z, x, y: g * 2 * (x - y),
    lambda g, z, x, y: g * 2 * (y - x),
    kinds="iuf",
    cuda="(x - y) * (x - y)",
)
def _squared_difference(x, y):
    difference = x - y
    return difference * difference


def squared_difference(x, y, name=None):
    """(x - y) ** 2, elementwise; of complex numbers, the square of the magnitude."""
    if type(x) is not Tensor or x.array.dtype.kind == "c":
        x, y = alike(x, y)
        if x.dtype.is_complex:
            difference = x - y
            return difference * conj(difference)
    return _squared_difference(x, y)


def polyval(coeffs, x, name=None):
    """The polynomial with these coefficients at x, elementwise: the last one is the constant term.

    Raises:
        ValueError: `coeffs` is not a list.
    """
    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    x = convert_to_tensor(x)
    coeffs = [convert_to_tensor(c) for c in coeffs]
    value = coeffs[0] if coeffs else zeros_like(x)
    for c in coeffs[1:]:
        value = c + value * x
    return value


# -- division --------------------------------------------------------------------------------------


@elementwise(
    lambda g, z, x, y: g / y,
    lambda g, z, x, y: -g * z / y,
    kinds="fc",
    ufunc=numpy.true_divide,
    cuda="x / y",
)
def realdiv(x, y):
    """x / y of floats, elementwise; 1/0 is inf and 0/0 is nan."""


def _dividend_and_divisor(x, y) -> tuple:
    """Two tensors of one float dtype, of one integer dtype before.

    Only in divisions are another dtype, or booleans, a TypeError of TensorFlow's.
    """
    x, y = alike(x, y)
    if x.dtype is not y.dtype:
        raise TypeError(
            f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}. Tensors are "
            "never promoted: convert one of them with minitape.cast."
        )
    if x.dtype.is_integer:
        wide = "float32" if x.dtype.size <= 2 else "float64"
        return cast(x, wide), cast(y, wide)
    if not x.dtype.is_differentiable:
        raise TypeError(f"Invalid dtype {x.dtype!r} in a division: expected numbers.")
    return x, y


def divide(x, y, name=None):
    """x / y, elementwise, as Python divides: integers give floats (float64 from 32 bits on).

    Raises:
        TypeError: the dtypes differ.
    """
    # The commonest kinds of division, without a further look.
    if (
        type(x) is Tensor
        and x.array.dtype.kind == "f"
        and (type(y) is float or (type(y) is Tensor and y.array.dtype is x.array.dtype))
    ):
        return realdiv(x, y)
    return realdiv(*_dividend_and_divisor(x, y))


def truediv(x, y, name=None):
    """x / y, elementwise, as Python divides: the same as `divide`."""
    return divide(x, y)


@elementwise(
    lambda g, z, x, y: divide_no_nan(g, y),
    lambda g, z, x, y: -g * divide_no_nan(z, y),
    kinds="fc",
    plan=cpu.binary_builder(cpu.divide_no_nan_loop),
    cuda="y == 0 ? T(0) : x / y",
)
def _divide_no_nan(x, y):
    xp = array_module(y)
    if y.ndim == 0:  # a mean's number of values, say: cheap to look at
        return x / y if y.item() != 0 else xp.zeros_like(x)
    nonzero = y != 0
    return xp.where(nonzero, x / xp.where(nonzero, y, 1), 0).astype(y.dtype, copy=False)


def divide_no_nan(x, y, name=None):
    """x / y, and 0 where y is 0, elementwise.

    Raises:
        TypeError: the dtypes differ.
    """
    return _divide_no_nan(*_dividend_and_divisor(x, y))


# A zero cotangent gives zero, even where the derivative is infinite: so `where(x > 0, sqrt(x), 0)`
# has a gradient at 0. TensorFlow does this for reciprocal, sqrt and rsqrt, and no other function.
@elementwise(
    lambda c, d, g, y: reciprocal_grad(c, y),
    lambda c, d, g, y: c * g * -2 * y,
    cuda="g == 0 ? g : -g * y * y",
)
def reciprocal_grad(g, y):
    """The cotangent (or tangent) through reciprocal, from its output y: -g * y**2, 0 for g = 0."""
    return array_module(g).where(g == 0, g, -g * y * y)


@elementwise(lambda g, y, x: reciprocal_grad(g, y), kinds="fc", cuda="1 / x")
def reciprocal(x):
    """1 / x, elementwise."""
    return 1 / x


def reciprocal_no_nan(x, name=None):
    """1 / x, and 0 where x is 0, elementwise."""
    x = convert_to_tensor(x)
    return _divide_no_nan(convert_to_tensor(1, x.dtype), x)


def _check_divisor(x, y):
    if y.dtype.kind in "iu" and x.size and not (y.all() if y.ndim else y.item()):
        raise ZeroDivisionError(
            "integer division by zero: use floats, whose quotient is inf or nan there"
        )


@elementwise(None, None, differentiable=False, kinds="iuf")
def floordiv(x, y):
    """The floor of x / y, elementwise. No gradient.

    Raises:
        InvalidArgumentError: an integer is divided by zero.
    """
    _check_divisor(x, y)
    # Of floats it is the floor of the quotient as it is rounded; Python's // is that of the exact.
    return array_module(x).floor(x / y) if x.dtype.kind == "f" else x // y


@elementwise(lambda g, z, x, y: g, lambda g, z, x, y: -g * floordiv(x, y), kinds="iuf")
def floormod(x, y):
    """x - floor(x / y) * y, elementwise: Python's %, with the sign of y.

    Raises:
        InvalidArgumentError: an integer is divided by zero.
    """
    _check_divisor(x, y)
    if x.dtype.kind != "f":
        return x % y
    # Not x % y: where nothing is left, Python's 0 has y's sign, and TensorFlow's x's.
    xp = array_module(x)
    rest = xp.fmod(x, y)
    return xp.where((rest != 0) & ((rest < 0) != (y < 0)), rest + y, rest)


mod = floormod


@elementwise(None, None, differentiable=False, kinds="iuf")
def truncatediv(x, y):
    """x / y rounded towards zero, elementwise. No gradient.

    Raises:
        InvalidArgumentError: an integer is divided by zero.
    """
    _check_divisor(x, y)
    if x.dtype.kind == "f":
        return array_module(x).trunc(x / y)
    quotient = x // y
    # One more where the floor lies below zero, and the division leaves something.
    return quotient + ((quotient < 0) & (quotient * y != x)).astype(x.dtype)


@elementwise(lambda g, z, x, y: g, lambda g, z, x, y: -g * truncatediv(x, y), kinds="iuf")
def truncatemod(x, y):
    """What the division rounded towards zero leaves, elementwise: with the sign of x.

    Raises:
        InvalidArgumentError: an integer is divided by zero.
    """
    _check_divisor(x, y)
    return array_module(x).fmod(x, y)


# -- powers and roots ------------------------------------------------------------------------------


@elementwise(
    lambda g, z, x, y: g * y * pow(x, y - 1),
    # Only where x > 0 does x**y vary with y in a way that has a real derivative: 0 elsewhere.
    lambda g, z, x, y: g * z * log(where(_has_logarithm(x), x, ones_like(x))),
    kinds="ifc",
    cuda="pow(x, y)",
)
def pow(x, y):
    """x ** y, elementwise.

    The gradient for x is y * x**(y - 1), which is nan for x**0. at 0, as in TensorFlow.

    Raises:
        InvalidArgumentError: an integer to a negative power.
    """
    # A single exponent is the common case, and cheap to look at.
    if x.dtype.kind == "f" and (y.item() == 0.5 if y.ndim == 0 else (y == 0.5).any()):
        # NumPy may take the square root there, which is nan at -inf and -0 at -0.
        xp = array_module(x)
        x = xp.where(y == 0.5, xp.where(x == -numpy.inf, numpy.inf, x) + 0, x)
    return x**y


def _has_logarithm(x):
    return not_equal(x, 0) if x.dtype.is_complex else x > 0


# A zero cotangent gives zero here too (see reciprocal_grad), though in the first order alone.
@elementwise(
    lambda c, d, g, y: c / (2 * y), lambda c, d, g, y: -(c / y) * d, cuda="g == 0 ? g : g / (2 * y)"
)
def sqrt_grad(g, y):
    """The cotangent (or tangent) through sqrt, from its output y: g / 2 / y, 0 for g = 0."""
    return array_module(g).where(g == 0, g, g / (2 * y))


@elementwise(lambda g, y, x: sqrt_grad(g, y), kinds="fc", ufunc=numpy.sqrt, cuda="sqrt(x)")
def sqrt(x):
    """The square root, elementwise; nan below 0."""


@elementwise(
    lambda c, d, g, y: rsqrt_grad(c, y),
    lambda c, d, g, y: c * g * -1.5 * y * y,
    cuda="g == 0 ? g : g * T(-0.5) * y * y * y",
)
def rsqrt_grad(g, y):
    """The cotangent (or tangent) through rsqrt, from its output y: -g / 2 * y**3, 0 for g = 0."""
    return array_module(g).where(g == 0, g, g * -0.5 * y * y * y)


@elementwise(lambda g, y, x: rsqrt_grad(g, y), kinds="fc", cuda="1 / sqrt(x)")
def rsqrt(x):
    """1 / sqrt(x), elementwise."""
    return 1 / array_module(x).sqrt(x)


# -- magnitude, sign, order ------------------------------------------------------------------------


# The derivative at 0 is 0: abs'(0) = sign(0).
@elementwise(lambda g, y, x: g * sign(x), kinds="ifc", cuda="fabs(x)")
def _abs(x):
    return numpy.abs(x)


@elementwise(
    lambda g, y, x: _complex(g, zeros_like(g)) * conj(_direction(x, y)),
    tangents=(lambda t, y, x: real(t * conj(_direction(x, y))),),
    kinds="c",
    ufunc=numpy.abs,
)
def complex_abs(x):
    """The magnitudes of complex numbers, as real ones."""


def _direction(x, magnitude):
    """A complex number divided by its magnitude; 0 has none, and gives 0."""
    return divide_no_nan(x, _complex(magnitude, zeros_like(magnitude)))


def abs(x, name=None):
    """|x|, elementwise; real also of complex numbers. The derivative at 0 is 0."""
    if type(x) is Tensor and x.array.dtype.kind == "f":
        return _abs(x)
    x = convert_to_tensor(x)
    return complex_abs(x) if x.dtype.is_complex else _abs(x)


@elementwise(lambda g, y, x: zeros_like(g), kinds="if", cuda="x > 0 ? T(1) : x < 0 ? T(-1) : x")
def _sign(x):
    return numpy.sign(x)


def sign(x, name=None):
    """-1, 0 or 1 by the sign of x, elementwise; x / |x| of complex numbers, and 0 of 0.

    The gradient of real numbers is zero, not None.
    """
    if type(x) is Tensor and x.array.dtype.kind == "f":
        return _sign(x)
    x = convert_to_tensor(x)
    return _direction(x, complex_abs(x)) if x.dtype.is_complex else _sign(x)


# On a tie the whole gradient goes to the first argument (PyTorch and JAX give each a half).
@elementwise(
    lambda g, z, x, y: where(x >= y, g, zeros_like(g)),
    lambda g, z, x, y: where(x >= y, zeros_like(g), g),
    kinds="iuf",
    ufunc=numpy.maximum,
    cuda="x > y || x != x ? x : y",
)
def maximum(x, y):
    """The larger of x and y, elementwise."""


@elementwise(
    lambda g, z, x, y: where(x <= y, g, zeros_like(g)),
    lambda g, z, x, y: where(x <= y, zeros_like(g), g),
    kinds="iuf",
    ufunc=numpy.minimum,
    cuda="x < y || x != x ? x : y",
)
def minimum(x, y):
    """The smaller of x and y, elementwise."""


# At a bound the gradient is that of x, and where the bounds cross it is the lower one's: these are
# the rules of maximum(minimum(x, high), low).
@elementwise(
    lambda g, y, x, low, high: where(logical_and(x >= low, x <= high), g, zeros_like(g)),
    lambda g, y, x, low, high: where(minimum(x, high) >= low, zeros_like(g), g),
    lambda g, y, x, low, high: where(logical_and(high < x, high >= low), g, zeros_like(g)),
    kinds="iuf",
)
def _clip_by_value(x, low, high):
    xp = array_module(x)
    return xp.maximum(xp.minimum(x, high), low)


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """t limited to [clip_value_min, clip_value_max], elementwise.

    Args:
        t: a tensor, or IndexedSlices, of which the values are limited.
        clip_value_min: a tensor that broadcasts to the shape of t.
        clip_value_max: the same; where the bounds cross, the lower one counts.
        name: not used.

    Raises:
        ValueError: a bound would give the result more elements than t.
    """
    if hasattr(t, "indices"):
        return _with_values(t, clip_by_value(t.values, clip_value_min, clip_value_max))
    clipped = _clip_by_value(t, clip_value_min, clip_value_max)
    shape = t.shape if type(t) is Tensor else convert_to_tensor(t).shape
    if clipped.shape != shape:
        raise ValueError(
            f"clip_by_value: the bounds must broadcast to the shape of t. Shapes {shape} and "
            f"{clipped.shape} are incompatible."
        )
    return clipped


def saturate_cast(value, dtype, name=None):
    """Like `cast`, but numbers out of the new type's range become its smallest or largest.

    Raises:
        TypeError: booleans or text.
    """
    value, dtype = convert_to_tensor(value), as_dtype(dtype)
    for kind in (value.dtype, dtype):
        if not (kind.is_integer or kind.is_differentiable):
            raise TypeError(f"saturate_cast: expected types of numbers. Received: {kind.name}.")
    if value.dtype.is_complex and dtype.is_complex:
        parts = (saturate_cast(part, dtype.real_dtype) for part in (real(value), imag(value)))
        return complex(*parts)
    value = real(value)
    low, high = _limits(value.dtype, dtype.real_dtype)
    return cast(_clip_by_value(value, low, high), dtype)


def _limits(old, new) -> tuple:
    """The smallest and the largest number of one type that another has as well."""
    limits = []
    for mine, other in ((old.min, new.min), (old.max, new.max)):
        limit = old.as_numpy_dtype(min(mine, other) if mine > 0 else max(mine, other))
        # A float next to the end of an integer's range may have been rounded beyond it.
        if new.is_integer and not new.min <= int(limit) <= new.max:
            limit = numpy.nextafter(limit, old.as_numpy_dtype(0))
        limits.append(limit)
    return tuple(limits)


@elementwise(None, differentiable=False, kinds="f", ufunc=numpy.floor, cuda="floor(x)")
def floor(x):
    """The largest integer not above x, elementwise. No gradient."""


@elementwise(None, differentiable=False, kinds="f", ufunc=numpy.ceil, cuda="ceil(x)")
def ceil(x):
    """The smallest integer not below x, elementwise. No gradient."""


@elementwise(None, differentiable=False, kinds="iuf", cuda="rint(x)")
def round(x):
    """The nearest integer, halves to even, elementwise. No gradient."""
    return x if x.dtype.kind in "iu" else array_module(x).rint(x)


@elementwise(None, differentiable=False, kinds="f", ufunc=numpy.rint, cuda="rint(x)")
def rint(x):
    """The nearest integer of a float, halves to even, elementwise. No gradient."""


@elementwise(
    lambda g, z, x1, x2: g, lambda g, z, x1, x2: zeros_like(g), kinds="f", ufunc=numpy.nextafter
)
def nextafter(x1, x2):
    """The float next to x1 in the direction of x2, elementwise; the gradient is that of x1."""


# -- exponentials and logarithms -------------------------------------------------------------------


@elementwise(lambda g, y, x: g * y, kinds="fc", ufunc=numpy.exp, cuda="exp(x)")
def exp(x):
    """e ** x, elementwise."""


@elementwise(lambda g, y, x: g * exp(x), kinds="fc", ufunc=numpy.expm1, cuda="expm1(x)")
def expm1(x):
    """e ** x - 1, exact near 0, elementwise."""


# In these rules stands reciprocal, not a division, so that second derivatives have TensorFlow's
# values also where a cotangent is zero.
@elementwise(lambda g, y, x: g * reciprocal(x), kinds="fc", ufunc=numpy.log, cuda="log(x)")
def log(x):
    """The natural logarithm, elementwise; -inf at 0, nan below."""


@elementwise(lambda g, y, x: g * reciprocal(1 + x), kinds="fc", ufunc=numpy.log1p, cuda="log1p(x)")
def log1p(x):
    """log(1 + x), exact near 0, elementwise."""


def _is_nonzero(x):
    return cast(not_equal(x, 0), x.dtype)


@elementwise(
    lambda g, z, x, y: g * xlogy(_is_nonzero(x), y),
    lambda g, z, x, y: g * xdivy(x, y),
    kinds="fc",
    cuda="x == 0 ? T(0) : x * log(y)",
)
def xlogy(x, y):
    """x * log(y), and 0 where x is 0, elementwise."""
    xp = array_module(x)
    return xp.where(x == 0, x.dtype.type(0), x * xp.log(y))


@elementwise(
    lambda g, z, x, y: g * xlog1py(_is_nonzero(x), y),
    lambda g, z, x, y: g * xdivy(x, y + 1),
    kinds="fc",
    cuda="x == 0 ? T(0) : x * log1p(y)",
)
def xlog1py(x, y):
    """x * log(1 + y), and 0 where x is 0, elementwise."""
    xp = array_module(x)
    return xp.where(x == 0, x.dtype.type(0), x * xp.log1p(y))


@elementwise(
    lambda g, z, x, y: g * xdivy(_is_nonzero(x), y),
    lambda g, z, x, y: g * xdivy(-x, square(y)),
    kinds="fc",
    cuda="x == 0 ? T(0) : x / y",
)
def xdivy(x, y):
    """x / y, and 0 where x is 0, elementwise."""
    return array_module(x).where(x == 0, x.dtype.type(0), x / y)


# -- trigonometric and hyperbolic functions --------------------------------------------------------


@elementwise(lambda g, y, x: g * cos(x), kinds="fc", ufunc=numpy.sin, cuda="sin(x)")
def sin(x):
    """The sine of x radians, elementwise."""


@elementwise(lambda g, y, x: -g * sin(x), kinds="fc", ufunc=numpy.cos, cuda="cos(x)")
def cos(x):
    """The cosine of x radians, elementwise."""


@elementwise(lambda g, y, x: g * (1 + y * y), kinds="fc", ufunc=numpy.tan, cuda="tan(x)")
def tan(x):
    """The tangent of x radians, elementwise."""


@elementwise(
    lambda g, y, x: g * reciprocal(sqrt(1 - x * x)), kinds="fc", ufunc=numpy.arcsin, cuda="asin(x)"
)
def asin(x):
    """The angle in radians, between -pi/2 and pi/2, whose sine is x, elementwise."""


@elementwise(
    lambda g, y, x: -g * reciprocal(sqrt(1 - x * x)), kinds="fc", ufunc=numpy.arccos, cuda="acos(x)"
)
def acos(x):
    """The angle in radians, between 0 and pi, whose cosine is x, elementwise."""


@elementwise(
    lambda g, y, x: g * reciprocal(1 + x * x), kinds="fc", ufunc=numpy.arctan, cuda="atan(x)"
)
def atan(x):
    """The angle in radians, between -pi/2 and pi/2, whose tangent is x, elementwise."""


@elementwise(
    lambda g, z, y, x: x * (g / (y * y + x * x)),
    lambda g, z, y, x: -y * (g / (y * y + x * x)),
    kinds="f",
    ufunc=numpy.arctan2,
    cuda="atan2(y, x)",
)
def atan2(y, x):
    """The angle in radians, from -pi to pi, of the point (x, y) in the plane, elementwise."""


@elementwise(lambda g, y, x: g * cosh(x), kinds="fc", ufunc=numpy.sinh, cuda="sinh(x)")
def sinh(x):
    """The hyperbolic sine, elementwise."""


@elementwise(lambda g, y, x: g * sinh(x), kinds="fc", ufunc=numpy.cosh, cuda="cosh(x)")
def cosh(x):
    """The hyperbolic cosine, elementwise."""


@elementwise(
    lambda c, d, g, y: tanh_grad(c, y), lambda c, d, g, y: c * g * y * -2, cuda="g * (1 - y * y)"
)
def tanh_grad(g, y):
    """The cotangent (or tangent) through tanh, from its output y: g * (1 - y * y)."""
    return g * (1 - y * y)


@elementwise(lambda g, y, x: tanh_grad(g, y), kinds="fc", ufunc=numpy.tanh, cuda="tanh(x)")
def tanh(x):
    """The hyperbolic tangent, elementwise."""


@elementwise(lambda g, y, x: g / cosh(y), kinds="fc", ufunc=numpy.arcsinh, cuda="asinh(x)")
def asinh(x):
    """The inverse of the hyperbolic sine, elementwise."""


@elementwise(lambda g, y, x: g / sinh(y), kinds="fc", ufunc=numpy.arccosh, cuda="acosh(x)")
def acosh(x):
    """The inverse of the hyperbolic cosine, elementwise: not negative, and nan below 1."""


@elementwise(
    lambda g, y, x: g * reciprocal(1 - x * x), kinds="fc", ufunc=numpy.arctanh, cuda="atanh(x)"
)
def atanh(x):
    """The inverse of the hyperbolic tangent, elementwise; infinite at 1 and -1, nan beyond."""


# -- activations that mathematics has too ----------------------------------------------------------


@elementwise(
    lambda c, d, g, y: sigmoid_grad(c, y),
    lambda c, d, g, y: c * g * (1 - 2 * y),
    cuda="g * y * (1 - y)",
)
def sigmoid_grad(g, y):
    """The cotangent (or tangent) through sigmoid, from its output y: g * y * (1 - y)."""
    return g * y * (1 - y)


@elementwise(lambda g, y, x: sigmoid_grad(g, y), kinds="fc", cuda="1 / (1 + exp(-x))")
def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise."""
    xp = array_module(x)
    if x.dtype.kind != "c":
        return 1 / (1 + xp.exp(-x))
    below = x.real < 0  # on each side the exponential that doesn't overflow: inf / inf would be nan
    e = xp.exp(xp.where(below, x, -x))
    return xp.where(below, e, 1) / (1 + e)


@elementwise(
    lambda g, y, x: g * sigmoid(x),
    kinds="f",
    cuda="fmax(features, T(0)) + log1p(exp(-fabs(features)))",
)
def softplus(features):
    """log(1 + exp(x)), elementwise, exact for large |x|."""
    return array_module(features).logaddexp(features, 0).astype(features.dtype, copy=False)


def log_sigmoid(x, name=None):
    """log(1 / (1 + exp(-x))), elementwise, exact for large |x|: -softplus(-x)."""
    return -softplus(-convert_to_tensor(x))


@elementwise(
    lambda g, y, x: g / square(1 + _abs(x)), kinds="f", cuda="features / (1 + fabs(features))"
)
def softsign(features):
    """x / (1 + |x|), elementwise."""
    return features / (1 + array_module(features).abs(features))
