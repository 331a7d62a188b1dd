"""Elementwise arithmetic and functions."""

from math import inf, nan, pi
from operator import attrgetter

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, INTEGERS, SIGNED, At, Bad, Case, Inputs, primitive
from ..inputs import (
    NONZERO,
    POSITIVE,
    REAL,
    SHAPES,
    UNIT,
    arrays,
    broadcast,
    call,
    numbers,
    one,
    ones,
    same,
)

REALS = (*FLOATS, *INTEGERS)
WITH_COMPLEX = (*FLOATS, *COMPLEX)
ANY = (*REALS, *COMPLEX)

SHAPES_DIFFER = Bad("InvalidArgumentError", (ones(2), ones(3)))
DTYPES_DIFFER = Bad("InvalidArgumentError", (ones(2), ones(2, dtype="float64")))
NO_INTEGERS = Bad("InvalidArgumentError", (ones(2, dtype="int32"),))
NOT_BOOLEAN = Bad("InvalidArgumentError", (ones(2, dtype="bool"),))
NOT_UNSIGNED = Bad("InvalidArgumentError", (ones(2, dtype="uint8"),))
NO_COMPLEX = Bad("InvalidArgumentError", (ones(2, dtype="complex64"),))
NO_BOOLEANS = Bad("InvalidArgumentError", (ones(2, dtype="bool"), ones(2, dtype="bool")))
PAIR = (SHAPES_DIFFER, DTYPES_DIFFER)
NUMERIC = (*PAIR, NO_BOOLEANS)
DIVISION = (
    SHAPES_DIFFER,
    DTYPES_DIFFER._replace(error="TypeError"),
    NO_BOOLEANS._replace(error="TypeError"),
)
DERIVATIVES = ("gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows")
POWERS_FIRST = 1e10, "TensorFlow multiplies 0 by a power that overflowed"
CUT = 1.0, "on a branch cut of complex numbers TensorFlow's derivative is the other side's"
# Only reciprocal, sqrt and rsqrt turn a zero cotangent into zero at an infinite derivative.
ZERO = {"cotangent": [0.0]}
BY_ZERO = Bad("InvalidArgumentError", (ones(2, dtype="int32"), np.zeros(2, np.int32)))


@st.composite
def different(draw):
    """Two arrays that broadcast, and nowhere come near each other."""
    x, y = draw(broadcast(REAL, REAL)).arrays
    return Inputs((x, np.where(np.abs(y) > 1, 8 * y, 4 + y)))


@st.composite
def not_multiples(draw):
    """Two arrays of which the first is nowhere a whole multiple of the second."""
    x, y = draw(broadcast(numbers(-3, 3, steps=8), st.sampled_from([-2.0, -1.0, 1.0, 2.0]))).arrays
    return Inputs((x + 1 / 16, y))


@st.composite
def limited(draw):
    """An array with limits that broadcast, no element near a limit; some limits cross."""
    x = draw(arrays(numbers(-3, 3, apart_from=[-1, 1])))
    bounds = draw(st.sampled_from([(-1.0, 1.0), (1.0, -1.0)]))
    low, high = (draw(arrays(st.just(n), st.sampled_from([(), x.shape]))) for n in bounds)
    return Inputs((x, low, high))


@st.composite
def several(draw):
    """One to four arrays of one shape."""
    shape = draw(SHAPES)
    return Inputs(tuple(draw(arrays(REAL, shape)) for _ in range(draw(st.integers(1, 4)))))


def function(
    name, elements, *, module="math", dtypes=WITH_COMPLEX, raises=(NO_INTEGERS,), **properties
):
    """The case of a function of floats, and often of complex numbers."""
    return Case(
        name,
        lambda tf, x: attrgetter(f"{module}.{name}")(tf)(x),
        one(elements),
        dtypes=dtypes,
        raises=(*raises, *(() if dtypes == WITH_COMPLEX else (NO_COMPLEX,))),
        **properties,
    )


