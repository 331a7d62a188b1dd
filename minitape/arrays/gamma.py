"""The gamma function's family on raw float64 arrays: lgamma, zeta, incomplete integrals.

Each function is computed for a whole array at once: by recurrences to where a series serves, by
series until the last element has converged, with formulas from the NIST Digital Library of
Mathematical Functions (dlmf.nist.gov), whose numbers stand at the functions.
"""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from .erf import polynomial
from .module import array_module

# lgamma(x) / ((x - 1) (x - 2)) for 1 <= x <= 3, in x - 2: a Chebyshev series computed with forty
# digits, as a polynomial, highest power first.
_LGAMMA = (
    -2.2029817508598198e-10,
    4.2453673576593125e-10,
    7.781579910182537e-10,
    -1.38994451662441e-09,
    -2.7213519871256995e-09,
    4.927878685807231e-09,
    1.0302382218738562e-09,
    -7.603161817337265e-10,
    -1.3413634707816507e-08,
    2.6247261052647615e-08,
    -4.0989550123056e-08,
    8.745972665553556e-08,
    -1.9297722928131087e-07,
    4.055632887824375e-07,
    -8.524589422854706e-07,
    1.8074596187759183e-06,
    -3.847458853109349e-06,
    8.22234752455359e-06,
    -1.7661650808739293e-05,
    3.816886281372433e-05,
    -8.309512956943704e-05,
    0.0001825526419770573,
    -0.00040570739724578336,
    0.0009153769220606788,
    -0.00210813083396774,
    0.004998641164703877,
    -0.012384192193371025,
    0.03296500062115574,
    -0.10031730167435392,
    0.42278433509846713,
)
# The Bernoulli numbers B2, B4, ... and from which x on their asymptotic series serve.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510,
              43867 / 798, -174611 / 330, 854513 / 138, -236364091 / 2730)  # fmt: skip
_FAR = 10
_STIRLING = tuple(b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1))[7::-1]
_PSI = tuple(b / (2 * k) for k, b in enumerate(_BERNOULLI, 1))[7::-1]
# An incomplete integral that has not converged after so many terms is nan. They suffice for a (and
# b) up to about a million.
_MOST_TERMS = 10_000
_ROUNDING = 2.0**-49


def in_float64(function: Callable) -> Callable:
    """Decorator: the function is computed in float64, and its result has the inputs' dtype."""

    @wraps(function)
    def wrapped(*arrays):
        dtype = arrays[0].dtype
        if dtype == "float64":
            return function(*arrays)
        return function(*(x.astype("float64") for x in arrays)).astype(dtype)

    return wrapped


@in_float64
def lgamma(x: Any) -> Any:
    """log(abs(gamma(x))); inf at 0, -1, -2, ..."""
    xp = array_module(x)
    y = _lgamma_of_positive(xp.abs(x))
    # The reflection formula, DLMF 5.5.3, for x < 0.
    sine = xp.sin(math.pi * (x - xp.rint(x)))
    reflected = math.log(math.pi) - xp.log(xp.abs(x * sine)) - y
    return xp.where(x < 0, xp.where(xp.isinf(x), math.inf, reflected), y)


def _lgamma_of_positive(x):
    xp = array_module(x)
    # Between 1 and 3, reached by gamma(x + 1) = x gamma(x) from below, and from above up to 10.
    product, near = xp.where(x < 1, 1 / x, 1), xp.clip(xp.where(x < 1, x + 1, x), 0, _FAR)
    for _ in range(_FAR - 3):
        too_large = near > 3
        near = near - too_large
        product = xp.where(too_large, product * near, product)
    below = (near - 1) * (near - 2) * polynomial(_LGAMMA, near - 2) + xp.log(product)
    far = xp.maximum(x, _FAR)
    above = (far - 0.5) * xp.log(far) - far + 0.5 * math.log(2 * math.pi)  # Stirling, DLMF 5.11.1
    above = above + polynomial(_STIRLING, 1 / (far * far)) / far
    return xp.where(x < _FAR, below, xp.where(xp.isinf(x), math.inf, above))


