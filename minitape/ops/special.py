"""Special functions: of the error function's family, of gamma's, and Bessel functions.

The numbers come from `arrays`; here stand the derivatives.
"""

import math

from ..arrays import bessel, integrals
from ..arrays import erf as erfs
from ..arrays import gamma as gammas
from ..engine import convert_to_tensor
from .logic import equal, where
from .math import cos, exp, log, sign, sin, square, xlog1py, xlogy
from .reduce import reduce_sum
from .rules import elementwise
from .types import ones_like

# -- the error function ----------------------------------------------------------------------------

_SLOPE = 2 / math.sqrt(math.pi)  # erf'(0)


@elementwise(lambda g, y, x: g * _SLOPE * exp(-square(x)), kinds="f", cuda="erf(x)")
def erf(x):
    """The error function 2 / sqrt(pi) * (the integral of exp(-t**2) from 0 to x), elementwise."""
    return erfs.erf(x)


@elementwise(lambda g, y, x: g * -_SLOPE * exp(-square(x)), kinds="f", cuda="erfc(x)")
def erfc(x):
    """1 - erf(x), elementwise, exact also where that is tiny."""
    return erfs.erfc(x)


@elementwise(lambda g, y, x: g * (1 / _SLOPE) * exp(square(y)), kinds="f")
def erfinv(x):
    """The y with erf(y) = x, elementwise; nan outside [-1, 1]."""
    return erfs.erfinv(x)


@elementwise(lambda g, y, x: g * (-1 / _SLOPE) * exp(square(y)), kinds="f")
def erfcinv(x):
    """The y with erfc(y) = x, elementwise; nan outside [0, 2]."""
    return erfs.erfcinv(x)


@elementwise(lambda g, y, x: g * math.sqrt(2 * math.pi) * exp(square(y) / 2), kinds="f")
def ndtri(x):
    """The quantile of the normal distribution: the y with P(Y <= y) = x, elementwise."""
    return erfs.ndtri(x)


# -- the gamma function ----------------------------------------------------------------------------


@elementwise(lambda g, y, x: g * digamma(x), kinds="f", cuda="lgamma(x)")
def lgamma(x):
    """log(abs(gamma(x))), elementwise; inf at 0, -1, -2, ..."""
    return gammas.lgamma(x)


@elementwise(lambda g, y, x: g * polygamma(ones_like(x), x), kinds="f")
def digamma(x):
    """The derivative of lgamma, elementwise: psi."""
    return gammas.digamma(x)


@elementwise(None, lambda g, y, a, x: g * polygamma(a + 1, x), kinds="f")
def polygamma(a, x):
    """The a-th derivative of digamma at x, elementwise; nan where a is no whole number from 0 on.

    It has a gradient for x alone.
    """
    return gammas.polygamma(a, x)


@elementwise(None, lambda g, y, x, q: g * -x * zeta(x + 1, q), kinds="f")
def zeta(x, q):
    """Hurwitz' zeta function, the sum of (q + n) ** -x over n >= 0, elementwise, for x > 1.

    It has a gradient for q alone.
    """
    return gammas.zeta(x, q)


def lbeta(x, name=None):
    """log(abs(beta(x))) along the last axis: the sum of lgamma(x) less the lgamma of the sum."""
    x = convert_to_tensor(x)
    return reduce_sum(lgamma(x), -1) - lgamma(reduce_sum(x, -1))


@elementwise(
    lambda g, y, a, x, *, order: g * _igamma(a, x, order=order + 1),
    lambda g, y, a, x, *, order: g * _density(a, x, order),
    kinds="f",
)
def _igamma(a, x, *, order):
    return gammas.igamma(a, x, order)


def _density(a, x, order):
    """exp(-x) x**(a - 1) / gamma(a), or its derivative for a of this order."""
    density = [exp((a - 1) * log(x) - x - lgamma(a))]
    # Its logarithmic derivative, and the derivatives of that.
    slopes = [log(x) - digamma(a)] if order else []
    slopes += [-polygamma(ones_like(a) * k, a) for k in range(1, order)]
    for n in range(order):
        density.append(sum(math.comb(n, k) * density[k] * slopes[n - k] for k in range(n + 1)))
    return density[order]


def slope_of_igamma(a, x):
    """The derivative of `igamma` for a."""
    return _igamma(a, x, order=1)


def density_of_gamma(a, x):
    """The derivative of `igamma` for x: the density of the gamma distribution of shape a."""
    return _density(a, x, 0)


def igamma(a, x, name=None):
    """The lower incomplete gamma function, as a part of the whole, elementwise: P(a, x).

    The integral of exp(-t) t**(a - 1) from 0 to x, divided by that to infinity; for a > 0, x >= 0.
    """
    return _igamma(a, x, order=0)


@elementwise(
    lambda g, y, a, x: -g * _igamma(a, x, order=1),
    lambda g, y, a, x: -g * _density(a, x, 0),
    kinds="f",
)
def igammac(a, x):
    """1 - igamma(a, x), elementwise, exact also where it is tiny."""
    return gammas.igammac(a, x)


