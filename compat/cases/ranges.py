"""Evenly spaced numbers, grids, masks of the first few."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, At, Bad, Case, Inputs
from ..inputs import REAL, SHAPES_OR_EMPTY, arrays, call, integers, ones
from .index import ANY


@st.composite
def spaced(draw):
    """Two arrays of one shape or one of them a scalar, how many numbers lie between, and where."""
    shape = draw(st.sampled_from([(), (2,), (2, 3), (0,)]))
    axis = draw(st.integers(-len(shape) - 1, len(shape)))
    ends = (draw(arrays(REAL, shape)), draw(arrays(REAL, shape)))
    return Inputs(ends, {"num": draw(st.integers(1, 5)), "axis": axis})


@st.composite
def grids(draw):
    """Up to three arrays, and the order of the axes."""
    shapes = st.sampled_from([(), (0,), (1,), (2,), (3,), (2, 2)])
    xs = [draw(arrays(ANY, shapes)) for _ in range(draw(st.integers(1, 3)))]
    return Inputs(tuple(xs), {"indexing": draw(st.sampled_from(["xy", "ij"]))})


CASES = [
    Case(
        "linspace",
        lambda tf, start, stop, num, axis: tf.linspace(start, stop, num, axis=axis),
        spaced(),
        dtypes=(*FLOATS[1:], "int32", "int64"),
        at=(
            At((1.0, 2.0), [1.0, 1.5, 2.0], (1.5, 1.5), None, {"num": 3, "axis": 0}),
            At((1.0, 2.0), [1.0], (1.0, 0.0), None, {"num": 1, "axis": 0}),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(), ones()), {"num": -1, "axis": 0}),
            Bad("InvalidArgumentError", (ones(), ones()), {"num": 3, "axis": 2}),
        ),
    ),
    Case(
        "meshgrid",
        lambda tf, *xs, indexing: tf.meshgrid(*xs, indexing=indexing),
        grids(),
        dtypes=(*FLOATS, *COMPLEX, "int32", "int64"),
        raises=(
            Bad("ValueError", (ones(2), ones(2)), {"indexing": "yx"}),
            Bad("InvalidArgumentError", (ones(2), ones(2, dtype="float64")), {"indexing": "xy"}),
        ),
    ),
    Case(
        "sequence_mask",
        lambda tf, lengths, **p: tf.sequence_mask(lengths, **p),
        call(
            st.sampled_from(["int32", "int64"]).flatmap(
                lambda dtype: integers(0, 4, SHAPES_OR_EMPTY.filter(lambda s: 0 not in s), dtype)
            ),
            maxlen=st.none() | st.integers(0, 5),
            dtype=st.sampled_from(["bool", "float32", "int32", "complex64"]),
        ),
        differentiable=False,
        at=(
            At(([2, 0, -1],), [[True, True], [False, False], [False, False]]),
            At(([1, 3],), [[True, False], [True, True]], params={"maxlen": 2}),
        ),
        raises=(
            Bad("ValueError", (np.array([1, 2]),), {"maxlen": [3]}),
            Bad("InvalidArgumentError", (np.array([1, 2]),), {"maxlen": -1}),
        ),
    ),
]
