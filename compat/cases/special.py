"""Special functions."""

from math import inf, nan, pi

from hypothesis import strategies as st

from ..case import FLOATS, At, Case
from ..inputs import POSITIVE, REAL, broadcast, numbers, one, same
from .math import NO_INTEGERS, PAIR, function

FLOAT_32_64 = ("float32", "float64")
# Where gamma has no pole, and lgamma no zero that would take its digits.
GAMMA = numbers(-3, 4, apart_from=[-3, -2, -1, 0])
BOTH_SIDES = numbers(-12, 12, apart_from=[0], margin=1 / 4, steps=4)
ONE_SIDE = numbers(1 / 4, 12, steps=4)

POLES = 1.0, "far below 0 TensorFlow's derivative is wrong"
PHASE = 1e3, "TensorFlow's phase of large numbers has no digits left"
SQUARED = 1.0, PHASE[1]
ANY = 1e30, ""
FAR = 1e3, "of 1 - 2 x D(x), TensorFlow's derivative, nothing is left"

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
    # -- the gamma function ------------------------------------------------------------------------
    function(
        "lgamma",
        GAMMA,
        dtypes=FLOATS,
        at=(At(([0.0, -1.0, 1.0, 2.0, inf],), [inf, inf, 0.0, 0.0, inf]),),
    ),
    # The derivative at -2000.5 is pi ** 2; TensorFlow's is -1 / 2001.
    function(
        "digamma",
        GAMMA,
        largest=POLES,
        dtypes=FLOAT_32_64,
        at=(At(([1.0],), [-0.5772156649015329]),),
    ),
    Case(
        "polygamma",
        lambda tf, x, a: tf.math.polygamma(tf.ones_like(x) * a, x),
        one(POSITIVE, a=st.integers(0, 4)),
        dtypes=FLOAT_32_64,
        at=(
            At(([1.0, 0.0],), [pi**2 / 6, inf], params={"a": 1}),
            At(([1.0],), [nan], params={"a": 0.5}),
        ),
    ),
    Case(
        "zeta",
        lambda tf, q, x: tf.math.zeta(tf.ones_like(q) * x, q),
        one(POSITIVE, x=st.sampled_from([1.5, 2.0, 3.0, 7.25])),
        dtypes=FLOAT_32_64,
        at=(
            At(([1.0, 0.0, nan],), [pi**2 / 6, inf, nan], params={"x": 2.0}),
            At(([0.5, 1.0, 2.0],), [inf, 1.0, 0.0], params={"x": inf}),
            At(([0.0, -1.0, -1.5, -inf],), [inf, inf, inf, inf], params={"x": inf}),
        ),
    ),
    Case(
        "lbeta",
        lambda tf, x: tf.math.lbeta(x),
        same(POSITIVE).filter(lambda inputs: inputs.arrays[0].ndim),
        raises=(NO_INTEGERS,),
        at=(At(([1.0, 1.0, 1.0],), -0.6931471805599453),),
    ),
    *(
        Case(
            name,
            lambda tf, a, x, name=name: getattr(tf.math, name)(a, x),
            broadcast(POSITIVE, POSITIVE),
            dtypes=FLOAT_32_64,
            largest=(1.0, "TensorFlow's igamma(1e6, 1e6) is 1.31"),
            raises=PAIR,
            at=(
                At(([1.0, 2.0], [0.0, inf]), values),
                At(([1.0, -1.0], [-1.0, 1.0]), [nan, nan]),
            ),
            unlike=dict.fromkeys(
                ("second_order_is_tensorflows",),
                "TensorFlow has no derivative of the derivative for a",
            ),
        )
        for name, values in (("igamma", [0.0, 1.0]), ("igammac", [1.0, 0.0]))
    ),
    Case(
        "betainc",
        lambda tf, x, a, b: tf.math.betainc(tf.ones_like(x) * a, tf.ones_like(x) * b, x),
        one(numbers(1 / 8, 7 / 8), a=POSITIVE, b=POSITIVE),
        dtypes=FLOAT_32_64,
        at=(At(([0.0, 1.0, 0.5, 2.0],), [0.0, 1.0, 0.5, nan], params={"a": 2.0, "b": 2.0}),),
    ),
    # -- Bessel functions --------------------------------------------------------------------------
    *(
        function(name, elements, dtypes=FLOATS, module="math.special", largest=PHASE)
        for names, elements in (
            ("bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1", BOTH_SIDES),
            ("bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1", ONE_SIDE),
        )
        for name in names.split()
    ),
    # -- other integrals ---------------------------------------------------------------------------
    *(
        function(name, elements, dtypes=FLOAT_32_64, module="math.special", at=at, largest=largest)
        for name, elements, at, largest in (
            ("dawsn", BOTH_SIDES, (), FAR),
            ("expint", ONE_SIDE, (At(([0.0, -1.0],), [-inf, nan]),), ANY),
            ("fresnel_cos", REAL, (At(([0.0, inf],), [0.0, 0.5]),), SQUARED),
            ("fresnel_sin", REAL, (At(([0.0, inf],), [0.0, 0.5]),), SQUARED),
            (
                "spence",
                numbers(1 / 4, 3, apart_from=[1]),
                (At(([1.0, 0.0, -1.0],), [0.0, pi**2 / 6, nan], ([-1.0, -inf, nan],)),),
                ANY,
            ),
        )
    ),
]
