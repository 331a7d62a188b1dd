"""Reductions along axes."""

from math import inf, nan

import numpy as np
from hypothesis import strategies as st

from ..case import NUMBERS, At, Bad, Case
from ..inputs import REAL, along, numbers, ones, reduction

# No two equal: between equal extremes there is a kink (see the points that are listed).
DISTINCT = numbers(-8, 8, steps=8)
BEYOND = Bad("InvalidArgumentError", (ones(2, 3),), {"axis": 2})
NO_NUMBERS = Bad("InvalidArgumentError", (ones(2),))
EMPTY = np.zeros((0, 2), np.float32)

CASES = [
    Case(
        "reduce_sum",
        lambda tf, x, **p: tf.reduce_sum(x, **p),
        reduction(REAL),
        dtypes=NUMBERS,
        raises=(BEYOND,),
        at=(At((EMPTY,), 0.0, (EMPTY,)), At((EMPTY,), [0.0, 0.0], params={"axis": 0})),
    ),
    Case(
        "reduce_mean",
        lambda tf, x, **p: tf.reduce_mean(x, **p),
        reduction(REAL),
        dtypes=NUMBERS,
        raises=(BEYOND,),
        at=(At((EMPTY,), nan, (EMPTY,)), At((EMPTY,), [nan, nan], params={"axis": 0})),
    ),
    Case(
        "reduce_max",
        lambda tf, x, **p: tf.reduce_max(x, **p),
        reduction(DISTINCT, unique=True),
        dtypes=NUMBERS,
        raises=(BEYOND,),
        at=(
            At(([1.0, 3.0, 3.0],), 3.0, ([0.0, 0.5, 0.5],)),
            At((EMPTY,), -inf, (EMPTY,)),
        ),
    ),
    Case(
        "reduce_min",
        lambda tf, x, **p: tf.reduce_min(x, **p),
        reduction(DISTINCT, unique=True),
        dtypes=NUMBERS,
        raises=(BEYOND,),
        at=(
            At(([1.0, 1.0, 3.0, 1.0],), 1.0, ([1 / 3, 1 / 3, 0.0, 1 / 3],)),
            At((EMPTY,), inf, (EMPTY,)),
        ),
    ),
    Case(
        "reduce_logsumexp",
        lambda tf, x, **p: tf.reduce_logsumexp(x, **p),
        reduction(REAL),
        raises=(BEYOND,),
        at=(
            At(([-inf, -inf],), -inf, ([nan, nan],)),
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
        "argmax",
        lambda tf, x, axis, output_type: tf.argmax(x, axis, output_type),
        along(REAL, output_type=st.sampled_from(["int32", "int64"])),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(2),), {"axis": 1, "output_type": "int32"}),),
    ),
    Case(
        "argmin",
        lambda tf, x, axis, output_type: tf.argmin(x, axis, output_type),
        along(REAL, output_type=st.sampled_from(["int32", "int64"])),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(2),), {"axis": 1, "output_type": "int32"}),),
    ),
]
