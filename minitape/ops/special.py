"""Special functions: of the error function's family, of gamma's, and Bessel functions.

The numbers come from `arrays`; here stand the derivatives.
"""

import math

from ..arrays import erf as kernels
from .math import exp, square
from .rules import elementwise

# -- the error function ----------------------------------------------------------------------------

_SLOPE = 2 / math.sqrt(math.pi)  # erf'(0)


@elementwise(lambda g, y, x: g * _SLOPE * exp(-square(x)), kinds="f")
def erf(x):
    """The error function 2 / sqrt(pi) * (the integral of exp(-t**2) from 0 to x), elementwise."""
    return kernels.erf(x)


@elementwise(lambda g, y, x: g * -_SLOPE * exp(-square(x)), kinds="f")
def erfc(x):
    """1 - erf(x), elementwise, exact also where that is tiny."""
    return kernels.erfc(x)


@elementwise(lambda g, y, x: g * (1 / _SLOPE) * exp(square(y)), kinds="f")
def erfinv(x):
    """The y with erf(y) = x, elementwise; nan outside [-1, 1]."""
    return kernels.erfinv(x)


@elementwise(lambda g, y, x: g * (-1 / _SLOPE) * exp(square(y)), kinds="f")
def erfcinv(x):
    """The y with erfc(y) = x, elementwise; nan outside [0, 2]."""
    return kernels.erfcinv(x)


@elementwise(lambda g, y, x: g * math.sqrt(2 * math.pi) * exp(square(y) / 2), kinds="f")
def ndtri(x):
    """The quantile of the normal distribution: the y with P(Y <= y) = x, elementwise."""
    return kernels.ndtri(x)
