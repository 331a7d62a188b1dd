"""Reductions over segments."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, At, Bad, Case, Inputs
from ..inputs import NONZERO, REAL, arrays, integers, numbers, ones

INTEGERS = ("int8", "int64")
DISTINCT = numbers(-8, 8, steps=4)
ZEROS = st.sampled_from([0.0, 0.0, 1.0, -2.0, 3.0])
ROWS = st.sampled_from([(0,), (1,), (3,), (4,), (0, 2), (2, 0), (1, 2), (3, 2), (4, 1)])


@st.composite
def by_sorted_ids(draw, elements, unique=False, empty=True):
    """Rows, with a sorted id for each; without `empty`, each segment has a row."""
    shape = draw(ROWS)
    ids = np.sort(draw(integers(0, 4, shape[:1], draw(st.sampled_from([np.int32, np.int64])))))
    if not empty:
        ids = np.unique(ids, return_inverse=True)[1].astype(ids.dtype)
    return Inputs((draw(arrays(elements, shape, unique=unique)), ids))


@st.composite
def by_ids(draw, elements, unique=False, lowest=-1, empty=True):
    """Rows or single elements, with ids in any order; without `empty`, each segment has a row."""
    shape = draw(ROWS)
    ids = draw(integers(lowest, 3, shape[: draw(st.integers(1, len(shape)))]))
    count = draw(st.integers(4, 5))
    if not empty:
        kept = np.unique(np.maximum(ids, 0) if (ids < 0).all() else ids[ids >= 0])
        ids = np.where((ids < 0) & (ids >= 0).any(), -1, np.searchsorted(kept, ids))
        ids = ids.astype(np.int32)
        count = len(kept)
    return Inputs((draw(arrays(elements, shape, unique=unique)), ids), {"num_segments": count})


def sorted_case(kind, inputs, name="", **more):
    """The Case of a segment op."""
    return Case(
        f"segment_{kind}{name}",
        lambda tf, x, ids: getattr(tf.math, f"segment_{kind}")(x, ids),
        inputs,
        raises=(
            Bad("InvalidArgumentError", (ones(3), np.array([0, 1, 0]))),
            Bad("InvalidArgumentError", (ones(2), np.array([-1, 0]))),
            Bad("InvalidArgumentError", (ones(2), np.array([0, 1, 1]))),
            Bad("InvalidArgumentError", (ones(2), np.array([[0, 1]]))),
            Bad("InvalidArgumentError", (ones(2), np.array([0.0, 1.0], "float32"))),
            Bad("InvalidArgumentError", (ones(), np.array([0]))),
            Bad("InvalidArgumentError", (ones(2, dtype="bool"), np.array([0, 1]))),
        ),
        **more,
    )


def unsorted_case(kind, inputs, name="", **more):
    """The Case of an unsorted segment op."""
    two = {"num_segments": 2}
    return Case(
        f"unsorted_segment_{kind}{name}",
        lambda tf, x, ids, **p: getattr(tf.math, f"unsorted_segment_{kind}")(x, ids, **p),
        inputs,
        raises=(
            Bad("InvalidArgumentError", (ones(2), np.array([0, 3])), two),
            Bad("InvalidArgumentError", (ones(2, 2), np.array([0, 1, 1])), two),
            Bad("InvalidArgumentError", (ones(2), np.array([0, 1])), {"num_segments": -1}),
            Bad("InvalidArgumentError", (ones(2), np.array([0, 1])), {"num_segments": [2]}),
            Bad("InvalidArgumentError", (ones(2), np.array([0.0, 1.0], "float32")), two),
            Bad("InvalidArgumentError", (ones(2, dtype="bool"), np.array([0, 1])), two),
        ),
        **more,
    )


def at(rows, ids, value, gradient, **params):
    """A point of an op on these rows."""
    return At((rows, np.array(ids, np.int32)), value, (gradient,), params=params)


PRODUCT = {
    "second_order_is_tensorflows": "TensorFlow's is nan where an element is 0, or left out: its "
    "gradient divides by the elements"
}

NOT_CONJUGATE = dict.fromkeys(
    ["gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows"],
    "TensorFlow leaves out the conjugate here, and not in reduce_prod",
)

EMPTY = {"jvp_is_tensorflows": "TensorFlow's tangent of an empty segment is nan: 0 / 0"}

# Of a product that overflowed TensorFlow divides by the factors, minitape multiplies the others.
QUOTIENTS = 1.0, "TensorFlow's gradient overflows where the product does"

CASES = [
    sorted_case("sum", by_sorted_ids(REAL), dtypes=(*NUMBERS, *INTEGERS, *COMPLEX)),
    sorted_case("mean", by_sorted_ids(REAL, empty=False), dtypes=(*NUMBERS, *INTEGERS, *COMPLEX)),
    sorted_case("mean", by_sorted_ids(REAL), " with empty segments", unlike=EMPTY),
    sorted_case(
        "prod",
        by_sorted_ids(NONZERO),
        covers=("segment_table",),
        largest=QUOTIENTS,
        dtypes=(*NUMBERS, *INTEGERS),
    ),
    sorted_case(
        "prod", by_sorted_ids(NONZERO), " of complex numbers", dtypes=COMPLEX, unlike=NOT_CONJUGATE
    ),
    sorted_case("prod", by_sorted_ids(ZEROS), " with zeros", unlike=PRODUCT, largest=QUOTIENTS),
    *(
        sorted_case(
            kind,
            by_sorted_ids(DISTINCT, unique=True, empty=False),
            dtypes=(*NUMBERS, *INTEGERS),
            at=(at([5.0, 5.0, 5.0], [0, 0, 2], [5.0, 0.0, 5.0], [0.5, 0.5, 1.0]),),
        )
        for kind in ("max", "min")
    ),
    unsorted_case(
        "sum",
        by_ids(REAL),
        covers=("segment_rows", "segments_below"),
        dtypes=(*NUMBERS, *INTEGERS, *COMPLEX),
    ),
    unsorted_case("mean", by_ids(REAL), dtypes=(*NUMBERS, *INTEGERS)),
    unsorted_case("sqrt_n", by_ids(REAL)),
    unsorted_case(
        "prod", by_ids(NONZERO, lowest=0), dtypes=(*NUMBERS, *INTEGERS), largest=QUOTIENTS
    ),
    unsorted_case(
        "prod",
        by_ids(NONZERO, lowest=0),
        " of complex numbers",
        dtypes=COMPLEX,
        unlike=NOT_CONJUGATE,
    ),
    unsorted_case(
        "prod",
        by_ids(ZEROS),
        " with zeros",
        unlike=PRODUCT,
        largest=QUOTIENTS,
        at=(
            at(
                [0.0, 2.0, 3.0, 7.0],
                [0, 0, 0, -1],
                [0.0, 1.0],
                [6.0, 0.0, 0.0, 0.0],
                num_segments=2,
            ),
            at([0.0, 0.0, 3.0], [0, 0, 0], [0.0], [0.0, 0.0, 0.0], num_segments=1),
        ),
    ),
    *(
        unsorted_case(
            kind,
            by_ids(DISTINCT, unique=True, empty=False),
            dtypes=(*NUMBERS, *INTEGERS),
            at=(
                at(
                    [5.0, 5.0, 5.0, 0.0],
                    [0, 0, 1, -1],
                    [5.0, 5.0],
                    [0.5, 0.5, 1.0, 0.0],
                    num_segments=2,
                ),
            ),
        )
        for kind in ("max", "min")
    ),
    *(
        make(kind, ids(DISTINCT, unique=True), " with empty segments", unlike=EMPTY)
        for make, ids in ((sorted_case, by_sorted_ids), (unsorted_case, by_ids))
        for kind in ("max", "min")
    ),
]
