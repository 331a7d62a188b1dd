"""The structure of matrices: transposes, diagonals, bands."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, At, Bad, Case, Inputs
from ..inputs import REAL, arrays, call, integers, ones

ANY = (*NUMBERS, "int8", "uint8", "int16", "int64", *COMPLEX)
LENGTHS = st.integers(0, 4)
BATCHES = st.sampled_from([(), (2,), (0,), (2, 1)])
ALIGNS = st.sampled_from(["LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"])
MATRICES = st.tuples(BATCHES, LENGTHS, LENGTHS).flatmap(lambda s: arrays(REAL, (*s[0], *s[1:])))


@st.composite
def numbers_of_diagonals(draw, rows, columns):
    """k: a number or a pair, as a list or an array."""
    if not (rows and columns):
        return 0
    highest = draw(st.integers(1 - rows, columns - 1))
    form = draw(st.sampled_from(["number", "one", "list", "array"]))
    if form == "number":
        return highest
    if form == "one":
        return [highest, highest]
    lowest = draw(st.integers(1 - rows, highest))
    return [lowest, highest] if form == "list" else np.array([lowest, highest], np.int32)


def lengths(k, rows, columns):
    """The shape of the diagonals k of a matrix, without its batch."""
    lowest, highest = int(np.ravel(k)[0]), int(np.ravel(k)[-1])
    length = min(rows + min(highest, 0), columns - max(lowest, 0))
    return (length,) if lowest == highest else (highest - lowest + 1, length)


@st.composite
def diagonals(draw, kind):
    """A call of diag, diag_part or set_diag."""
    batch, rows, columns = draw(BATCHES), draw(LENGTHS), draw(LENGTHS)
    k = draw(numbers_of_diagonals(rows, columns))
    params = {"k": k, "align": draw(ALIGNS)}
    d = draw(arrays(REAL, (*batch, *lengths(k, rows, columns))))
    x = draw(arrays(REAL, (*batch, rows, columns)))
    if kind == "set_diag":
        return Inputs((x, d), params)
    if draw(st.booleans()):
        params["padding_value"] = 9
    if kind == "diag_part":
        return Inputs((x,), params)
    one = len(set(np.ravel(k))) == 1
    if rows != columns and not (one and draw(st.booleans())):
        params.update(num_rows=rows, num_cols=columns)
    elif one and draw(st.booleans()):
        params["num_rows"] = d.shape[-1] - min(int(np.ravel(k)[0]), 0) + draw(st.integers(0, 1))
    elif one and draw(st.booleans()):
        params["num_cols"] = d.shape[-1] + max(int(np.ravel(k)[0]), 0) + draw(st.integers(0, 1))
    return Inputs((d,), params)


@st.composite
def bands(draw):
    """A call of band_part."""
    x = draw(MATRICES)
    return Inputs(
        (x,),
        {
            "num_lower": draw(st.integers(-2, x.shape[-2])),
            "num_upper": draw(st.integers(-2, x.shape[-1])),
        },
    )


CASES = [
    Case(
        "matrix_transpose",
        lambda tf, x, **p: tf.linalg.matrix_transpose(x, **p),
        MATRICES.flatmap(lambda x: call(st.just(x), conjugate=st.booleans())),
        dtypes=ANY,
        raises=(Bad("ValueError", (ones(2),)), Bad("ValueError", (np.float32(1),))),
    ),
    Case(
        "adjoint",
        lambda tf, x: tf.linalg.adjoint(x),
        call(MATRICES),
        dtypes=ANY,
        raises=(Bad("ValueError", (ones(2),)),),
    ),
    Case(
        "diag",
        lambda tf, d, **p: tf.linalg.diag(d, **p),
        diagonals("diag"),
        dtypes=ANY,
        at=(
            At(
                ([[1.0, 2.0], [3.0, 4.0]],),
                [[1.0, 9.0], [3.0, 2.0]],
                ([[1.0, 4.0], [3.0, 0.0]],),
                cotangent=[[1.0, 2.0], [3.0, 4.0]],
                params={"k": (-1, 0), "padding_value": 9.0},
            ),
        ),
        raises=(
            Bad("InvalidArgumentError", (np.float32(1),)),
            Bad("InvalidArgumentError", (ones(2, 2),), {"k": (-1, 1)}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"k": (1, 0)}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"k": (0, 1, 2)}),
            Bad("InvalidArgumentError", (ones(2),), {"num_rows": 1}),
            Bad("InvalidArgumentError", (ones(2),), {"num_rows": 4, "num_cols": 4}),
            Bad("InvalidArgumentError", (ones(2),), {"align": "LEFT"}),
            Bad("TypeError", (ones(2),), {"k": 1.0}),
            Bad("TypeError", (np.ones(2, "int32"),), {"padding_value": 1.5}),
        ),
    ),
    Case(
        "diag_part",
        lambda tf, x, **p: tf.linalg.diag_part(x, **p),
        diagonals("diag_part"),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2),)),
            Bad("InvalidArgumentError", (ones(2, 3),), {"k": 3}),
            Bad("InvalidArgumentError", (ones(2, 3),), {"k": -2}),
            Bad("InvalidArgumentError", (ones(2, 3),), {"k": (1, 0)}),
        ),
    ),
    Case(
        "set_diag",
        lambda tf, x, d, **p: tf.linalg.set_diag(x, d, **p),
        diagonals("set_diag"),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(3))),
            Bad("InvalidArgumentError", (ones(2, 2, 3), ones(2))),
            Bad("InvalidArgumentError", (ones(2, 3), ones(2)), {"k": 5}),
            Bad("InvalidArgumentError", (ones(2, 3), ones(2, dtype="float64"))),
            Bad("InvalidArgumentError", (ones(2), np.float32(1))),
        ),
    ),
    Case(
        "trace",
        lambda tf, x: tf.linalg.trace(x),
        call(MATRICES),
        dtypes=ANY,
        raises=(Bad("InvalidArgumentError", (ones(2),)),),
    ),
    Case(
        "tensor_diag",
        lambda tf, x: tf.linalg.tensor_diag(x),
        st.sampled_from([(2,), (0,), (2, 3), (1, 2, 2)]).flatmap(lambda s: call(arrays(REAL, s))),
        dtypes=(*NUMBERS, "int64", *COMPLEX),
        raises=(Bad("InvalidArgumentError", (np.float32(1),)),),
    ),
    Case(
        "tensor_diag_part",
        lambda tf, x: tf.linalg.tensor_diag_part(x),
        st.sampled_from([(2,), (0,), (2, 3), (1, 2, 2)]).flatmap(
            lambda s: call(arrays(REAL, (*s, *s)))
        ),
        dtypes=(*NUMBERS, "int64", *COMPLEX),
        raises=(
            Bad("InvalidArgumentError", (ones(2),)),
            Bad("InvalidArgumentError", (ones(2, 3),)),
        ),
    ),
    Case(
        "band_part",
        lambda tf, x, **p: tf.linalg.band_part(x, **p),
        bands(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"num_lower": 0, "num_upper": 0}),
            Bad("InvalidArgumentError", (ones(2, 3),), {"num_lower": 3, "num_upper": 0}),
            Bad("InvalidArgumentError", (ones(2, 3),), {"num_lower": 0, "num_upper": 4}),
            Bad("InvalidArgumentError", (ones(2, 3),), {"num_lower": [1], "num_upper": 0}),
            Bad("TypeError", (ones(2, 3),), {"num_lower": 1.0, "num_upper": 0}),
        ),
    ),
    Case(
        "diagonals of booleans",
        lambda tf, x: [
            tf.linalg.diag(x),
            tf.linalg.diag_part(x, padding_value=True, k=[-1, 1]),
            tf.linalg.set_diag(x, x[:, 0]),
            tf.linalg.band_part(x, 1, tf.constant(0)),
            tf.linalg.adjoint(x),
        ],
        call(integers(0, 1, (2, 2), np.bool_)),
        differentiable=False,
    ),
]