@in_float64
def digamma(x: Any) -> Any:
    """The derivative of lgamma; nan at 0, -1, -2, ..."""
    xp = array_module(x)
    positive = xp.where(x < 0, 1 - x, x)
    # Up to 10 by psi(x) = psi(x + 1) - 1 / x, then the asymptotic series, DLMF 5.11.2.
    total, far = xp.zeros_like(x), positive
    for _ in range(_FAR):
        too_small = far < _FAR
        total = xp.where(too_small, total - 1 / far, total)
        far = far + too_small
    square = 1 / (far * far)
    y = total + xp.log(far) - 0.5 / far - square * polynomial(_PSI, square)
    turned = math.pi * (x - xp.rint(x))
    reflected = y - math.pi / xp.tan(turned)  # DLMF 5.5.4
    y = xp.where(x < 0, reflected, y)
    return xp.where((x <= 0) & (x == xp.floor(x)), math.nan, y)


@in_float64
def zeta(x: Any, q: Any) -> Any:
    """Hurwitz' zeta function: the sum of (q + n) ** -x over n >= 0, for x > 1.

    inf for x = 1, and for x = inf where q <= 0; at the poles q = 0, -1, ... inf for even x and nan
    for odd, whose sign changes there; nan for x < 1, and for q < 0 where x is not a whole number.
    """
    xp = array_module(x)
    pole = (q <= 0) & (q == xp.floor(q))
    undefined = (x < 1) | ((q <= 0) & (x != xp.floor(x))) | xp.isnan(x) | xp.isnan(q)
    y = _zeta_of_positive(x, xp.where(q > 0, q, 1))
    if (q < 0).any():
        # The terms with q + n < 0, but for their sign, are a part of that sum for 1 + floor(q) - q.
        below = xp.where((q < 0) & ~pole & xp.isfinite(q), q, -0.5)
        floor = xp.floor(below)
        mirrored = _zeta_of_positive(x, 1 + floor - below) - _zeta_of_positive(x, 1 - below)
        sign = xp.where(x % 2 == 0, 1, -1)
        y = xp.where(q < 0, _zeta_of_positive(x, below - floor) + sign * mirrored, y)
    y = xp.where(x == math.inf, xp.where(q > 0, xp.power(q, -x), math.inf), y)
    at_pole = xp.where(x % 2 == 0, math.inf, math.nan)
    y = xp.where(x == 1, math.inf, xp.where(pole & xp.isfinite(x), at_pole, y))
    return xp.where(undefined, math.nan, y)


def _zeta_of_positive(x, q):
    """By the Euler-Maclaurin formula after ten terms, DLMF 25.11.28."""
    xp = array_module(x)
    total = sum(xp.power(q + n, -x) for n in range(_FAR))
    a = q + _FAR
    power = xp.power(a, -x)
    total = total + xp.power(a, 1 - x) / (x - 1) + power / 2
    factor = power * x / a
    for k, b in enumerate(_BERNOULLI, 1):
        total = total + b / math.factorial(2 * k) * factor
        factor = factor * (x + 2 * k - 1) * (x + 2 * k) / (a * a)
    return total


@in_float64
def polygamma(a: Any, x: Any) -> Any:
    """The a-th derivative of digamma: (-1)**(a + 1) a! zeta(a + 1, x), DLMF 25.11.12."""
    xp = array_module(x)
    whole = (a >= 0) & (a == xp.floor(a))
    sign = xp.where(a % 2 == 0, -1.0, 1.0)
    y = sign * xp.exp(lgamma(a + 1)) * zeta(a + 1, x)
    return xp.where(whole, xp.where(a == 0, digamma(x), y), math.nan)


# -- incomplete integrals --------------------------------------------------------------------------
#
# The derivatives for a come from computing with Taylor series in a, cut after so many terms: lists
# of arrays, whose sums and products are those of the series.


def _product(u: list, v: list) -> list:
    return [sum(u[j] * v[k - j] for j in range(k + 1)) for k in range(len(u))]


def _quotient(u: list, v: list) -> list:
    w: list = []
    for k in range(len(u)):
        w.append((u[k] - sum(w[j] * v[k - j] for j in range(k))) / v[0])
    return w


