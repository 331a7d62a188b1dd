"""Reductions along axes."""

from math import inf, nan

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, NUMBERS, At, Bad, Case, Inputs
from ..inputs import NONZERO, REAL, along, arrays, numbers, one, ones, reduction

# No two equal: between equal extremes there is a kink (see the points that are listed).
DISTINCT = numbers(-8, 8, steps=8)
BEYOND = Bad("InvalidArgumentError", (ones(2, 3),), {"axis": 2})
TWICE = Bad("InvalidArgumentError", (ones(2, 3),), {"axis": [0, -2]})
NO_NUMBERS = Bad("InvalidArgumentError", (ones(2),))
NO_BOOLEANS = Bad("InvalidArgumentError", (ones(2, dtype="bool"),))
NO_COMPLEX = Bad("InvalidArgumentError", (ones(2, dtype="complex64"),))
NO_INTEGERS = Bad("TypeError", (ones(2, dtype="int32"),))
AXIS = (BEYOND, TWICE)
INTEGERS = ("int8", "int64")
EMPTY = np.zeros((0, 2), np.float32)
FIRST_AXIS = {"axis": 0, "output_type": "int32"}
NO_POSITION = (
    Bad("InvalidArgumentError", (ones(2),), {"axis": 1, "output_type": "int32"}),
    Bad("InvalidArgumentError", (ones(2),), {"axis": 0, "output_type": "float32"}),
    Bad("InvalidArgumentError", (ones(),), FIRST_AXIS),
    Bad("InvalidArgumentError", (ones(0),), FIRST_AXIS),
    NO_COMPLEX._replace(params=FIRST_AXIS),
)


@st.composite
def varied(draw):
    """A reduction along axes of several elements, no two equal: the deviation is nowhere 0."""
    shape = draw(st.sampled_from([(2,), (3,), (2, 2), (3, 2), (2, 2, 2), (3, 3)]))
    x = draw(arrays(numbers(-4, 4, steps=2), shape, unique=True))
    axis = st.integers(-x.ndim, x.ndim - 1)
    several = st.lists(axis, unique_by=lambda a: a % x.ndim, min_size=1, max_size=x.ndim)
    axes = st.none() | axis | several
    return Inputs((x,), {"axis": draw(axes), "keepdims": draw(st.booleans())})


