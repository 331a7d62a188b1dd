"""NumPy's elementwise functions, as Keras names them: minitape's ops, in Keras' types."""

import math as _math
from collections.abc import Callable as _Callable

from .... import ops as _ops
from .. import promotion as _promotion


def _of_one(op: _Callable, convert: _Callable, name: str, meaning: str = "") -> _Callable:
    """A function of one tensor, which is converted first."""

    def function(x):
        return op(convert(x))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = meaning or f"The op `{getattr(op, 'name', op.__name__)}`, elementwise."
    return function


def _of_two(op: _Callable, name: str, convert: _Callable = _promotion.tensor) -> _Callable:
    """A function of two tensors, which promote to one type and then are converted."""

    def function(x1, x2):
        x1, x2 = _promotion.tensors(x1, x2)
        return op(convert(x1), convert(x2))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The op `{getattr(op, 'name', op.__name__)}`, elementwise."
    return function


_any, _float, _bool = _promotion.tensor, _promotion.floating, _promotion.boolean
_cast = _promotion.cast

# The type stays as it is.
abs = absolute = _of_one(_ops.abs, _any, "abs")
conj = conjugate = _of_one(_ops.conj, _any, "conj")
imag = _of_one(_ops.imag, _any, "imag")
negative = _of_one(_ops.negative, _any, "negative")
real = _of_one(_ops.real, _any, "real")
sign = _of_one(_ops.sign, _any, "sign")
square = _of_one(_ops.square, _any, "square")

# Integers become floats.
arccos = _of_one(_ops.acos, _float, "arccos")
arccosh = _of_one(_ops.acosh, _float, "arccosh")
arcsin = _of_one(_ops.asin, _float, "arcsin")
arcsinh = _of_one(_ops.asinh, _float, "arcsinh")
arctan = _of_one(_ops.atan, _float, "arctan")
arctanh = _of_one(_ops.atanh, _float, "arctanh")
ceil = _of_one(_ops.ceil, _float, "ceil")
cos = _of_one(_ops.cos, _float, "cos")
cosh = _of_one(_ops.cosh, _float, "cosh")
erf = _of_one(_ops.erf, _float, "erf")
erfinv = _of_one(_ops.erfinv, _float, "erfinv")
exp = _of_one(_ops.exp, _float, "exp")
expm1 = _of_one(_ops.expm1, _float, "expm1")
floor = _of_one(_ops.floor, _float, "floor")
log = _of_one(_ops.log, _float, "log")
log1p = _of_one(_ops.log1p, _float, "log1p")
reciprocal = _of_one(_ops.reciprocal, _float, "reciprocal")
rsqrt = _of_one(_ops.rsqrt, _float, "rsqrt")
sin = _of_one(_ops.sin, _float, "sin")
sinh = _of_one(_ops.sinh, _float, "sinh")
sqrt = _of_one(_ops.sqrt, _float, "sqrt")
tan = _of_one(_ops.tan, _float, "tan")
tanh = _of_one(_ops.tanh, _float, "tanh")

# Questions.
isfinite = _of_one(_ops.is_finite, _float, "isfinite")
isinf = _of_one(_ops.is_inf, _float, "isinf")
isnan = _of_one(_ops.is_nan, _float, "isnan")
logical_not = _of_one(_ops.logical_not, _bool, "logical_not")

# Of two.
add = _of_two(_ops.add, "add")
arctan2 = _of_two(_ops.atan2, "arctan2", _float)
divide = true_divide = _of_two(_ops.divide, "divide", _float)
divide_no_nan = _of_two(_ops.divide_no_nan, "divide_no_nan", _float)
equal = _of_two(_ops.equal, "equal")
floor_divide = _of_two(_ops.floordiv, "floor_divide")
greater = _of_two(_ops.greater, "greater")
greater_equal = _of_two(_ops.greater_equal, "greater_equal")
less = _of_two(_ops.less, "less")
less_equal = _of_two(_ops.less_equal, "less_equal")
logical_and = _of_two(_ops.logical_and, "logical_and", _bool)
logical_or = _of_two(_ops.logical_or, "logical_or", _bool)
logical_xor = _of_two(_ops.logical_xor, "logical_xor", _bool)
maximum = _of_two(_ops.maximum, "maximum")
minimum = _of_two(_ops.minimum, "minimum")
mod = _of_two(_ops.floormod, "mod")
multiply = _of_two(_ops.multiply, "multiply")
not_equal = _of_two(_ops.not_equal, "not_equal")
power = _of_two(_ops.pow, "power")
subtract = _of_two(_ops.subtract, "subtract")


def bitwise_and(x, y):
    """The bits that are 1 in both."""
    return _ops.bitwise_and(*_promotion.tensors(x, y))


def bitwise_or(x, y):
    """The bits that are 1 in one of them."""
    return _ops.bitwise_or(*_promotion.tensors(x, y))


def bitwise_xor(x, y):
    """The bits that differ."""
    return _ops.bitwise_xor(*_promotion.tensors(x, y))


def log2(x):
    """The logarithm to the base 2."""
    return log(x) / _math.log(2)


def log10(x):
    """The logarithm to the base 10."""
    return log(x) / _math.log(10)


def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)), without an overflow."""
    x1, x2 = (_float(x) for x in _promotion.tensors(x1, x2))
    return _ops.reduce_logsumexp(_ops.stack(_spread(x1, x2)), axis=0)


def _spread(x1, x2) -> list:
    """Two tensors of the shape that both broadcast to."""
    return [x1 + _ops.zeros_like(x2), x2 + _ops.zeros_like(x1)]


def round(x, decimals=0):
    """x rounded to so many decimals, halves to the even number."""
    x = _any(x)
    if decimals == 0:
        return _ops.round(x)
    scale = 10.0**decimals
    return _ops.cast(_ops.round(_float(x) * scale) / scale, x.dtype)


def clip(x, x_min, x_max):
    """x, but not below `x_min` nor above `x_max`."""
    x = _any(x)
    x, low, high = _promotion.tensors(_ops.cast(x, "int32") if x.dtype.is_bool else x, x_min, x_max)
    return _ops.minimum(_ops.maximum(x, low), high)


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| <= atol + rtol |x2|, elementwise; equal infinities are close."""
    x1, x2 = (_float(x) for x in _promotion.tensors(x1, x2))
    close = _ops.abs(x1 - x2) <= atol + rtol * _ops.abs(x2)
    close = _ops.logical_or(_ops.logical_and(close, _ops.is_finite(x2)), _ops.equal(x1, x2))
    if equal_nan:
        close = _ops.logical_or(close, _ops.logical_and(_ops.is_nan(x1), _ops.is_nan(x2)))
    return close


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """x with numbers in place of nan and of infinities (the largest there are, unless given)."""
    x = _any(x)
    if not x.dtype.is_floating:
        return x
    posinf = float(x.dtype.max) if posinf is None else posinf
    neginf = float(x.dtype.min) if neginf is None else neginf
    x = _ops.where(_ops.is_nan(x), _cast(nan, x.dtype), x)
    x = _ops.where(_ops.equal(x, float("inf")), _cast(posinf, x.dtype), x)
    return _ops.where(_ops.equal(x, -float("inf")), _cast(neginf, x.dtype), x)
