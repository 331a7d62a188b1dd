"""Norms of vectors and matrices."""

from math import inf, nan

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, At, Bad, Case, Inputs
from ..inputs import AXES, NONZERO, arrays, numbers, ones

# sum(|x|**p)**(1 / p - 1) and |x|**(p - 1) are rounded to three digits each, before the terms that
# they multiply cancel: for p = 1/2 TensorFlow's tangent is a hundredth off where ours is 0.002.
ROUNDED = {"float16": 2e-2}
SPECTRAL = {"ord": 2, "axis": (0, 1)}
ORDERS = ["euclidean", 1, 2, 3, 2.5, 0.5, inf]


@st.composite
def vectors(draw, orders, keepdims=True):
    """Vectors without zeros, for the largest also without equals."""
    ord = draw(st.sampled_from(orders))
    shape = draw(AXES)
    if ord == inf:
        x = draw(arrays(numbers(1 / 4, 8, steps=8), shape, unique=True))
    else:
        x = draw(arrays(NONZERO, shape))
    params = {"ord": ord, "axis": draw(st.none() | st.integers(-x.ndim, x.ndim - 1))}
    return Inputs((x,), {**params, **({"keepdims": draw(st.booleans())} if keepdims else {})})


@st.composite
def matrices(draw, orders):
    """Matrices of which no two rows (or columns, or singular values) are equally large."""
    shape = draw(st.sampled_from([(2, 3), (3, 2), (2, 2, 3), (1, 2), (3, 1)]))
    x = draw(arrays(NONZERO, shape))
    ord = draw(st.sampled_from(orders))
    axes = draw(st.permutations(range(-x.ndim, 0)))[:2]
    if ord == 2:
        for y in (x, x + 0.5j * x.ravel()[::-1].reshape(x.shape)):
            s = np.linalg.svd(np.moveaxis(y, axes, (-2, -1)), compute_uv=False)
            assume((s[..., :-1] - s[..., 1:] > 1 / 8).all())
    if ord in (1, inf):
        for y in (x, x + 0.5j * x.ravel()[::-1].reshape(x.shape)):
            summed, left = axes if ord == 1 else axes[::-1]
            sums = np.abs(y).sum(axis=summed, keepdims=True)
            assume((np.abs(np.diff(np.sort(sums, axis=left), axis=left)) > 1 / 8).all())
    axis = draw(st.sampled_from([list(axes), tuple(axes)]))
    return Inputs((x,), {"ord": ord, "axis": axis, "keepdims": draw(st.booleans())})


CASES = [
    Case(
        "norm",
        lambda tf, x, **p: tf.norm(x, **p),
        vectors(ORDERS),
        tolerance=ROUNDED,
        raises=(
            Bad("ValueError", (ones(2),), {"ord": "fro"}),
            Bad("ValueError", (ones(2),), {"ord": 0}),
            Bad("ValueError", (ones(2),), {"axis": [0]}),
            Bad("ValueError", (ones(2, 2),), {"axis": (0, 0)}),
            Bad("ValueError", (ones(2, 2),), {"axis": (0, 1), "ord": 3}),
            Bad("InvalidArgumentError", (ones(2),), {"axis": 1}),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),)),
            Bad("TypeError", (ones(2, dtype="int32"),), {"ord": 3}),
        ),
        at=(
            At(([0.0, 0.0],), 0.0, ([nan, nan],)),
            At(([0.0, 0.0],), 0.0, ([0.0, 0.0],), params={"ord": 1}),
            At(([4.0, -4.0],), 4.0, ([0.5, -0.5],), params={"ord": inf}),
            At(([3.0, -4.0],), 5.0, ([0.6, -0.8],)),
            At(([3.0 + 0j, -4.0j],), 5.0, ([0.6, -0.8j],)),
            At((np.zeros(0, np.float32),), 0.0, (np.zeros(0),)),
            At((np.array([1, -2]),), 3, params={"ord": 1}),
        ),
    ),
    Case(
        "norm of complex numbers",
        lambda tf, x, **p: tf.norm(x, **p),
        vectors(ORDERS),
        dtypes=COMPLEX,
    ),
    Case(
        "norm of matrices",
        lambda tf, x, **p: tf.norm(x, **p),
        matrices(["euclidean", "fro", 1, inf]),
        dtypes=(*FLOATS, *COMPLEX),
    ),
    Case(
        "spectral norm",
        lambda tf, x, **p: tf.norm(x, **p),
        matrices([2]),
        dtypes=("float32", "float64"),
        at=(At(([[3.0, 0.0], [0.0, -4.0]],), 4.0, ([[0.0, 0.0], [0.0, -1.0]],), None, SPECTRAL),),
    ),
    Case(
        "spectral norm of complex numbers",
        lambda tf, x, **p: tf.norm(x, **p),
        matrices([2]),
        dtypes=COMPLEX,
        unlike={
            "second_order_is_tensorflows": "TensorFlow's differs from the differences of its "
            "own gradient"
        },
    ),
    Case(
        "normalize",
        lambda tf, x, **p: tf.linalg.normalize(x, **p),
        vectors(ORDERS, keepdims=False),
        tolerance=ROUNDED,
        dtypes=(*FLOATS, *COMPLEX),
        at=(At(([3.0, 4.0],), ([0.6, 0.8], [5.0])), At(([0.0],), ([nan], [0.0]))),
    ),
]
