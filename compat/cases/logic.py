"""Comparisons, logic, choice, and the bits of integers."""

from math import inf, nan

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import At, Bad, Case, Inputs
from ..inputs import AXES, REAL, arrays, booleans, broadcast, call, integers, one, ones
from .math import ANY, DTYPES_DIFFER, NO_BOOLEANS, NO_INTEGERS, PAIR, REALS, SHAPES_DIFFER

NO_NUMBERS = Bad("InvalidArgumentError", (ones(2), ones(2)))
NO_TEXT = Bad("TypeError", (np.array(["a"], object),))
BITS = st.sampled_from(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
TEXTS = st.sampled_from([b"a", b"b", b""])


@st.composite
def bits(draw, count=2):
    """Arrays of integers of one type, of any size, that broadcast."""
    dtype = np.dtype(draw(BITS))
    limits = np.iinfo(dtype)
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=count, max_dims=2, max_side=3))
    whole = st.integers(limits.min, limits.max) | st.integers(0, 9)
    return Inputs(tuple(draw(arrays(whole, shape, dtype)) for shape in shapes.input_shapes))


CASES = [
    # -- comparisons ------------------------------------------------------------------------------
    *(
        Case(
            name,
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            broadcast(REAL, REAL),
            dtypes=ANY,
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
            dtypes=REALS,
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
        for name in ("logical_and", "logical_or", "logical_xor")
    ),
    Case(
        "logical_not",
        lambda tf, x: tf.logical_not(x),
        call(booleans()),
        differentiable=False,
        raises=(NO_INTEGERS,),
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name: getattr(tf.math, name)(x),
            one(st.sampled_from([0.0, 1.0, inf, -inf, nan])),
            differentiable=False,
            raises=(NO_INTEGERS,),
        )
        for name in ("is_nan", "is_inf", "is_finite")
    ),
    *(
        Case(
            f"{name} of {what}",
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            inputs,
            differentiable=False,
        )
        for name in ("equal", "not_equal")
        for what, inputs in (
            ("booleans", broadcast(np.bool_, np.bool_)),
            ("texts", call(arrays(TEXTS, (2,), object), arrays(TEXTS, (3, 1), object))),
        )
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name: getattr(tf.math, name)(x),
            one(st.sampled_from([0.0, 1.0, 2.0])),
            dtypes=REALS,
            differentiable=False,
            raises=(NO_TEXT, NO_TEXT._replace(arrays=(ones(2, dtype="bool"),))),
            at=(
                At(([1.0, 1.0, 2.0],), same),
                At(([1.0, 2.0, 3.0],), True),
                At(([2.0, 1.0],), False),
                At(([1.0, nan, 2.0],), False),
                At(([],), True),
            ),
        )
        for name, same in (("is_non_decreasing", True), ("is_strictly_increasing", False))
    ),
    # -- choice -----------------------------------------------------------------------------------
    Case(
        "where",
        lambda tf, condition, x, y=None: tf.where(condition, x, y),
        broadcast(np.bool_, REAL, REAL),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2), ones(2), ones(2))),
            Bad("InvalidArgumentError", (ones(2, dtype="bool"), *DTYPES_DIFFER.arrays)),
            Bad("InvalidArgumentError", (ones(4, dtype="bool"), *SHAPES_DIFFER.arrays)),
            Bad("ValueError", (ones(2, dtype="bool"), ones(2))),
        ),
    ),
    Case(
        "where_true",
        lambda tf, condition: tf.where(condition),
        call(booleans(AXES)),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(dtype="bool"),)),),
    ),
    Case(
        "where_true of numbers",
        lambda tf, condition: tf.where(condition),
        call(arrays(st.sampled_from([0.0, 1.0, -1.0, nan]), AXES)),
        dtypes=("float32", "float64"),
        differentiable=False,
    ),
    # -- bits of integers -------------------------------------------------------------------------
    *(
        Case(
            name,
            lambda tf, x, y, name=name: getattr(tf.bitwise, name)(x, y),
            bits(),
            differentiable=False,
            raises=(*PAIR, NO_BOOLEANS, NO_NUMBERS),
        )
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift")
    ),
    Case(
        "invert",
        lambda tf, x: tf.bitwise.invert(x),
        bits(1),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(2),)),),
    ),
    # -- Python's operators -----------------------------------------------------------------------
    Case(
        "operators of integers",
        lambda tf, x, y: [x & y, x | y, x ^ y, ~x, 3 & x, 3 | x, 3 ^ x, x & 3],
        call(integers(-9, 9, (2, 1)), integers(-9, 9, (3,))),
        differentiable=False,
        raises=(NO_NUMBERS,),
    ),
    Case(
        "operators of booleans",
        lambda tf, x, y: [x & y, x | y, x ^ y, ~x, True & x, x | False],
        broadcast(np.bool_, np.bool_),
        differentiable=False,
    ),
    Case(
        "operators of shapes that differ",
        lambda tf, x, y: [x == y, x != y],
        call(arrays(REAL, (2,)), arrays(REAL, (3,))),
        differentiable=False,
    ),
]
