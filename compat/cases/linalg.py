"""Products of matrices and vectors."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, OVERFLOW, At, Bad, Case, Inputs
from ..inputs import REAL, arrays, call, ones

# Also numbers that int64 needs; TensorFlow multiplies no other integers, but for int16.
PRODUCTS = (*NUMBERS, "int64", *COMPLEX)
LENGTHS = st.integers(1, 3)
LENGTHS_OR_0 = st.integers(0, 3)
FLIPS = st.sampled_from(["no", "transpose", "adjoint"])


@st.composite
def matrices(draw):
    """Two matrices that fit, either of them transposed, with batches that broadcast."""
    rows, inner, columns, batch = (draw(LENGTHS_OR_0) for _ in range(4))
    flip_a, flip_b = draw(FLIPS), draw(FLIPS)
    before_a, before_b = (draw(st.sampled_from([(), (1,), (batch,), (2, batch)])) for _ in "ab")
    a = draw(arrays(REAL, (*before_a, *((rows, inner) if flip_a == "no" else (inner, rows)))))
    b = draw(arrays(REAL, (*before_b, *((inner, columns) if flip_b == "no" else (columns, inner)))))
    flips = {f"{flip}_{x}": True for x, flip in (("a", flip_a), ("b", flip_b)) if flip != "no"}
    return Inputs((a, b), flips)


@st.composite
def matrix_and_vector(draw):
    """A matrix and a vector that fit, with batches that broadcast."""
    rows, columns, batch = (draw(LENGTHS_OR_0) for _ in range(3))
    flip = draw(FLIPS)
    before_a, before_b = (draw(st.sampled_from([(), (1,), (batch,), (2, batch)])) for _ in "ab")
    a = draw(arrays(REAL, (*before_a, *((rows, columns) if flip == "no" else (columns, rows)))))
    b = draw(arrays(REAL, (*before_b, columns)))
    return Inputs((a, b), {} if flip == "no" else {f"{flip}_a": True})


@st.composite
def contractions(draw):
    """Two arrays with axes that can be summed over together, at the edge or anywhere."""
    summed, free_a, free_b = (draw(st.lists(LENGTHS_OR_0, max_size=2)) for _ in range(3))
    n = len(summed)
    a = draw(arrays(REAL, (*free_a, *summed)))
    b = draw(arrays(REAL, (*summed, *free_b)))
    axes = draw(st.sampled_from(["number", "lists", "array", "anywhere"]))
    in_lists = [list(range(-n, 0)), list(range(n))]
    if axes == "number":
        return Inputs((a, b), {"axes": n})
    if axes == "lists":
        return Inputs((a, b), {"axes": in_lists})
    if axes == "array":
        return Inputs((a, b), {"axes": np.array(in_lists, np.int32).reshape(2, n)})
    to_a, to_b = draw(st.permutations(range(a.ndim))), draw(st.permutations(range(b.ndim)))
    axes_a = [to_a.index(len(free_a) + i) for i in range(n)]
    axes_b = [to_b.index(i) for i in range(n)]
    pair = (axes_a[0], axes_b[0]) if n == 1 else [axes_a, axes_b]
    return Inputs((a.transpose(to_a), b.transpose(to_b)), {"axes": pair})


CASES = [
    Case(
        "matmul",
        lambda tf, a, b, **p: tf.matmul(a, b, **p),
        matrices(),
        dtypes=PRODUCTS,
        largest=OVERFLOW,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(2, 3))),
            Bad("InvalidArgumentError", (ones(3), ones(3))),
            Bad("InvalidArgumentError", (ones(2, 2), ones(2, 2, dtype="float64"))),
            Bad("InvalidArgumentError", (ones(2, 3, 3), ones(3, 3, 3))),
            Bad("InvalidArgumentError", (ones(2, 2, dtype="bool"), ones(2, 2, dtype="bool"))),
            Bad("ValueError", (ones(2, 2), ones(2, 2)), {"transpose_a": True, "adjoint_a": True}),
            Bad("ValueError", (ones(2, 2), ones(2, 2)), {"transpose_b": True, "adjoint_b": True}),
        ),
    ),
    Case(
        "matmul output_type",
        lambda tf, a, b: [
            tf.matmul(a, b, output_type=tf.int32),
            tf.matmul(tf.cast(a, "int32"), tf.cast(b, "int32"), a_is_sparse=False),
        ],
        call(arrays(REAL, (1, 2, 3)), arrays(REAL, (2, 3, 2))),
        dtypes=("int8",),
        differentiable=False,
    ),
    Case(
        "matvec",
        lambda tf, a, b, **p: tf.linalg.matvec(a, b, **p),
        matrix_and_vector(),
        dtypes=PRODUCTS,
        largest=OVERFLOW,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(2))),
            Bad("InvalidArgumentError", (ones(2, 3), np.float32(1))),
            Bad("InvalidArgumentError", (ones(3), ones(3))),
            Bad("ValueError", (ones(2, 2), ones(2)), {"transpose_a": True, "adjoint_a": True}),
        ),
    ),
    Case(
        "tensordot",
        lambda tf, a, b, axes: tf.tensordot(a, b, axes),
        contractions(),
        dtypes=PRODUCTS,
        largest=OVERFLOW,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(2, 3)), {"axes": 1}),
            Bad("InvalidArgumentError", (ones(2, 2), ones(2, 2, dtype="float64")), {"axes": 1}),
            Bad("ValueError", (ones(2, 2), ones(2, 2)), {"axes": -1}),
            Bad("ValueError", (ones(2), ones(2, 2)), {"axes": 2}),
            Bad("IndexError", (ones(2, 2), ones(2)), {"axes": 2}),
            Bad("ValueError", (ones(2, 2), ones(2, 2)), {"axes": [0, 1, 0]}),
            Bad("ValueError", (ones(2, 2), ones(2, 2)), {"axes": [[0], [0, 1]]}),
            Bad("IndexError", (ones(2, 2), ones(2, 2)), {"axes": [[2], [0]]}),
            Bad("TypeError", (ones(2, 2), ones(2, 2)), {"axes": 1.0}),
        ),
    ),
    Case(
        "cross",
        lambda tf, a, b: tf.linalg.cross(a, b),
        st.sampled_from([(3,), (2, 3), (0, 3), (2, 1, 3)]).flatmap(
            lambda shape: call(arrays(REAL, shape), arrays(REAL, shape))
        ),
        dtypes=(*NUMBERS, "int8", "uint8", "int16", "uint16", "int64"),
        at=(
            At(
                ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
                [0.0, 0.0, 1.0],
                ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
                cotangent=[0.0, 0.0, 1.0],
            ),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(3))),
            Bad("InvalidArgumentError", (np.float32(1), np.float32(1))),
            Bad("InvalidArgumentError", (ones(3, dtype="complex64"), ones(3, dtype="complex64"))),
        ),
    ),
]