def _exponential(u: list, xp) -> list:
    w = [xp.exp(u[0])]
    for k in range(1, len(u)):
        w.append(sum(j * u[j] * w[k - j] for j in range(1, k + 1)) / k)
    return w


def _settled(change: list, total: list, xp):
    """Where the last change was no more than a rounding of the whole."""
    size = sum(xp.abs(c) for c in total)
    return sum(xp.abs(c) for c in change) <= _ROUNDING * size


def _weight(a, x, order: int, xp) -> list:
    """exp(-x) x**a / gamma(a + 1), as a series in a."""
    # For large a the terms of the exponent cancel: there by Stirling's series, with x = a (1 + m).
    far = xp.maximum(a, _FAR)
    m = (x - far) / far
    square = 1 / (far * far)
    large = -far * (m - xp.log1p(m)) - polynomial(_STIRLING, square) / far
    large = large - 0.5 * xp.log(2 * math.pi * far)
    exponent = [xp.where(a < _FAR, a * xp.log(x) - x - lgamma(a + 1), large)]
    if order:
        exponent.append(xp.log(x) - digamma(a + 1))
    for k in range(2, order + 1):
        exponent.append(-polygamma(xp.full_like(a, k - 1), a + 1) / math.factorial(k))
    return _exponential(exponent, xp)


def _lower(a, x, order: int, xp) -> list:
    """igamma by its power series, DLMF 8.7.1, for x up to about a."""
    term = [xp.ones_like(a), *[xp.zeros_like(a)] * order]
    total = list(term)
    for n in range(1, _MOST_TERMS):
        inverse = 1 / (a + n)
        term = _product(term, [x * inverse * (-inverse) ** k for k in range(order + 1)])
        total = [s + t for s, t in zip(total, term, strict=True)]
        done = _settled(term, total, xp)
        if done.all():
            break
    return [xp.where(done, y, math.nan) for y in _product(_weight(a, x, order, xp), total)]


def _upper(a, x, order: int, xp) -> list:
    """1 - igamma by its continued fraction, DLMF 8.9.2, for x from about a on."""
    zeros = [xp.zeros_like(a)] * order
    one = xp.ones_like(a)
    p, q = [one, *zeros], [x, *zeros]  # the numerator and denominator before the last
    y, z = [1 - a, -one, *zeros][: order + 1], [x + 2 - a, -one, *zeros][: order + 1]
    p_next, q_next = [x + 1, *zeros], [x * c for c in z]
    fraction = _quotient(p_next, q_next)
    done = xp.zeros_like(a, dtype=bool)
    for n in range(1, _MOST_TERMS):
        y, z = [y[0] + 1, *y[1:]], [z[0] + 2, *z[1:]]
        step = [n * c for c in y]
        new_p, new_q = (
            [s - t for s, t in zip(_product(z, last), _product(step, before), strict=True)]
            for last, before in ((p_next, p), (q_next, q))
        )
        scale = xp.where(xp.abs(new_q[0]) > 1e100, 1e-100, 1.0)
        p, q, p_next, q_next = (
            [c * scale for c in series] for series in (p_next, q_next, new_p, new_q)
        )
        latest = _quotient(p_next, q_next)
        change = [s - t for s, t in zip(latest, fraction, strict=True)]
        # What has settled stays: the roundings of the derivatives grow with the number of steps.
        fraction = [xp.where(done, s, t) for s, t in zip(fraction, latest, strict=True)]
        done = done | _settled(change, latest, xp)
        if done.all():
            break
    # The weight is that of the series, which is a times smaller.
    weight = _product(_weight(a, x, order, xp), [a, one, *zeros][: order + 1])
    return [xp.where(done, y, math.nan) for y in _product(weight, fraction)]


def _upper_of_small(a, x, xp):
    """1 - igamma where both are at most 1, and it may be tiny: from the series DLMF 8.7.3."""
    term, total = -x, -x / (a + 1)
    for n in range(2, 20):
        term = term * (-x / n)
        total = total + term / (a + n)
    exponent = a * xp.log(x) - a * (a - 1) * polynomial(_LGAMMA, a - 1)  # lgamma(a + 1)
    return -xp.expm1(exponent) - xp.exp(exponent) * a * total


