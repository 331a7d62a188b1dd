"""Order: sort, argsort, top_k, searchsorted, unique."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import FLOATS, At, Bad, Case, Inputs
from ..inputs import REAL, SHAPES_OR_EMPTY, along, arrays, call, integers, ones
from .index import ANY, INTEGERS

DIRECTIONS = st.sampled_from(["ASCENDING", "DESCENDING"])
REAL_TYPES = (*FLOATS, *INTEGERS)
NO_ORDER = (
    Bad("InvalidArgumentError", (ones(2, dtype="bool"),)),
    Bad("InvalidArgumentError", (ones(2, dtype="complex64"),)),
    Bad("InvalidArgumentError", (ones(),)),
)
BAD_SORTS = (
    *NO_ORDER,
    Bad("InvalidArgumentError", (ones(2),), {"axis": 1}),
    Bad("InvalidArgumentError", (ones(2),), {"axis": -2}),
    Bad("ValueError", (ones(2),), {"direction": "UP"}),
    Bad("ValueError", (ones(2),), {"axis": None}),
)
TENSORFLOW_FAILS = "TensorFlow raises an error in its gradient"
FEW = st.sampled_from([0.0, 1.0, 2.0, 3.0])


@st.composite
def ranked(draw, elements, **settings):
    """An array with at least one axis, and how many elements of its last axis are wanted."""
    x = draw(arrays(elements, hnp.array_shapes(max_dims=3, max_side=4), **settings))
    return Inputs((x,), {"k": draw(st.integers(0, x.shape[-1]))})


@st.composite
def searched(draw):
    """Rows in ascending order, and values to find in them."""
    batch = draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=2))
    rows, values = (draw(arrays(ANY, (*batch, draw(st.integers(0, 4))))) for _ in range(2))
    params = {
        "side": draw(st.sampled_from(["left", "right"])),
        "out_type": draw(st.sampled_from(["int32", "int64"])),
    }
    return Inputs((np.sort(rows), values), params)


@st.composite
def predicted(draw):
    """Targets, some out of range, and predictions, some not finite."""
    rows, classes = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    values = st.sampled_from([0.0, 0.5, 1.0, 2.0, np.inf, -np.inf, np.nan])
    targets = draw(integers(-1, 3, (rows,), draw(st.sampled_from([np.int32, np.int64]))))
    predictions = draw(arrays(values, (rows, classes), np.float32))
    return Inputs((targets, predictions), {"k": draw(st.integers(0, 3))})


CASES = [
    Case(
        "argsort",
        lambda tf, x, **p: tf.argsort(x, **p),
        along(FEW, direction=DIRECTIONS, stable=st.booleans()),
        dtypes=REAL_TYPES,
        differentiable=False,
        raises=BAD_SORTS,
        at=(
            At(([2.0, 1.0, 2.0, 1.0],), [1, 3, 0, 2]),
            At(([2.0, 1.0, 2.0, 1.0],), [0, 2, 1, 3], params={"direction": "DESCENDING"}),
        ),
    ),
    Case(
        "argsort of the smallest integers",
        lambda tf, x: [tf.argsort(x), tf.sort(x)],
        call(arrays(st.sampled_from([-128, -127, 0, 127]), (4,), np.int8)),
        differentiable=False,
    ),
    Case(
        "sort",
        lambda tf, x, **p: tf.sort(x, **p),
        along(ANY, unique=True, direction=DIRECTIONS),
        dtypes=REAL_TYPES,
        covers=("take_along", "put_along"),
        raises=BAD_SORTS,
        # Of equal elements the first comes first.
        at=(
            At(
                ([2.0, 1.0, 2.0, 0.0],),
                [0.0, 1.0, 2.0, 2.0],
                ([3.0, 2.0, 4.0, 1.0],),
                [1.0, 2.0, 3.0, 4.0],
            ),
            At(
                ([2.0, 1.0, 2.0, 0.0],),
                [2.0, 2.0, 1.0, 0.0],
                ([1.0, 3.0, 2.0, 4.0],),
                [1.0, 2.0, 3.0, 4.0],
                {"direction": "DESCENDING"},
            ),
        ),
    ),
    Case(
        "sort of nothing",
        lambda tf, x: [tf.sort(x), tf.argsort(x), *tf.math.top_k(x, x.shape[-1])],
        call(arrays(REAL, SHAPES_OR_EMPTY.filter(lambda shape: 0 in shape))),
        unlike={
            "gradient_is_tensorflows": TENSORFLOW_FAILS,
            "second_order_is_tensorflows": TENSORFLOW_FAILS,
            "jvp_is_tensorflows": TENSORFLOW_FAILS,
        },
    ),
    Case(
        "top_k",
        lambda tf, x, **p: tf.math.top_k(x, **p),
        ranked(ANY, unique=True),
        dtypes=REAL_TYPES,
        covers=("argsort",),
        raises=(
            *NO_ORDER,
            Bad("InvalidArgumentError", (ones(2),), {"k": 3}),
            Bad("InvalidArgumentError", (ones(2),), {"k": -1}),
            Bad("InvalidArgumentError", (ones(2),), {"k": [1]}),
            Bad("TypeError", (ones(2),), {"k": 1.5}),
            Bad("InvalidArgumentError", (ones(2),), {"k": 1, "index_type": "float32"}),
        ),
        at=(
            At(
                ([3.0, 1.0, 3.0, 3.0],),
                ([3.0, 3.0], [0, 2]),
                ([1.0, 0.0, 2.0, 0.0],),
                [1.0, 2.0],
                {"k": 2},
            ),
        ),
    ),
    Case(
        "top_k of equals",
        lambda tf, x, k: tf.nn.top_k(x, k, index_type="int64"),
        ranked(FEW),
        dtypes=REAL_TYPES,
        differentiable=False,
    ),
    Case(
        "top_k in any order",
        lambda tf, x, k: tf.sort(tf.nn.top_k(x, max(k, 1), sorted=False).values),
        ranked(REAL, unique=True),
    ),
    Case(
        "in_top_k",
        lambda tf, targets, predictions, k: tf.math.in_top_k(targets, predictions, k),
        predicted(),
        dtypes=("float32",),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (np.array([0]), ones(2, 2)), {"k": 1}),
            Bad("InvalidArgumentError", (np.array([[0]]), ones(1, 2)), {"k": 1}),
            Bad("InvalidArgumentError", (ones(1), ones(1, 2)), {"k": 1}),
            Bad("InvalidArgumentError", (np.array([0]), ones(1, 2, dtype="float64")), {"k": 1}),
        ),
    ),
    Case(
        "searchsorted",
        lambda tf, rows, values, **p: tf.searchsorted(rows, values, **p),
        searched(),
        dtypes=REAL_TYPES,
        differentiable=False,
        raises=(
            Bad("ValueError", (ones(2), ones(2)), {"side": "x"}),
            Bad("InvalidArgumentError", (ones(2), ones()), {}),
            Bad("InvalidArgumentError", (ones(1, 2), ones(2, 2)), {}),
            Bad("InvalidArgumentError", (ones(2), ones(2, dtype="int32")), {}),
            Bad("InvalidArgumentError", (ones(2), ones(2)), {"out_type": "float32"}),
        ),
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name, **p: getattr(tf, name)(x, **p),
            call(
                arrays(FEW, hnp.array_shapes(max_dims=1, min_side=0, max_side=6)),
                out_idx=st.sampled_from(["int32", "int64"]),
            ),
            dtypes=(*REAL_TYPES, "bool"),
            differentiable=False,
            raises=(
                Bad("InvalidArgumentError", (ones(2, 2),)),
                Bad("InvalidArgumentError", (ones(),)),
                Bad("InvalidArgumentError", (ones(2),), {"out_idx": "float32"}),
            ),
        )
        for name in ("unique", "unique_with_counts")
    ),
    Case(
        "unique of nan and of zeros",
        lambda tf, x: [1 / part if part.dtype == x.dtype else part for part in tf.unique(x)],
        call(arrays(st.sampled_from([np.nan, 0.0, -0.0, 1.0]), (5,))),
        dtypes=("float32", "float64"),  # TensorFlow tells the zeros of float16 apart
        differentiable=False,
    ),
]