CASES = [
    # -- sums and products --------------------------------------------------------------------
    Case("add", lambda tf, x, y: tf.add(x, y), broadcast(REAL, REAL), dtypes=ANY, raises=NUMERIC),
    Case(
        "add_n",
        lambda tf, *xs: tf.add_n(xs),
        several(),
        dtypes=ANY,
        raises=(
            *NUMERIC,
            Bad("InvalidArgumentError", (ones(2), ones(1))),
            Bad("ValueError", ()),
        ),
    ),
    Case(
        "accumulate_n",
        lambda tf, *xs, **p: tf.math.accumulate_n(list(xs), **p),
        several(),
        dtypes=ANY,
        raises=(
            Bad("ValueError", (ones(2), ones(3))),
            Bad("ValueError", (ones(2), ones(2, dtype="float64"))),
            Bad("ValueError", (ones(2), ones(2)), {"shape": [3]}),
            Bad("TypeError", (ones(2), ones(2)), {"tensor_dtype": "float64"}),
            Bad("ValueError", ()),
        ),
    ),
    Case(
        "subtract",
        lambda tf, x, y: tf.subtract(x, y),
        broadcast(REAL, REAL),
        dtypes=ANY,
        raises=NUMERIC,
    ),
    Case(
        "multiply",
        lambda tf, x, y: tf.multiply(x, y),
        broadcast(REAL, REAL),
        dtypes=ANY,
        raises=PAIR,
    ),
    Case(
        "multiply booleans",
        lambda tf, x, y: x * y,
        broadcast(np.bool_, np.bool_),
        differentiable=False,
    ),
    Case(
        "scalar_mul",
        lambda tf, scalar, x: tf.scalar_mul(scalar, x),
        call(arrays(REAL, st.just(())), arrays(REAL)),
        dtypes=ANY,
        raises=(
            Bad("ValueError", (ones(2), ones(2))),
            Bad("ValueError", (ones(dtype="int32"), ones(2))),
        ),
    ),
    Case(
        "multiply_no_nan",
        lambda tf, x, y: tf.math.multiply_no_nan(x, y),
        broadcast(REAL, REAL),
        raises=(SHAPES_DIFFER, DTYPES_DIFFER._replace(error="ValueError"), NO_BOOLEANS),
        at=(
            At(
                ([inf, nan, 0.0, 2.0], [0.0, 0.0, nan, 3.0]),
                [0.0, 0.0, nan, 6.0],
                ([0.0, 0.0, nan, 3.0], [inf, nan, 0.0, 2.0]),
            ),
        ),
    ),
    Case(
        "multiply_no_nan of complex numbers",
        lambda tf, x, y: tf.math.multiply_no_nan(x, y),
        broadcast(REAL, REAL),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(DERIVATIVES[:2], "TensorFlow's gradient lacks the conjugate"),
    ),
    Case(
        "negative",
        lambda tf, x: tf.negative(x),
        one(REAL),
        dtypes=(*FLOATS, *SIGNED, *COMPLEX),
        raises=(NOT_BOOLEAN, NOT_UNSIGNED),
    ),
    Case("square", lambda tf, x: tf.square(x), one(REAL), dtypes=ANY, raises=(NOT_BOOLEAN,)),
    Case(
        "squared_difference",
        lambda tf, x, y: tf.math.squared_difference(x, y),
        broadcast(REAL, REAL),
        dtypes=(*FLOATS, "int32", "int64"),
        raises=NUMERIC,
    ),
    Case(
        "squares of complex differences",
        lambda tf, x, y: tf.math.squared_difference(x, y),
        broadcast(REAL, REAL),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(
            DERIVATIVES,
            "TensorFlow takes the function for holomorphic there, which it is not",
        ),
    ),
    Case(
        "polyval",
        lambda tf, *xs: tf.math.polyval(list(xs[:-1]), xs[-1]),
        broadcast(REAL, REAL, REAL),
        dtypes=ANY,
        raises=(Bad("InvalidArgumentError", (ones(2), ones(3), ones(2))),),
        at=(At(([3.0],), [0.0]), At(([2.0, 2.0], [3.0]), [2.0, 2.0], ([1.0, 1.0], None))),
    ),
    # -- division -----------------------------------------------------------------------------
    *(
        Case(
            name,
            lambda tf, x, y, name=name: getattr(tf, name)(x, y),
            broadcast(REAL, NONZERO),
            dtypes=dtypes,
            raises=raises,
            at=(
                At(([1.0, -1.0, 0.0], [0.0, 0.0, 0.0]), [inf, -inf, nan]),
                At((0.0, 2.0), 0.0, (0.5, -0.0)),
                At(([1.0], [0.0]), [inf], ([nan], [nan]), **ZERO),
            ),
        )
        for name, dtypes, raises in (
            ("divide", ANY, DIVISION),
            ("truediv", ANY, DIVISION),
            ("realdiv", WITH_COMPLEX, NUMERIC),
        )
    ),
    Case(
        "divide_no_nan",
        lambda tf, x, y: tf.math.divide_no_nan(x, y),
        broadcast(REAL, NONZERO),
        dtypes=ANY,
        raises=DIVISION,
        at=(
            At(
                ([1.0, 0.0, nan, inf], [0.0, 0.0, 0.0, 0.0]),
                [0.0, 0.0, 0.0, 0.0],
                ([0.0] * 4, [0.0] * 4),
            ),
        ),
    ),
    Case(
        "reciprocal_grad",
        primitive("reciprocal_grad"),
        same(REAL, NONZERO),
        peer=lambda tf, g, y: tf.raw_ops.ReciprocalGrad(y=y, dy=g),
    ),
    Case(
        "reciprocal",
        lambda tf, x: tf.math.reciprocal(x),
        one(NONZERO),
        dtypes=WITH_COMPLEX,
        at=(
            At(([0.0],), [inf], ([0.0],), **ZERO),
            At(([0.0, -2.0, inf],), [inf, -0.5, 0.0], ([-inf, -0.25, -0.0],)),
        ),
    ),
    function(
        "reciprocal_no_nan",
        NONZERO,
        at=(At(([0.0, 2.0, inf],), [0.0, 0.5, 0.0], ([0.0, -0.25, 0.0],)),),
    ),
    Case(
        "floordiv",
        lambda tf, x, y: tf.math.floordiv(x, y),
        broadcast(REAL, NONZERO),
        dtypes=REALS,
        differentiable=False,
        raises=(*NUMERIC, BY_ZERO),
        at=(
            At((5.0, 2.0), 2.0, (None, None)),
            # 1 / 0.1 is rounded to 10 before the floor is taken.
            At(([1.0, -7.0, 1.0, -1.0], [0.1, 2.0, 0.0, inf]), [10.0, -4.0, inf, -0.0]),
        ),
    ),
    *(
        Case(
            name,
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            not_multiples(),
            dtypes=REALS,
            raises=(*NUMERIC, BY_ZERO),
            at=(
                At(([5.0, -5.0], [3.0, 3.0]), [2.0, 1.0], ([1.0, 1.0], [-1.0, 2.0])),
                At(([1.0, 1.0, -1.0, inf], [0.0, inf, inf, 2.0]), [nan, 1.0, inf, nan]),
            ),
        )
        for name in ("floormod", "mod")
    ),
    Case(
        "truncatediv",
        lambda tf, x, y: tf.truncatediv(x, y),
        broadcast(REAL, NONZERO),
        dtypes=REALS,
        differentiable=False,
        raises=NUMERIC,
        at=(At(([7.0, -7.0, 1.0], [2.0, 2.0, 0.0]), [3.0, -3.0, inf], (None, None)),),
    ),
    Case(
        "truncatemod",
        lambda tf, x, y: tf.truncatemod(x, y),
        not_multiples(),
        dtypes=("float32", "float64", "int32", "int64"),
        raises=NUMERIC,
        unlike=dict.fromkeys(
            DERIVATIVES,
            "TensorFlow has no gradient for it",
        ),
        at=(At(([5.0, -5.0, 1.0, -1.0], [3.0, 3.0, 0.0, inf]), [2.0, -2.0, nan, -1.0]),),
    ),
    # -- powers and roots ---------------------------------------------------------------------
    Case(
        "pow",
        lambda tf, x, y: tf.pow(x, y),
        broadcast(POSITIVE, REAL),
        dtypes=WITH_COMPLEX,
        raises=(
            *NUMERIC,
            Bad("InvalidArgumentError", (ones(2, dtype="uint8"), ones(2, dtype="uint8"))),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"), -ones(2, dtype="int32"))),
        ),
        at=(
            At(([0.0, 0.0, 0.0], [0.0, 0.5, 1.0]), [1.0, 0.0, 0.0], ([nan, inf, 1.0], [0.0] * 3)),
            At(([-2.0], [3.0]), [-8.0], ([12.0], [0.0])),
            At(([0.0], [0.5]), [0.0], ([nan], [0.0]), **ZERO),
            At(([-2.0, 0.0], [0.5, -1.0]), [nan, inf], ([nan, -inf], [nan, nan])),
            At(([-inf, -inf, -0.0], 0.5), [inf, inf, 0.0], ([0.0, 0.0, inf], nan)),
        ),
    ),
    Case(
        "pow to whole powers",
        lambda tf, x, y: tf.pow(x, y),
        broadcast(NONZERO, st.sampled_from([0.0, 1.0, 2.0, 3.0])),
        dtypes=(*FLOATS, *SIGNED),
        differentiable=False,
    ),
    Case(
        "pow of a negative number",
        lambda tf, x: [x**2, x**3, x**-1.0],
        one(NONZERO),
        dtypes=WITH_COMPLEX,
    ),
    Case(
        "sqrt",
        lambda tf, x: tf.sqrt(x),
        one(POSITIVE),
        dtypes=WITH_COMPLEX,
        raises=(NO_INTEGERS,),
        at=(
            At(([0.0, -1.0, 4.0],), [0.0, nan, 2.0], ([inf, nan, 0.25],)),
            At(([0.0, 4.0],), [0.0, 2.0], ([0.0, 0.25],), cotangent=[0.0, 1.0]),
        ),
    ),
    Case(
        "sqrt_grad",
        primitive("sqrt_grad"),
        same(REAL, POSITIVE),
        peer=lambda tf, g, y: tf.raw_ops.SqrtGrad(y=y, dy=g),
    ),
    Case(
        "rsqrt_grad",
        primitive("rsqrt_grad"),
        same(REAL, POSITIVE),
        peer=lambda tf, g, y: tf.raw_ops.RsqrtGrad(y=y, dy=g),
        largest=POWERS_FIRST,
    ),
    Case(
        "rsqrt",
        lambda tf, x: tf.math.rsqrt(x),
        one(POSITIVE),
        dtypes=WITH_COMPLEX,
        raises=(NO_INTEGERS,),
        at=(
            At(([0.0, 4.0],), [inf, 0.5], ([-inf, -0.0625],)),
            At(([0.0, 4.0],), [inf, 0.5], ([0.0, -0.0625],), cotangent=[0.0, 1.0]),
        ),
    ),
    # -- magnitude, sign, order ---------------------------------------------------------------
    Case(
        "abs",
        lambda tf, x: tf.abs(x),
        one(NONZERO),
        dtypes=(*FLOATS, *SIGNED),
        raises=(NOT_BOOLEAN, NOT_UNSIGNED),
        at=(At(([-2.0, 0.0, 2.0, nan],), [2.0, 0.0, 2.0, nan], ([-1.0, 0.0, 1.0, nan],)),),
    ),
    Case(
        "complex_abs",
        lambda tf, x: tf.abs(x),
        one(NONZERO),
        dtypes=COMPLEX,
        at=(At(([3 + 4j, 0j],), [5.0, 0.0], ([0.6 + 0.8j, 0j],)),),
    ),
    Case(
        "sign",
        lambda tf, x: tf.sign(x),
        one(NONZERO),
        dtypes=(*FLOATS, *SIGNED),
        raises=(NOT_BOOLEAN, NOT_UNSIGNED),
        at=(At(([-2.0, 0.0, 2.0, nan],), [-1.0, 0.0, 1.0, nan], ([0.0] * 4,)),),
    ),
    Case(
        "signs of complex numbers",
        lambda tf, x: tf.sign(x),
        one(NONZERO),
        dtypes=COMPLEX,
        at=(At(([3 + 4j, 0j],), [0.6 + 0.8j, 0j]),),
    ),
    Case(
        "maximum",
        lambda tf, x, y: tf.maximum(x, y),
        different(),
        dtypes=REALS,
        raises=NUMERIC,
        at=(
            At(([1.0, 1.0, 2.0], [1.0, 2.0, 1.0]), [1.0, 2.0, 2.0], ([1, 0, 1], [0, 1, 0])),
            At(([nan, 1.0], [1.0, nan]), [nan, nan], ([0.0, 0.0], [1.0, 1.0])),
        ),
    ),
    Case(
        "minimum",
        lambda tf, x, y: tf.minimum(x, y),
        different(),
        dtypes=REALS,
        raises=NUMERIC,
        at=(
            At(([1.0, 1.0, 2.0], [1.0, 2.0, 1.0]), [1.0, 1.0, 1.0], ([1, 1, 0], [0, 0, 1])),
            At(([nan, 1.0], [1.0, nan]), [nan, nan], ([0.0, 0.0], [1.0, 1.0])),
        ),
    ),
    Case(
        "clip_by_value",
        lambda tf, x, low, high: tf.clip_by_value(x, low, high),
        limited(),
        dtypes=REALS,
        raises=(
            Bad("InvalidArgumentError", (ones(2), ones(3), ones())),
            Bad("InvalidArgumentError", (ones(2), ones(dtype="float64"), ones())),
            Bad("ValueError", (ones(2), ones(2, 1), ones())),
            Bad("ValueError", (ones(), ones(1), ones())),
        ),
        at=(
            At(([-1.0, 0.0, 2.0, 3.0], -1.0, 2.0), [-1, 0, 2, 2], ([1, 1, 1, 0], 0, 1)),
            At(([0.0, 5.0, 9.0], 6.0, 4.0), [6, 6, 6], ([0, 0, 0], 3, 0)),
            At(([nan], 0.0, 1.0), [nan], ([0], 1, 0)),
        ),
    ),
    Case(
        "saturate_cast",
        lambda tf, x, dtype: tf.saturate_cast(x, dtype),
        call(
            arrays(st.sampled_from([-3.0, 0.5, 300.0, -1e5, 1e5])),
            dtype=st.sampled_from([*FLOATS, *SIGNED, "uint8", "uint16", "uint32"]),
        ),
        dtypes=("float32", "float64"),
        differentiable=False,
        largest=(1e10, "TensorFlow's largest int64 is rounded up to one that isn't"),
        raises=(
            Bad("TypeError", (ones(2),), {"dtype": "bool"}),
            Bad("TypeError", (ones(2, dtype="bool"),), {"dtype": "int32"}),
        ),
        at=(
            At(
                ([1e6, -1e6, inf, 2.5],),
                [65504.0, -65504.0, 65504.0, 2.5],
                ([0.0] * 3 + [1.0],),
                params={"dtype": "float16"},
            ),
            At(([1e9, -1e9, 1.5],), [127, -128, 1], params={"dtype": "int8"}),
        ),
    ),
    # TensorFlow computes the limits for int64, and for integers made floats, in types that don't
    # hold them, and NumPy warns of it.
    Case(
        "saturate_cast of integers",
        lambda tf, x, dtype: tf.saturate_cast(x, dtype),
        call(
            arrays(st.sampled_from([-3.0, 0.0, 300.0, -1e5, 1e5])),
            dtype=st.sampled_from([*SIGNED, "uint8", "uint16", "uint32"]),
        ),
        dtypes=("int32",),
        differentiable=False,
    ),
    Case(
        "saturate_cast of complex numbers",
        lambda tf, x: tf.saturate_cast(x, "complex64"),
        one(REAL),
        dtypes=("complex128",),
        differentiable=False,
        at=(At(([1e300 + 1j, 2 - 1e300j],), [3.4028235e38 + 1j, 2 - 3.4028235e38j]),),
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name: getattr(tf.math, name)(x),
            one(REAL),
            differentiable=False,
            raises=(NO_INTEGERS,),
            at=(At(([-1.5, 2.0, inf, nan],), [*values, inf, nan], (None,)),),
        )
        for name, values in (("floor", (-2.0, 2.0)), ("ceil", (-1.0, 2.0)))
    ),
    Case(
        "round",
        lambda tf, x: tf.round(x),
        one(REAL),
        dtypes=REALS,
        differentiable=False,
        raises=(NOT_BOOLEAN,),
        at=(At(([-1.5, 0.5, 1.5, 2.5, inf],), [-2.0, 0.0, 2.0, 2.0, inf], (None,)),),
    ),
    Case(
        "rint",
        lambda tf, x: tf.math.rint(x),
        one(REAL),
        dtypes=("float32", "float64"),
        differentiable=False,
        raises=(NO_INTEGERS,),
        at=(At(([-1.5, 0.5, 1.5, 2.5, inf],), [-2.0, 0.0, 2.0, 2.0, inf], (None,)),),
    ),
    Case(
        "nextafter",
        lambda tf, x, y: tf.math.nextafter(x, y),
        different(),
        dtypes=("float32", "float64"),
        unlike={"arrays_are_like_tensorflows": "TensorFlow makes float32 of arrays here"},
        raises=PAIR,
        at=(At(([1.0, inf], [2.0, inf]), [1.0, inf], ([1.0, 1.0], [0.0, 0.0])),),
    ),
    # -- exponentials and logarithms ----------------------------------------------------------
    function("exp", REAL, at=(At(([1000.0],), [inf], ([nan],), **ZERO),)),
    function("expm1", REAL),
    function(
        "log",
        POSITIVE,
        at=(
            At(([0.0, 1.0],), [-inf, 0.0], ([inf, 1.0],)),
            At(([-1.0],), [nan]),
            At(([0.0],), [-inf], ([nan],), **ZERO),
        ),
    ),
    function("log1p", numbers(-3 / 4, 3), at=(At(([-1.0, 0.0],), [-inf, 0.0], ([inf, 1.0],)),)),
    Case(
        "xlogy",
        lambda tf, x, y: tf.math.xlogy(x, y),
        broadcast(NONZERO, POSITIVE),
        raises=NUMERIC,
        at=(At(([0.0, 0.0, 1.0], [0.0, nan, 0.0]), [0.0, 0.0, -inf], ([0, 0, -inf], [0, 0, inf])),),
    ),
    Case(
        "xlogy of complex numbers",
        lambda tf, x, y: tf.math.xlogy(x, y),
        broadcast(NONZERO, POSITIVE),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(DERIVATIVES, "TensorFlow's gradient lacks the conjugate"),
    ),
    Case(
        "xlog1py",
        lambda tf, x, y: tf.math.xlog1py(x, y),
        broadcast(NONZERO, numbers(-3 / 4, 3)),
        raises=PAIR,
        at=(
            At(([0.0, 0.0, 1.0], [-1.0, nan, -1.0]), [0.0, 0.0, -inf], ([0, 0, -inf], [0, 0, inf])),
        ),
    ),
    Case(
        "xlog1py of complex numbers",
        lambda tf, x, y: tf.math.xlog1py(x, y),
        broadcast(NONZERO, numbers(-3 / 4, 3)),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(DERIVATIVES, "TensorFlow's gradient lacks the conjugate"),
    ),
    Case(
        "xdivy",
        lambda tf, x, y: tf.math.xdivy(x, y),
        broadcast(NONZERO, NONZERO),
        raises=PAIR,
        at=(At(([0.0, 0.0, 1.0], [0.0, nan, 0.0]), [0.0, 0.0, inf], ([0, 0, inf], [0, 0, -inf])),),
    ),
    Case(
        "xdivy of complex numbers",
        lambda tf, x, y: tf.math.xdivy(x, y),
        broadcast(NONZERO, NONZERO),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(DERIVATIVES, "TensorFlow's gradient lacks the conjugate"),
    ),
    # -- trigonometric and hyperbolic functions -----------------------------------------------
    function("sin", REAL),
    function("cos", REAL),
    function(
        "tan",
        numbers(-5 / 4, 5 / 4),
        largest=(1.0, "far from the real axis TensorFlow divides by a cosine that overflowed"),
    ),
    function(
        "asin",
        numbers(-3 / 4, 3 / 4),
        largest=CUT,
        at=(
            At(([1.0, 2.0],), [pi / 2, nan], ([inf, nan],)),
            At(([1.0],), [pi / 2], ([nan],), **ZERO),
        ),
    ),
    function(
        "acos",
        numbers(-3 / 4, 3 / 4),
        largest=CUT,
        at=(At(([1.0, 2.0],), [0.0, nan], ([-inf, nan],)),),
    ),
    function("atan", REAL, at=(At(([inf],), [pi / 2], ([0.0],)),)),
    Case(
        "atan2",
        lambda tf, y, x: tf.atan2(y, x),
        broadcast(NONZERO, NONZERO),
        raises=PAIR,
        at=(
            At(
                ([0.0, -0.0, 1.0, 0.0], [1.0, -1.0, 0.0, 0.0]),
                [0.0, -pi, pi / 2, 0.0],
                ([1, -1, 0, nan], [0, 0, -1, nan]),
            ),
        ),
    ),
    function("sinh", REAL),
    function("cosh", REAL),
    function("tanh", REAL),
    Case(
        "tanh_grad",
        primitive("tanh_grad"),
        same(REAL, UNIT),
        peer=lambda tf, g, y: tf.raw_ops.TanhGrad(y=y, dy=g),
    ),
    function("asinh", REAL, at=(At(([inf],), [inf], ([0.0],)),)),
    function("acosh", numbers(5 / 4, 4), at=(At(([1.0, 0.0],), [0.0, nan], ([inf, nan],)),)),
    function(
        "atanh",
        numbers(-3 / 4, 3 / 4),
        at=(At(([1.0, -1.0, 2.0],), [inf, -inf, nan], ([inf, inf, -1 / 3],)),),
    ),
    # -- activations --------------------------------------------------------------------------
    function(
        "sigmoid",
        REAL,
        at=(At(([-1000.0, 0.0, 1000.0],), [0.0, 0.5, 1.0], ([0.0, 0.25, 0.0],)),),
    ),
    Case(
        "sigmoid_grad",
        primitive("sigmoid_grad"),
        same(REAL, UNIT),
        peer=lambda tf, g, y: tf.raw_ops.SigmoidGrad(y=y, dy=g),
        largest=POWERS_FIRST,
    ),
    function(
        "softplus",
        REAL,
        dtypes=FLOATS,
        at=(At(([-1000.0, 1000.0],), [0.0, 1000.0], ([0.0, 1.0],)),),
    ),
    function(
        "log_sigmoid",
        REAL,
        dtypes=FLOATS,
        at=(At(([-1000.0, 1000.0],), [-1000.0, 0.0], ([1.0, 0.0],)),),
    ),
    function(
        "softsign",
        NONZERO,
        dtypes=FLOATS,
        at=(At(([0.0, -1.0, inf],), [0.0, -0.5, nan], ([1.0, 0.25, 0.0],)),),
        unlike=dict.fromkeys(
            ("second_order_is_tensorflows", "jvp_is_tensorflows"),
            "TensorFlow has no second derivative of it, and its jvp needs one",
        ),
    ),
]
