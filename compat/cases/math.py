"""Elementwise arithmetic, functions, comparisons and logic."""

from math import inf, nan

import numpy as np
from hypothesis import strategies as st

from ..case import FLOATS, NUMBERS, At, Bad, Case, Inputs, primitive
from ..inputs import (
    AXES,
    NONZERO,
    POSITIVE,
    REAL,
    UNIT,
    arrays,
    booleans,
    broadcast,
    call,
    numbers,
    one,
    ones,
    same,
)

SHAPES_DIFFER = Bad("InvalidArgumentError", (ones(2), ones(3)))
DTYPES_DIFFER = Bad("InvalidArgumentError", (ones(2), ones(2, dtype="float64")))
INTEGERS = Bad("InvalidArgumentError", (ones(2, dtype="int32"),))
BOOLEANS = Bad("InvalidArgumentError", (ones(2, dtype="bool"),))
NO_BOOLEANS = Bad("InvalidArgumentError", (ones(2, dtype="bool"), ones(2, dtype="bool")))
NO_NUMBERS = Bad("InvalidArgumentError", (ones(2), ones(2)))
PAIR = (SHAPES_DIFFER, DTYPES_DIFFER)
DIVISION = (SHAPES_DIFFER, DTYPES_DIFFER._replace(error="TypeError"))
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
    """An array with limits that broadcast, no element near a limit."""
    x = draw(arrays(numbers(-3, 3, apart_from=[-1, 1])))
    low, high = (draw(arrays(st.just(n), st.sampled_from([(), x.shape]))) for n in (-1.0, 1.0))
    return Inputs((x, low, high))