CASES = [
    Case(
        "reduce_sum",
        lambda tf, x, **p: tf.reduce_sum(x, **p),
        reduction(REAL),
        dtypes=(*NUMBERS, *INTEGERS, *COMPLEX),
        raises=(*AXIS, NO_BOOLEANS),
        at=(At((EMPTY,), 0.0, (EMPTY,)), At((EMPTY,), [0.0, 0.0], params={"axis": 0})),
    ),
    Case(
        "reduce_mean",
        lambda tf, x, **p: tf.reduce_mean(x, **p),
        reduction(REAL),
        unlike={
            "empty_inputs_are_tensorflows": "TensorFlow's mean of no complex numbers is 0, of "
            "no real ones nan"
        },
        dtypes=(*NUMBERS, *INTEGERS, *COMPLEX),
        raises=(*AXIS, NO_BOOLEANS),
        at=(At((EMPTY,), nan, (EMPTY,)), At((EMPTY,), [nan, nan], params={"axis": 0})),
    ),
    Case(
        "reduce_max",
        lambda tf, x, **p: tf.reduce_max(x, **p),
        reduction(DISTINCT, unique=True),
        dtypes=(*NUMBERS, *INTEGERS),
        raises=(*AXIS, NO_BOOLEANS, NO_COMPLEX),
        at=(
            At(([1.0, 3.0, 3.0],), 3.0, ([0.0, 0.5, 0.5],)),
            At(([1.0, nan],), nan, ([nan, nan],)),
            At((EMPTY,), -inf, (EMPTY,)),
        ),
    ),
    Case(
        "reduce_min",
        lambda tf, x, **p: tf.reduce_min(x, **p),
        reduction(DISTINCT, unique=True),
        dtypes=(*NUMBERS, *INTEGERS),
        raises=(*AXIS, NO_BOOLEANS, NO_COMPLEX),
        at=(
            At(([1.0, 1.0, 3.0, 1.0],), 1.0, ([1 / 3, 1 / 3, 0.0, 1 / 3],)),
            At((EMPTY,), inf, (EMPTY,)),
        ),
    ),
    Case(
        "reduce_logsumexp",
        lambda tf, x, **p: tf.reduce_logsumexp(x, **p),
        reduction(REAL),
        raises=(BEYOND, NO_INTEGERS._replace(error="InvalidArgumentError")),
        at=(
            At(([-inf, -inf],), -inf, ([nan, nan],)),
            At(([inf, 1.0],), inf, ([nan, 0.0],)),
            At((EMPTY,), -inf, (EMPTY,)),
            At(([1000.0, 1000.0],), 1000.6931471805599, ([0.5, 0.5],)),
        ),
    ),
    Case(
        "reduce_any",
        lambda tf, x, **p: tf.reduce_any(x, **p),
        reduction(st.booleans(), dtype=np.bool_),
        differentiable=False,
        raises=(NO_NUMBERS,),
    ),
    Case(
        "reduce_all",
        lambda tf, x, **p: tf.reduce_all(x, **p),
        reduction(st.booleans(), dtype=np.bool_),
        differentiable=False,
        raises=(NO_NUMBERS,),
    ),
    Case(
        "reduce_prod",
        lambda tf, x, **p: tf.reduce_prod(x, **p),
        reduction(NONZERO),
        dtypes=(*NUMBERS, *INTEGERS),
        raises=(*AXIS, NO_BOOLEANS),
        at=(
            At(([0.0, 2.0, 3.0],), 0.0, ([6.0, 0.0, 0.0],)),
            At(([0.0, 0.0, 3.0],), 0.0, ([0.0, 0.0, 0.0],)),
            At((EMPTY,), 1.0, (EMPTY,)),
        ),
    ),
    Case(
        "reduce_prod with zeros",
        lambda tf, x, **p: tf.reduce_prod(x, **p),
        reduction(st.sampled_from([0.0, 0.0, 1.0, -2.0, 3.0])),
        dtypes=(*FLOATS, *COMPLEX),
        unlike={
            "second_order_is_tensorflows": "TensorFlow's is wrong where an element is 0: its "
            "gradient goes through cumprod, whose own gradient is"
        },
        largest=(1.0, "0 times a product that overflowed is nan: it depends on the order"),
    ),
    Case(
        "reduce_prod of complex numbers",
        lambda tf, x, **p: tf.reduce_prod(x, **p),
        reduction(NONZERO),
        dtypes=COMPLEX,
        unlike={
            "second_order_is_tensorflows": "TensorFlow's gradient goes through cumprod, whose own "
            "gradient isn't conjugated"
        },
    ),
    Case(
        "reduce_variance",
        lambda tf, x, **p: tf.math.reduce_variance(x, **p),
        reduction(REAL),
        dtypes=(*FLOATS, *COMPLEX),
        raises=(BEYOND, NO_INTEGERS, NO_BOOLEANS),
        at=(At(([2.0, 2.0],), 0.0, ([0.0, 0.0],)), At((EMPTY,), nan, (EMPTY,))),
    ),
    Case(
        "reduce_std",
        lambda tf, x, **p: tf.math.reduce_std(x, **p),
        varied(),
        dtypes=(*FLOATS, *COMPLEX),
        # The mean is rounded to three digits before it is subtracted.
        tolerance={"float16": 2e-2},
        raises=(BEYOND, NO_INTEGERS, NO_BOOLEANS),
        at=(At(([2.0, 2.0],), 0.0, ([nan, nan],)), At((EMPTY,), nan, (EMPTY,))),
    ),
    Case(
        "reduce_euclidean_norm",
        lambda tf, x, **p: tf.math.reduce_euclidean_norm(x, **p),
        reduction(NONZERO),
        dtypes=(*NUMBERS, *INTEGERS),
        raises=(*AXIS, NO_BOOLEANS),
        at=(
            At(([0.0, 0.0],), 0.0, ([nan, nan],)),
            At(([3.0, -4.0],), 5.0, ([0.6, -0.8],)),
            At(([3.0 + 0j, -4.0j],), 5.0, ([0.6, -0.8j],)),
            At((EMPTY,), 0.0, (EMPTY,)),
        ),
    ),
    Case(
        "reduce_euclidean_norm of complex numbers",
        lambda tf, x, **p: tf.math.reduce_euclidean_norm(x, **p),
        reduction(NONZERO),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(
            [
                "gradient_is_tensorflows",
                "second_order_is_tensorflows",
                "jvp_is_tensorflows",
            ],
            "the result has no imaginary part, and TensorFlow multiplies its cotangent's in",
        ),
    ),
    Case(
        "count_nonzero",
        lambda tf, x, dtype, **p: tf.math.count_nonzero(x, dtype=dtype, **p),
        st.tuples(
            reduction(st.sampled_from([0.0, 1.0, -2.0])), st.sampled_from(["int64", "float32"])
        ).map(lambda drawn: Inputs(drawn[0].arrays, {**drawn[0].params, "dtype": drawn[1]})),
        dtypes=(*NUMBERS, *INTEGERS, *COMPLEX),
        differentiable=False,
        raises=(BEYOND._replace(params={"axis": 2, "dtype": "int64"}),),
        at=(
            At(([0.0, -0.0, nan, 3.0],), 2, params={"dtype": "int64"}),
            At(([False, True],), 1, params={"dtype": "int64"}),
            At((["", "a"],), 1, params={"dtype": "int64"}),
        ),
    ),
    Case(
        "zero_fraction",
        lambda tf, x: tf.nn.zero_fraction(x),
        one(st.sampled_from([0.0, 1.0, -2.0])),
        dtypes=(*NUMBERS, *INTEGERS),
        differentiable=False,
        at=(At(([0.0, 1.0, 0.0, nan],), 0.5, (None,)), At((EMPTY,), nan)),
    ),
    Case(
        "argmax",
        lambda tf, x, axis, output_type: tf.argmax(x, axis, output_type),
        along(REAL, output_type=st.sampled_from(["int32", "int64"])),
        dtypes=(*NUMBERS, *INTEGERS, "bool"),
        differentiable=False,
        raises=NO_POSITION,
        at=(
            At(([1.0, nan, 2.0, 3.0, 3.0],), 3, params=FIRST_AXIS),
            At(([nan, nan],), 0, params=FIRST_AXIS),
        ),
    ),
    Case(
        "argmin",
        lambda tf, x, axis, output_type: tf.argmin(x, axis, output_type),
        along(REAL, output_type=st.sampled_from(["int32", "int64"])),
        dtypes=(*NUMBERS, *INTEGERS, "bool"),
        differentiable=False,
        raises=NO_POSITION,
        at=(
            At(([2.0, nan, 1.0, 0.0, 0.0],), 3, params=FIRST_AXIS),
            At(([nan, nan],), 0, params=FIRST_AXIS),
        ),
    ),
]
