"""Counting: bins, histograms, confusion matrices; and inverse permutations."""

from math import inf, nan

import numpy as np
from hypothesis import strategies as st

from ..case import NUMBERS, At, Bad, Case, Inputs
from ..inputs import REAL, SHAPES_OR_EMPTY, arrays, call, integers, numbers, one, ones

WHOLE = st.sampled_from([np.int32, np.int64])


@st.composite
def binned(draw):
    """Numbers to count, with all that can be said about the bins."""
    values = draw(integers(0, 4, SHAPES_OR_EMPTY, draw(WHOLE)))
    axis = draw(st.sampled_from([None, 0, -1] if values.ndim in (1, 2) else [None, 0]))
    params = {
        "minlength": draw(st.none() | st.integers(0, 7)),
        "maxlength": draw(st.none() | st.integers(0, 7)),
        "axis": axis,
        "binary_output": draw(st.booleans()),
        "dtype": draw(st.sampled_from(["int32", "int64", "float32"])),
    }
    return Inputs((values,), params)


@st.composite
def weighted(draw):
    """Numbers to count, with a weight each."""
    values = draw(integers(0, 4, st.sampled_from([(1,), (3,), (2, 2), (3, 2)])))
    params = {
        "minlength": draw(st.none() | st.integers(0, 7)),
        "maxlength": draw(st.none() | st.integers(0, 7)),
        "axis": draw(st.sampled_from([None, 0, -1])),
    }
    return Inputs((values, draw(arrays(REAL, values.shape))), params)


@st.composite
def classified(draw, weights=False):
    """Labels and predictions, perhaps with weights."""
    length = draw(st.integers(1, 4))
    vectors = [draw(integers(0, 3, (length,), draw(WHOLE))) for _ in range(2)]
    if weights:
        vectors.append(draw(arrays(REAL, (length,))))
    return Inputs(tuple(vectors), {"num_classes": draw(st.sampled_from([None, 4, 5]))})


IDS = np.array([1, 1, 2], np.int32)
LIMITS = [-2.0, 2.5]
NO_BINS = (
    Bad("InvalidArgumentError", (ones(2),), {"value_range": [0.0, 1.0], "nbins": 0}),
    Bad("InvalidArgumentError", (ones(2),), {"value_range": 1.0, "nbins": 2}),
)

CASES = [
    Case(
        "bincount",
        lambda tf, x, **p: tf.math.bincount(x, **p),
        binned(),
        covers=("occurrences", "bins"),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (-IDS,)),
            Bad("ValueError", (IDS,), {"axis": 1}),
            Bad("InvalidArgumentError", (IDS[None, None],), {"axis": -1}),
            Bad("ValueError", (IDS,), {"weights": [1.0, 1.0, 1.0], "binary_output": True}),
            Bad("InvalidArgumentError", (IDS,), {"weights": [1.0]}),
            Bad("InvalidArgumentError", (IDS,), {"dtype": "float16"}),
            Bad("InvalidArgumentError", (IDS,), {"maxlength": -1}),
            Bad("InvalidArgumentError", (IDS.astype("uint8"),)),
        ),
        at=(At(([1.5, 1.0, 2.9],), [0, 2, 1]),),
    ),
    Case(
        "bincount with weights",
        lambda tf, x, weights, **p: tf.math.bincount(x, weights=weights, **p),
        weighted(),
        dtypes=("float32", "float64", "int32"),
        unlike=dict.fromkeys(
            ["gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows"],
            "TensorFlow has no gradient for the weights",
        ),
    ),
    Case(
        "confusion_matrix",
        lambda tf, labels, predictions, **p: tf.math.confusion_matrix(labels, predictions, **p),
        classified(),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (IDS, -IDS)),
            Bad("InvalidArgumentError", (-IDS, IDS)),
            Bad("InvalidArgumentError", (IDS, IDS), {"num_classes": 2}),
            Bad("InvalidArgumentError", (IDS, IDS[:2])),
            Bad("ValueError", (IDS, IDS), {"weights": [1.0]}),
        ),
        at=(
            At((IDS[:, None], IDS), [[0, 0, 0], [0, 2, 0], [0, 0, 1]]),
            At((IDS, IDS[:, None]), [[0, 0, 0], [0, 2, 0], [0, 0, 1]]),
        ),
    ),
    Case(
        "confusion_matrix with weights",
        lambda tf, labels, predictions, weights, **p: tf.math.confusion_matrix(
            labels, predictions, weights=weights, dtype=weights.dtype, **p
        ),
        classified(weights=True),
        dtypes=NUMBERS,
    ),
    Case(
        "histogram_fixed_width",
        lambda tf, x, **p: tf.histogram_fixed_width(x, **p),
        one(numbers(-3, 3, steps=4), value_range=LIMITS, nbins=st.integers(1, 9)),
        dtypes=("float32", "float64"),
        differentiable=False,
        raises=(
            *NO_BINS,
            Bad("InvalidArgumentError", (ones(2),), {"value_range": [1.0, 1.0]}),
            Bad("InvalidArgumentError", (ones(2) * nan,), {"value_range": [0.0, 1.0]}),
            Bad("InvalidArgumentError", (ones(2),), {"value_range": [0.0, 1.0], "dtype": "uint8"}),
        ),
        at=(
            At(
                ([0.0, 1.0, 2.0, 3.0, 9.0],), [2, 3], params={"value_range": [0.0, 4.0], "nbins": 2}
            ),
            At(([0, 1, 2, 3, 9],), [2, 3], params={"value_range": [0, 4], "nbins": 2}),
            At(([inf, -inf],), [1, 1], params={"value_range": [0.0, 4.0], "nbins": 2}),
        ),
    ),
    Case(
        "histogram_fixed_width_bins",
        lambda tf, x, value_range, **p: tf.histogram_fixed_width_bins(
            x, tf.constant(value_range, x.dtype), **p
        ),
        one(numbers(-3, 3, steps=4), value_range=LIMITS, nbins=st.integers(1, 9)),
        differentiable=False,
        raises=NO_BINS,
        at=(
            At(
                ([-1.0, 0.0, 1.5, 2.0, 5.0, inf],),
                [0, 0, 1, 2, 4, 4],
                params={"value_range": [0.0, 5.0], "nbins": 5},
            ),
        ),
    ),
    Case(
        "invert_permutation",
        lambda tf, x: tf.math.invert_permutation(x),
        call(
            st.tuples(st.integers(0, 6), st.randoms(use_true_random=False), WHOLE).map(
                lambda d: np.array(d[1].sample(range(d[0]), d[0]), d[2])
            )
        ),
        differentiable=False,
        unlike={"arrays_are_like_tensorflows": "TensorFlow makes int32 of arrays here"},
        raises=(
            Bad("InvalidArgumentError", (IDS,)),
            Bad("InvalidArgumentError", (np.array([0, 2]),)),
            Bad("InvalidArgumentError", (np.array([[0, 1]]),)),
            Bad("InvalidArgumentError", (ones(1),)),
        ),
    ),
]
