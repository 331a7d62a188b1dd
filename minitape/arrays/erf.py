"""The error function, its complement and their inverses, on raw arrays of floats.

The coefficients are those of Chebyshev series, computed with forty digits and rearranged as
polynomials of a variable between -1 and 1, highest power first.
"""

import math
from typing import Any

from .module import array_module

# erf(x) / x - 1 for |x| < 1, in 2 x**2 - 1.
_ERF = (
    1.454817075960679e-14,
    -3.8078827395263415e-13,
    9.167606746069445e-12,
    -2.035228404899467e-10,
    4.11580059766496e-09,
    -7.51156928660089e-08,
    1.223382738352401e-06,
    -1.7537169441124826e-05,
    0.00021751715604160108,
    -0.0022854855611441132,
    0.019852496688983708,
    -0.1405360890227171,
    -0.03453126133013269,
)
# (1 + 2x) exp(x**2) erfc(x) for x >= 0, in (x - k) / (x + k) with k = 3.75: between 1 and 1.24.
_ERFC = (
    1.79625782521633e-12,
    -7.33950500852954e-11,
    -4.9656323099806433e-11,
    9.02214970034059e-10,
    5.820899514310995e-10,
    -6.545560212480267e-09,
    -4.453191645424103e-09,
    4.0971223152703005e-08,
    2.4362700816477473e-08,
    -2.6114702359900956e-07,
    -5.831950342145813e-08,
    1.7534434251106334e-06,
    -9.728189861867202e-07,
    -1.1445049125831309e-05,
    2.2383900563041527e-05,
    5.164940777546399e-05,
    -0.0002901539763460068,
    0.00029371359480570737,
    0.0017556258319220233,
    -0.009746579547619623,
    0.02836227742156851,
    -0.05869339859054762,
    0.09230432116019517,
    -0.10880393014170746,
    0.08227673849015112,
    0.00358541548546369,
    -0.14024059858554702,
    1.2375126308378275,
)
_K = 3.75
# For float32: erf(x) / x as a quotient of polynomials of x**2, to 2e-8 for |x| < 3.95, where erf
# is 1 in float32. Fitted by weighted least squares.
_ERF_32 = (
    (
        2.025898232834494e-06,
        0.00028469015167286566,
        0.0038082491261880362,
        0.05287571443843018,
        0.19155229305814078,
        1.128379143658579,
    ),
    (
        3.7831827355594e-05,
        0.00117074791915485,
        0.015055263314208598,
        0.11456044903913629,
        0.5030914745553847,
        1.0,
    ),
)


# How many numbers are worked on at a time: what is computed on the way stays in the cache.
_BLOCK = 1 << 15


def polynomial(coefficients: tuple, x: Any) -> Any:
    """The polynomial with these coefficients, highest power first, at x, in the dtype of x."""
    first, second, *others = map(x.dtype.type, coefficients)
    y = first * x + second
    for c in others:
        y *= x
        y += c
    return y


def erf(x: Any) -> Any:
    """The error function, to about one unit in the last place (six in float32)."""
    if x.size <= _BLOCK:
        return _erf(x)
    xp = array_module(x)
    flat = x.reshape(-1)
    y = xp.empty_like(flat)
    for start in range(0, flat.size, _BLOCK):
        y[start : start + _BLOCK] = _erf(flat[start : start + _BLOCK])
    return y.reshape(x.shape)


def _erf(x):
    xp = array_module(x)
    if x.dtype != "float64":
        small = xp.clip(x, -3.95, 3.95).astype("float32", copy=False)
        square = small * small
        p, q = (polynomial(coefficients, square) for coefficients in _ERF_32)
        return xp.clip(p * small / q, -1, 1).astype(x.dtype, copy=False)
    magnitude = xp.abs(x)
    inner = xp.minimum(magnitude, 1)
    y = xp.asarray(inner + inner * polynomial(_ERF, 2 * inner * inner - 1))
    far = magnitude > 1
    y[far] = 1 - _erfc_of_positive(magnitude[far])
    return xp.copysign(y, x)


def erfc(x: Any) -> Any:
    """1 - erf(x), to a few units in the last place also where it is tiny."""
    xp = array_module(x)
    wide = x.astype("float64", copy=False)
    tail = _erfc_of_positive(xp.abs(wide))
    y = xp.where(wide < 0, 2 - tail, xp.where(wide < 0.5, 1 - erf(wide), tail))
    return y.astype(x.dtype, copy=False)


def _erfc_of_positive(x: Any) -> Any:
    xp = array_module(x)
    x = xp.minimum(x, 30)  # erfc(27) is 0 in float64
    # exp(-x**2) without the rounding of the square, which would count 700 times: the upper half
    # of the digits of x has an exact square.
    upper = x.astype("float32").astype("float64")
    exponential = xp.exp(-upper * upper) * xp.exp((upper - x) * (upper + x))
    return exponential / (1 + 2 * x) * polynomial(_ERFC, (x - _K) / (x + _K))


# Quantiles of the normal distribution: algorithm AS 241 (PPND16), Wichura, Applied Statistics 37,
# 1988. Numerators and denominators, highest power first.
_CENTRAL = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_INTERMEDIATE = (
    (7.74545014278341407640e-4, 0.0227238449892691845833, 0.24178072517745061177,
     1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
     4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
     0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
     2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
     0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358,
     5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
     7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
     0.59983220655588793769, 1.0),
)  # fmt: skip


def _ratio(coefficients: tuple, x: Any) -> Any:
    return polynomial(coefficients[0], x) / polynomial(coefficients[1], x)


def _quantile(p: Any, q: Any) -> Any:
    """The x with P(X <= x) = p for a normal X, given p <= 1/2 and q = p - 1/2, in float64."""
    xp = array_module(p)
    central = q * _ratio(_CENTRAL, 0.180625 - xp.clip(q, -0.425, 0.425) ** 2)
    r = xp.sqrt(-xp.log(xp.where(p > 0, p, 1)))
    tail = xp.where(
        r <= 5,
        -_ratio(_INTERMEDIATE, xp.clip(r, 1.6, 5) - 1.6),
        -_ratio(_FAR, xp.maximum(r, 5) - 5),
    )
    x = xp.where(q >= -0.425, central, tail)
    return xp.where(p > 0, x, xp.where(p == 0, -math.inf, math.nan))


def ndtri(p: Any) -> Any:
    """The x with P(X <= x) = p for a normal X; nan outside [0, 1]."""
    xp = array_module(p)
    wide = p.astype("float64", copy=False)
    lower = xp.minimum(wide, 1 - wide)  # 1 - p is exact for p >= 1/2
    x = _quantile(lower, lower - 0.5)
    return xp.where(wide > 0.5, -x, x).astype(p.dtype, copy=False)


def erfinv(x: Any) -> Any:
    """The y with erf(y) = x; nan outside [-1, 1]."""
    xp = array_module(x)
    wide = x.astype("float64", copy=False)
    magnitude = xp.abs(wide)
    y = _quantile((1 - magnitude) / 2, -magnitude / 2) * -math.sqrt(0.5)
    return xp.copysign(y, wide).astype(x.dtype, copy=False)


def erfcinv(x: Any) -> Any:
    """The y with erfc(y) = x; nan outside [0, 2]."""
    xp = array_module(x)
    wide = x.astype("float64", copy=False)
    lower = xp.minimum(wide, 2 - wide)
    y = _quantile(lower / 2, (lower - 1) / 2) * -math.sqrt(0.5)
    return xp.where(wide > 1, -y, y).astype(x.dtype, copy=False)
