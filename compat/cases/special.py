"""Special functions."""

from math import inf, nan

from ..case import FLOATS, At
from ..inputs import REAL, numbers
from .math import function

FLOAT_32_64 = ("float32", "float64")

CASES = [
    # -- the error function ------------------------------------------------------------------------
    function("erf", REAL, dtypes=FLOATS, at=(At(([30.0, -30.0, 0.0],), [1, -1, 0]),)),
    function("erfc", REAL, dtypes=FLOATS, at=(At(([inf, -30.0, 0.0],), [0, 2, 1]),)),
    function(
        "erfinv",
        numbers(-7 / 8, 7 / 8),
        dtypes=FLOAT_32_64,
        at=(At(([1.0, -1.0, 0.0, 2.0],), [inf, -inf, 0.0, nan]),),
    ),
    function(
        "erfcinv",
        numbers(1 / 8, 15 / 8),
        dtypes=FLOAT_32_64,
        raises=(),
        at=(At(([0.0, 2.0, 1.0, 3.0],), [inf, -inf, 0.0, nan]),),
    ),
    function(
        "ndtri",
        numbers(1 / 16, 15 / 16),
        dtypes=FLOAT_32_64,
        at=(At(([0.0, 1.0, 0.5, 2.0],), [-inf, inf, 0.0, nan]),),
    ),
]
