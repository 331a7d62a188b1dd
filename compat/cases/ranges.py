"""Evenly spaced numbers, grids, and masks of the first few."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, At, Bad, Case, Inputs
from ..inputs import REAL, SHAPES_OR_EMPTY, arrays, call, integers, ones

DTYPES = st.sampled_from(["int32", "int64", "float16", "float32", "float64"])


@st.composite
def stepped(draw):
    """Two ends and a step from one to the other, in one of the dtypes of ranges."""
    dtype = draw(DTYPES)
    grid = st.integers(-20, 20) if dtype.startswith("int") else st.integers(-20, 20).map(_tenth)
    low, high = sorted((draw(grid), draw(grid)))
    delta = draw(grid.filter(bool).map(abs))
    if draw(st.booleans()):
        low, high, delta = high, low, -delta
    return Inputs((), {"start": low, "limit": high, "delta": delta, "dtype": dtype})


def _tenth(n: int) -> float:
    return n / 10


@st.composite
def spaced(draw):
    """Two tensors that broadcast, how many numbers to put between, and a place for the new axis."""
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3))
    ends = [draw(arrays(REAL, shape)) for shape in shapes.input_shapes]
    count = len(shapes.result_shape)
    axis = draw(st.integers(-count - 1, count))
    return Inputs(tuple(ends), {"num": draw(st.integers(0, 5)), "axis": axis})


@st.composite
def crossed(draw):
    """Up to three tensors, most of them lists, and an indexing."""
    shapes = hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3)
    given = [draw(arrays(REAL, shapes)) for _ in range(draw(st.integers(1, 3)))]
    return Inputs(tuple(given), {"indexing": draw(st.sampled_from(["xy", "ij"]))})


CASES = [
    Case(
        "range",
        lambda tf, **p: tf.range(**p),
        stepped(),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (), {"start": 0, "limit": 5, "delta": 0}),
            Bad("InvalidArgumentError", (), {"start": 0, "limit": -5}),
            Bad("InvalidArgumentError", (), {"start": 0, "limit": 5, "delta": -1}),
            Bad("InvalidArgumentError", (), {"start": float("nan")}),
            Bad("InvalidArgumentError", (), {"start": float("inf")}),
            Bad("InvalidArgumentError", (), {"start": 0, "limit": np.array([1, 2])}),
            Bad("InvalidArgumentError", (), {"start": 5, "dtype": "complex64"}),
            Bad("TypeError", (), {"start": 2.5, "dtype": "int32"}),
        ),
    ),
    Case(
        "range of Python numbers",
        lambda tf, start, limit, delta: tf.range(start, limit, delta),
        call(start=st.integers(-3, 3), limit=st.integers(3, 5), delta=st.sampled_from([1, 2, 0.5])),
        differentiable=False,
    ),
    Case(
        "range of tensors",
        lambda tf, *ends: tf.range(*ends),
        call(
            *(
                st.sampled_from(["int32", "int64", "float32", "float64"]).map(
                    lambda dtype, n=n: np.array(n, dtype)
                )
                for n in (1, 8, 2)
            )
        ),
        differentiable=False,
    ),
    Case(
        "range to a limit",
        lambda tf, limit: tf.range(limit),
        call(limit=st.integers(0, 5) | st.sampled_from([2.5, np.int64(3), np.float64(1.5)])),
        differentiable=False,
    ),
    Case(
        "linspace",
        lambda tf, start, stop, **p: tf.linspace(start, stop, **p),
        spaced(),
        dtypes=(*FLOATS, *COMPLEX, "int32", "int64"),
        at=(
            At((1.0, 3.0), [1.0, 1.5, 2.0, 2.5, 3.0], (2.5, 2.5), params={"num": 5}),
            At((1.0, 3.0), [1.0], (1.0, 0.0), params={"num": 1}),
            At((1.0, 3.0), np.zeros(0), (0.0, 0.0), params={"num": 0}),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(), ones()), {"num": -1}),
            Bad("InvalidArgumentError", (ones(2), ones(2)), {"num": 3, "axis": 2}),
            Bad("TypeError", (ones(), ones()), {"num": 2.5}),
            Bad("ValueError", (ones(), ones(dtype="float64")), {"num": 3}),
        ),
    ),
    Case(
        "meshgrid",
        lambda tf, *xs, **p: tf.meshgrid(*xs, **p),
        crossed(),
        dtypes=(*FLOATS, *COMPLEX, "int32", "int64"),
        raises=(
            Bad("ValueError", (ones(2), ones(3)), {"indexing": "yx"}),
            Bad("TypeError", (ones(2), ones(3)), {"sparse": True}),
            Bad("InvalidArgumentError", (ones(2), ones(2, dtype="int32"))),
        ),
    ),
    Case(
        "sequence_mask",
        lambda tf, lengths, **p: tf.sequence_mask(lengths, **p),
        call(
            st.sampled_from([np.int32, np.int64]).flatmap(
                lambda dtype: integers(-1, 4, SHAPES_OR_EMPTY, dtype)
            ),
            maxlen=st.none() | st.integers(0, 5),
            dtype=st.sampled_from(["bool", "int32", "float32", "complex64"]),
        ),
        differentiable=False,
        at=(At(([1, 0, 3],), [[1, 0, 0], [0, 0, 0], [1, 1, 1]], params={"dtype": "int32"}),),
        raises=(
            Bad("InvalidArgumentError", (np.array([1, 2]),), {"maxlen": -1}),
            Bad("ValueError", (np.array([1, 2]),), {"maxlen": [3]}),
        ),
    ),
    Case(
        "sequence_mask of floats",
        lambda tf, lengths, **p: tf.sequence_mask(lengths, **p),
        call(arrays(REAL), maxlen=st.none() | st.integers(0, 5)),
        differentiable=False,
    ),
]