def _incomplete_gamma(a, x, order: int) -> tuple:
    """The derivatives for a, of this order, of igamma and igammac."""
    xp = array_module(a)
    a, x = xp.broadcast_arrays(a, x)
    good = (a > 0) & (x > 0) & xp.isfinite(a + x)
    small = x <= xp.maximum(a, 1)
    first, second = good & small, good & ~small
    lower = _lower(xp.where(first, a, 1), xp.where(first, x, 1), order, xp)[order]
    upper = _upper(xp.where(second, a, 1), xp.where(second, x, 2), order, xp)[order]
    factorial, whole = math.factorial(order), 0 if order else 1
    lower, upper = lower * factorial, upper * factorial
    p, q = xp.where(small, lower, whole - upper), xp.where(small, whole - lower, upper)
    if not order:
        tiny = good & (a <= 1) & (x <= 1)
        q = xp.where(tiny, _upper_of_small(xp.where(tiny, a, 1), xp.where(tiny, x, 1), xp), q)
    # No part of the integral at 0, all of it at infinity; and nan where there is no integral.
    none = ((a > 0) & (x == 0)) | (xp.isinf(a) & (a > 0) & (x >= 0) & xp.isfinite(x))
    all_of_it = (a > 0) & xp.isinf(x) & (x > 0) & xp.isfinite(a)
    edge = xp.where(none, 0.0, xp.where(all_of_it, float(whole), math.nan))
    # TensorFlow's igamma is 0 at 0 even where there is none.
    return xp.where(good, p, xp.where(x == 0, 0.0, edge)), xp.where(good, q, whole - edge)


def igamma(a: Any, x: Any, order: int = 0) -> Any:
    """The integral of exp(-t) t**(a - 1) / gamma(a) from 0 to x, or its derivative for a."""
    return in_float64(lambda a, x: _incomplete_gamma(a, x, order)[0])(a, x)


@in_float64
def igammac(a: Any, x: Any) -> Any:
    """1 - igamma(a, x), exact also where that is tiny."""
    return _incomplete_gamma(a, x, 0)[1]


@in_float64
def betainc(a: Any, b: Any, x: Any) -> Any:
    """The integral of t**(a - 1) (1 - t)**(b - 1) from 0 to x, as a part of that up to 1."""
    xp = array_module(a)
    a, b, x = xp.broadcast_arrays(a, b, x)
    good = (a > 0) & (b > 0) & (x > 0) & (x < 1) & xp.isfinite(a + b)
    p, q, t = (xp.where(good, v, default) for v, default in ((a, 1), (b, 1), (x, 0.5)))
    # The fraction converges fast below the mean; above it, that of 1 - t does.
    swap = t > (p + 1) / (p + q + 2)
    p, q, t, u = (
        xp.where(swap, q, p), xp.where(swap, p, q), xp.where(swap, 1 - t, t),
        xp.where(swap, t, 1 - t),
    )  # fmt: skip
    log_beta = lgamma(p) + lgamma(q) - lgamma(p + q)
    y = xp.exp(p * xp.log(t) + q * xp.log(u) - log_beta) / p * _beta_fraction(p, q, t, xp)
    y = xp.where(swap, 1 - y, y)
    inside = (a > 0) & (b > 0)
    edge = xp.where(inside & (x == 0), 0.0, xp.where(inside & (x == 1), 1.0, math.nan))
    return xp.where(good, y, edge)


def _beta_fraction(a, b, x, xp):
    """The continued fraction DLMF 8.17.22, by the modified method of Lentz."""
    tiny = 1e-300
    c, d = xp.ones_like(x), 1 - (a + b) * x / (a + 1)
    d = 1 / xp.where(xp.abs(d) < tiny, tiny, d)
    y = d
    for m in range(1, _MOST_TERMS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 + step * d, 1 + step / c
            d = 1 / xp.where(xp.abs(d) < tiny, tiny, d)
            c = xp.where(xp.abs(c) < tiny, tiny, c)
            change = c * d
            y = y * change
        done = xp.abs(change - 1) <= _ROUNDING
        if done.all():
            break
    return xp.where(done, y, math.nan)
