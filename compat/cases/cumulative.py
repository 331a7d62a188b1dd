"""Running sums, products and log-sum-exps."""

from math import inf, nan

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, OVERFLOW, At, Bad, Case, Inputs, primitive
from ..inputs import AXES, NONZERO, REAL, along, arrays, ones

FLAGS = {"exclusive": st.booleans(), "reverse": st.booleans()}
INTEGERS = ("int8", "int64")
NO_AXIS = (
    Bad("InvalidArgumentError", (ones(2),), {"axis": 1}),
    Bad("InvalidArgumentError", (ones(),), {"axis": 0}),
    Bad("InvalidArgumentError", (ones(2),), {"axis": [0]}),
    Bad("TypeError", (ones(2),), {"axis": 0.0}),
    Bad("InvalidArgumentError", (ones(2, dtype="bool"),)),
)
EMPTY = np.zeros((0, 2), np.float32)
DERIVATIVES = ("gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows")


@st.composite
def several(draw, count, **params):
    """A call on arrays of one shape, with an axis counted from the front."""
    shape = draw(AXES)
    chosen = {key: draw(strategy) for key, strategy in params.items()}
    axis = draw(st.integers(0, len(shape) - 1))
    return Inputs(tuple(draw(arrays(REAL, shape)) for _ in range(count)), {"axis": axis, **chosen})


def unrolled(tf, factors, terms, axis, reverse):
    """The recurrence, row by row."""
    pairs = list(zip(tf.unstack(factors, axis=axis), tf.unstack(terms, axis=axis), strict=True))
    rows = []
    for a, b in reversed(pairs) if reverse else pairs:
        rows.append(a * rows[-1] + b if rows else 0 * a * b + b)
    return tf.stack(rows[::-1] if reverse else rows, axis=axis)


def shifted(tf, x, axis, reverse, fill):
    """The rows, moved one place."""
    rows = tf.unstack(x, axis=axis)
    new = 0 * rows[0] + fill
    return tf.stack([*rows[1:], new] if reverse else [new, *rows[:-1]], axis=axis)


# TensorFlow's gradient adds its own logarithm to the values, and takes over their rounding.
LOGARITHMS = 1.0, "of large values TensorFlow's gradient has fewer digits than its dtype"

CASES = [
    Case(
        "cumsum",
        lambda tf, x, **p: tf.cumsum(x, **p),
        along(REAL, **FLAGS),
        dtypes=(*NUMBERS, *INTEGERS, *COMPLEX),
        raises=NO_AXIS,
        at=(
            At(([1.0, 2.0, 4.0],), [1.0, 3.0, 7.0], ([3.0, 2.0, 1.0],)),
            At(([1.0, inf, 2.0],), [0.0, 1.0, inf], params={"exclusive": True}),
            At((EMPTY,), EMPTY, (EMPTY,)),
        ),
    ),
    Case(
        "cumprod",
        lambda tf, x, **p: tf.math.cumprod(x, **p),
        along(NONZERO, **FLAGS),
        covers=("shift", "recurrence"),
        largest=(1e10, "TensorFlow divides a product that overflowed by its factors"),
        dtypes=(*NUMBERS, *INTEGERS),
        raises=NO_AXIS,
        at=(At((EMPTY,), EMPTY, (EMPTY,)),),
    ),
    Case(
        "cumprod with zeros",
        lambda tf, x, **p: tf.math.cumprod(x, **p),
        along(st.sampled_from([0.0, 0.0, 1.0, -2.0, 3.0]), **FLAGS),
        unlike=dict.fromkeys(
            DERIVATIVES, "TensorFlow divides by the factors: it is wrong where one is 0"
        ),
    ),
    Case(
        "cumprod of complex numbers",
        lambda tf, x, **p: tf.math.cumprod(x, **p),
        along(NONZERO, **FLAGS),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(
            DERIVATIVES, "TensorFlow leaves out the conjugate here, and not in reduce_prod"
        ),
    ),
    Case(
        "cumulative_logsumexp",
        lambda tf, x, **p: tf.math.cumulative_logsumexp(x, **p),
        along(REAL, reverse=st.booleans()),
        largest=LOGARITHMS,
        raises=(*NO_AXIS, Bad("InvalidArgumentError", (ones(2, dtype="int32"),))),
        at=(
            At(([1000.0, 1000.0],), [1000.0, 1000.6931471805599]),
            At(([0.0, 0.0],), [0.0, np.log(2)], ([1.5, 0.5],)),
            At(([-inf, -inf, 2.0],), [-inf, -inf, 2.0], ([nan, nan, 1.0],)),
            At(([0.0, -inf, 0.0],), [0.0, 0.0, np.log(2)], ([2.5, 0.0, 0.5],)),
            At(([3.0, -200.0],), [-inf, 3.0], ([1.0, 0.0],), params={"exclusive": True}),
            At((EMPTY,), EMPTY, (EMPTY,)),
        ),
    ),
    Case(
        "cumulative_logsumexp exclusive",
        # The first is -inf: there is no difference to take.
        lambda tf, x, **p: tf.maximum(tf.math.cumulative_logsumexp(x, exclusive=True, **p), -99.0),
        along(REAL, reverse=st.booleans()),
        largest=LOGARITHMS,
    ),
    # -- what the gradients are made of ---------------------------------------------------------
    Case(
        "shift",
        primitive("shift"),
        several(1, reverse=st.booleans(), fill=st.sampled_from([0, 1])),
        peer=shifted,
        dtypes=(*NUMBERS, *COMPLEX),
    ),
    Case(
        "recurrence",
        primitive("recurrence"),
        several(2, reverse=st.booleans()),
        peer=unrolled,
        unlike={"empty_inputs_are_tensorflows": "a loop of no steps has no dtype"},
        largest=OVERFLOW,
        dtypes=(*NUMBERS, *COMPLEX),
    ),
]