@elementwise(
    None,
    None,
    lambda g, y, a, b, x: (
        g * exp(xlog1py(b - 1, -x) + xlogy(a - 1, x) - (lgamma(a) + lgamma(b) - lgamma(a + b)))
    ),
    kinds="f",
)
def _betainc(a, b, x):
    return gammas.betainc(a, b, x)


def betainc(a, b, x, name=None):
    """The incomplete beta function, as a part of the whole, elementwise.

    The integral of t**(a - 1) (1 - t)**(b - 1) from 0 to x, divided by that to 1; for positive a
    and b and x from 0 to 1. It has a gradient for x alone.
    """
    return _betainc(a, b, x)


# -- Bessel functions ------------------------------------------------------------------------------


def _half_at_zero(x, slope):
    """The derivative of a function of order 1, whose formula is 0 / 0 at 0, where it is 1/2."""
    return where(equal(x, 0), ones_like(x) * 0.5, slope)


@elementwise(lambda g, y, x: g * bessel_i1(x), kinds="f")
def bessel_i0(x):
    """The modified Bessel function of the first kind, order 0, elementwise."""
    return bessel.i0(x)


@elementwise(lambda g, y, x: g * (bessel_i1e(x) - sign(x) * y), kinds="f")
def bessel_i0e(x):
    """exp(-abs(x)) bessel_i0(x), elementwise."""
    return bessel.i0e(x)


@elementwise(lambda g, y, x: g * _half_at_zero(x, bessel_i0(x) - y / x), kinds="f")
def bessel_i1(x):
    """The modified Bessel function of the first kind, order 1, elementwise."""
    return bessel.i1(x)


@elementwise(lambda g, y, x: g * _half_at_zero(x, bessel_i0e(x) - y * (sign(x) + 1 / x)), kinds="f")
def bessel_i1e(x):
    """exp(-abs(x)) bessel_i1(x), elementwise."""
    return bessel.i1e(x)


@elementwise(lambda g, y, x: -g * bessel_k1(x), kinds="f")
def bessel_k0(x):
    """The modified Bessel function of the second kind, order 0, elementwise, for x > 0."""
    return bessel.k0(x)


@elementwise(lambda g, y, x: g * (y - bessel_k1e(x)), kinds="f")
def bessel_k0e(x):
    """exp(x) bessel_k0(x), elementwise."""
    return bessel.k0e(x)


@elementwise(lambda g, y, x: -g * (bessel_k0(x) + y / x), kinds="f")
def bessel_k1(x):
    """The modified Bessel function of the second kind, order 1, elementwise, for x > 0."""
    return bessel.k1(x)


@elementwise(lambda g, y, x: g * (y * (1 - 1 / x) - bessel_k0e(x)), kinds="f")
def bessel_k1e(x):
    """exp(x) bessel_k1(x), elementwise."""
    return bessel.k1e(x)


@elementwise(lambda g, y, x: -g * bessel_j1(x), kinds="f")
def bessel_j0(x):
    """The Bessel function of the first kind, order 0, elementwise."""
    return bessel.j0(x)


@elementwise(lambda g, y, x: g * _half_at_zero(x, bessel_j0(x) - y / x), kinds="f")
def bessel_j1(x):
    """The Bessel function of the first kind, order 1, elementwise."""
    return bessel.j1(x)


@elementwise(lambda g, y, x: -g * bessel_y1(x), kinds="f")
def bessel_y0(x):
    """The Bessel function of the second kind, order 0, elementwise, for x > 0."""
    return bessel.y0(x)


@elementwise(lambda g, y, x: g * (bessel_y0(x) - y / x), kinds="f")
def bessel_y1(x):
    """The Bessel function of the second kind, order 1, elementwise, for x > 0."""
    return bessel.y1(x)


# -- other integrals -------------------------------------------------------------------------------


@elementwise(lambda g, y, x: g * (1 - 2 * x * y), kinds="f")
def dawsn(x):
    """Dawson's integral, elementwise: exp(-x**2) times that of exp(t**2) from 0 to x."""
    return integrals.dawsn(x)


@elementwise(lambda g, y, x: g * exp(x) / x, kinds="f")
def expint(x):
    """The exponential integral Ei, elementwise: that of exp(t) / t up to x, for x > 0."""
    return integrals.expint(x)


@elementwise(lambda g, y, x: g * cos(math.pi / 2 * square(x)), kinds="f")
def fresnel_cos(x):
    """The integral of cos(pi t**2 / 2) from 0 to x, elementwise."""
    return integrals.fresnel_cos(x)


@elementwise(lambda g, y, x: g * sin(math.pi / 2 * square(x)), kinds="f")
def fresnel_sin(x):
    """The integral of sin(pi t**2 / 2) from 0 to x, elementwise."""
    return integrals.fresnel_sin(x)


def _spence_slope(x):
    return where(equal(x, 1), -ones_like(x), log(x) / (1 - x))


@elementwise(lambda g, y, x: g * _spence_slope(x), kinds="f")
def spence(x):
    """Spence's integral, elementwise: that of log(t) / (1 - t) from 1 to x, for x >= 0."""
    return integrals.spence(x)