CASES = [
    # -- arithmetic ---------------------------------------------------------------------------
    Case(
        "add",
        lambda tf, x, y: tf.add(x, y),
        broadcast(REAL, REAL),
        dtypes=NUMBERS,
        raises=PAIR,
    ),
    Case(
        "subtract",
        lambda tf, x, y: tf.subtract(x, y),
        broadcast(REAL, REAL),
        dtypes=NUMBERS,
        raises=PAIR,
    ),
    Case(
        "multiply",
        lambda tf, x, y: tf.multiply(x, y),
        broadcast(REAL, REAL),
        dtypes=NUMBERS,
        raises=PAIR,
    ),
    Case(
        "divide",
        lambda tf, x, y: tf.divide(x, y),
        broadcast(REAL, NONZERO),
        dtypes=NUMBERS,
        raises=DIVISION,
        at=(
            At(([1.0, -1.0, 0.0], [0.0, 0.0, 0.0]), [inf, -inf, nan]),
            At((0.0, 2.0), 0.0, (0.5, -0.0)),
        ),
    ),
    Case(
        "floordiv",
        lambda tf, x, y: tf.math.floordiv(x, y),
        broadcast(REAL, NONZERO),
        dtypes=NUMBERS,
        differentiable=False,
        raises=(*PAIR, BY_ZERO),
        at=(At((5.0, 2.0), 2.0, (None, None)),),
    ),
    Case(
        "floormod",
        lambda tf, x, y: tf.math.floormod(x, y),
        not_multiples(),
        dtypes=NUMBERS,
        raises=(*PAIR, BY_ZERO),
        at=(At(([5.0, -5.0], [3.0, 3.0]), [2.0, 1.0], ([1.0, 1.0], [-1.0, 2.0])),),
    ),
    Case("negative", lambda tf, x: tf.negative(x), one(REAL), dtypes=NUMBERS, raises=(BOOLEANS,)),
    Case(
        "pow",
        lambda tf, x, y: tf.pow(x, y),
        broadcast(POSITIVE, REAL),
        raises=PAIR,
        at=(
            At(([0.0, 0.0, 0.0], [0.0, 0.5, 1.0]), [1.0, 0.0, 0.0], ([nan, inf, 1.0], [0.0] * 3)),
            At(([-2.0], [3.0]), [-8.0], ([12.0], [0.0])),
        ),
    ),
    Case("square", lambda tf, x: tf.square(x), one(REAL), dtypes=NUMBERS),
    Case(
        "squared_difference",
        lambda tf, x, y: tf.math.squared_difference(x, y),
        broadcast(REAL, REAL),
        dtypes=NUMBERS,
        raises=PAIR,
    ),
    Case(
        "sqrt",
        lambda tf, x: tf.sqrt(x),
        one(POSITIVE),
        raises=(INTEGERS,),
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
    ),
    Case(
        "rsqrt",
        lambda tf, x: tf.math.rsqrt(x),
        one(POSITIVE),
        raises=(INTEGERS,),
        at=(
            At(([0.0, 4.0],), [inf, 0.5], ([-inf, -0.0625],)),
            At(([0.0, 4.0],), [inf, 0.5], ([0.0, -0.0625],), cotangent=[0.0, 1.0]),
        ),
    ),
    Case("reciprocal", lambda tf, x: tf.math.reciprocal(x), one(NONZERO)),
    Case(
        "divide_no_nan",
        lambda tf, x, y: tf.math.divide_no_nan(x, y),
        broadcast(REAL, NONZERO),
        raises=DIVISION,
        at=(At(([1.0, 0.0], [0.0, 0.0]), [0.0, 0.0], ([0.0, 0.0], [0.0, 0.0])),),
    ),
    Case(
        "abs",
        lambda tf, x: tf.abs(x),
        one(NONZERO),
        dtypes=NUMBERS,
        raises=(BOOLEANS,),
        at=(At(([-2.0, 0.0, 2.0],), [2.0, 0.0, 2.0], ([-1.0, 0.0, 1.0],)),),
    ),
    Case(
        "sign",
        lambda tf, x: tf.sign(x),
        one(NONZERO),
        dtypes=NUMBERS,
        at=(At(([-2.0, 0.0, 2.0],), [-1.0, 0.0, 1.0], ([0.0, 0.0, 0.0],)),),
    ),
    Case(
        "maximum",
        lambda tf, x, y: tf.maximum(x, y),
        different(),
        dtypes=NUMBERS,
        raises=PAIR,
        at=(At(([1.0, 1.0, 2.0], [1.0, 2.0, 1.0]), [1.0, 2.0, 2.0], ([1, 0, 1], [0, 1, 0])),),
    ),
    Case(
        "minimum",
        lambda tf, x, y: tf.minimum(x, y),
        different(),
        dtypes=NUMBERS,
        raises=PAIR,
        at=(At(([1.0, 1.0, 2.0], [1.0, 2.0, 1.0]), [1.0, 1.0, 1.0], ([1, 1, 0], [0, 0, 1])),),
    ),
    Case(
        "clip_by_value",
        lambda tf, x, low, high: tf.clip_by_value(x, low, high),
        limited(),
        raises=(Bad("InvalidArgumentError", (ones(2), ones(3), ones())),),
        at=(At(([-1.0, 0.0, 2.0, 3.0], -1.0, 2.0), [-1, 0, 2, 2], ([1, 1, 1, 0], 0, 1)),),
    ),
    Case(
        "floor",
        lambda tf, x: tf.floor(x),
        one(REAL),
        differentiable=False,
        raises=(INTEGERS,),
        at=(At(([-1.5, 2.0],), [-2.0, 2.0], (None,)),),
    ),
    Case(
        "ceil",
        lambda tf, x: tf.math.ceil(x),
        one(REAL),
        differentiable=False,
        raises=(INTEGERS,),
        at=(At(([-1.5, 2.0],), [-1.0, 2.0], (None,)),),
    ),
    Case(
        "round",
        lambda tf, x: tf.round(x),
        one(REAL),
        dtypes=NUMBERS,
        differentiable=False,
        at=(At(([-1.5, 0.5, 1.5, 2.5],), [-2.0, 0.0, 2.0, 2.0], (None,)),),
    ),
    # -- functions ----------------------------------------------------------------------------
    Case("exp", lambda tf, x: tf.exp(x), one(REAL), raises=(INTEGERS,)),
    Case("expm1", lambda tf, x: tf.math.expm1(x), one(REAL), raises=(INTEGERS,)),
    Case(
        "log",
        lambda tf, x: tf.math.log(x),
        one(POSITIVE),
        raises=(INTEGERS,),
        at=(At(([0.0, 1.0],), [-inf, 0.0], ([inf, 1.0],)), At(([-1.0],), [nan])),
    ),
    Case(
        "log1p",
        lambda tf, x: tf.math.log1p(x),
        one(numbers(-3 / 4, 3)),
        raises=(INTEGERS,),
        at=(At(([-1.0, 0.0],), [-inf, 0.0], ([inf, 1.0],)),),
    ),
    Case("sin", lambda tf, x: tf.sin(x), one(REAL), raises=(INTEGERS,)),
    Case("cos", lambda tf, x: tf.cos(x), one(REAL), raises=(INTEGERS,)),
    Case("tan", lambda tf, x: tf.tan(x), one(numbers(-5 / 4, 5 / 4)), raises=(INTEGERS,)),
    Case("atan", lambda tf, x: tf.atan(x), one(REAL), raises=(INTEGERS,)),
    Case("sinh", lambda tf, x: tf.sinh(x), one(REAL), raises=(INTEGERS,)),
    Case("cosh", lambda tf, x: tf.cosh(x), one(REAL), raises=(INTEGERS,)),
    Case("tanh", lambda tf, x: tf.tanh(x), one(REAL), raises=(INTEGERS,)),
    Case(
        "tanh_grad",
        primitive("tanh_grad"),
        same(REAL, UNIT),
        peer=lambda tf, g, y: tf.raw_ops.TanhGrad(y=y, dy=g),
    ),
    Case(
        "sigmoid",
        lambda tf, x: tf.sigmoid(x),
        one(REAL),
        raises=(INTEGERS,),
        at=(At(([-1000.0, 0.0, 1000.0],), [0.0, 0.5, 1.0], ([0.0, 0.25, 0.0],)),),
    ),
    Case(
        "sigmoid_grad",
        primitive("sigmoid_grad"),
        same(REAL, UNIT),
        peer=lambda tf, g, y: tf.raw_ops.SigmoidGrad(y=y, dy=g),
    ),
    Case(
        "softplus",
        lambda tf, x: tf.nn.softplus(x),
        one(REAL),
        raises=(INTEGERS,),
        at=(At(([-1000.0, 1000.0],), [0.0, 1000.0], ([0.0, 1.0],)),),
    ),
    Case("erf", lambda tf, x: tf.math.erf(x), one(REAL), raises=(INTEGERS,)),
    # -- types, choice ------------------------------------------------------------------------
    Case(
        "cast",
        lambda tf, x, dtype: tf.cast(x, dtype),
        one(REAL, dtype=st.sampled_from(FLOATS)),
        # Finite differences end where float32 does.
        differentiable=False,
        dtypes=NUMBERS,
        raises=(Bad("TypeError", (ones(2),), {"dtype": "nonsense"}),),
        at=(
            At(([1.5, -1.5],), [1.5, -1.5], ([1.0, 1.0],), params={"dtype": "float32"}),
            At(([1.5, -1.5],), [1.5, -1.5], ([1.0, 1.0],), params={"dtype": "float64"}),
            At(([1.5, -1.5],), [1, -1], (), params={"dtype": "int32"}),
            At(([1.5, 0.0],), [True, False], (), params={"dtype": "bool"}),
        ),
    ),
    Case(
        "cast to float64",
        lambda tf, x: tf.cast(x, "float64"),
        one(REAL),
        at=(At(([1.5],), [1.5], ([1.0],)),),
    ),
    Case(
        "cast to integers and back",
        lambda tf, x: tf.cast(tf.cast(x, "int32"), x.dtype),
        one(REAL),
        differentiable=False,
        at=(At(([1.5],), [1.0], (None,)),),
    ),
    Case(
        "where",
        lambda tf, condition, x, y: tf.where(condition, x, y),
        broadcast(np.bool_, REAL, REAL),
        dtypes=NUMBERS,
        raises=(
            Bad("InvalidArgumentError", (ones(2), ones(2), ones(2))),
            Bad("InvalidArgumentError", (ones(2, dtype="bool"), *DTYPES_DIFFER.arrays)),
            Bad("InvalidArgumentError", (ones(4, dtype="bool"), *SHAPES_DIFFER.arrays)),
        ),
    ),
    Case(
        "where_true",
        lambda tf, condition: tf.where(condition),
        call(booleans(AXES)),
        differentiable=False,
    ),
    # -- comparison, logic --------------------------------------------------------------------
    *(
        Case(
            name,
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            broadcast(REAL, REAL),
            dtypes=NUMBERS,
            differentiable=False,
            raises=PAIR,
        )
        for name in ("equal", "not_equal")
    ),
    *(
        Case(
            name,
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            broadcast(REAL, REAL),
            dtypes=NUMBERS,
            differentiable=False,
            raises=(*PAIR, NO_BOOLEANS),
        )
        for name in ("greater", "greater_equal", "less", "less_equal")
    ),
    *(
        Case(
            name,
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            broadcast(np.bool_, np.bool_),
            differentiable=False,
            raises=(NO_NUMBERS,),
        )
        for name in ("logical_and", "logical_or")
    ),
    Case(
        "logical_not",
        lambda tf, x: tf.logical_not(x),
        call(booleans()),
        differentiable=False,
        raises=(INTEGERS,),
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name: getattr(tf.math, name)(x),
            one(st.sampled_from([0.0, 1.0, inf, -inf, nan])),
            differentiable=False,
            raises=(INTEGERS,),
        )
        for name in ("is_nan", "is_inf", "is_finite")
    ),
    # -- constants ----------------------------------------------------------------------------
    Case(
        "zeros_like",
        lambda tf, x, dtype: tf.zeros_like(x, dtype),
        one(REAL, dtype=st.sampled_from([None, "float64", "int32"])),
        dtypes=NUMBERS,
        differentiable=False,
    ),
    Case(
        "ones_like",
        lambda tf, x, dtype: tf.ones_like(x, dtype),
        one(REAL, dtype=st.sampled_from([None, "float64", "int32"])),
        dtypes=NUMBERS,
        differentiable=False,
    ),
]
