"""Products of matrices."""

from hypothesis import strategies as st

from ..case import NUMBERS, Bad, Case, Inputs
from ..inputs import REAL, arrays, ones

LENGTHS = st.integers(1, 3)


@st.composite
def matrices(draw):
    """Two matrices that fit, either of them transposed, with batches that broadcast."""
    rows, inner, columns, batch = (draw(LENGTHS) for _ in range(4))
    flip_a, flip_b = draw(st.booleans()), draw(st.booleans())
    before_a, before_b = (draw(st.sampled_from([(), (1,), (batch,), (2, batch)])) for _ in "ab")
    a = draw(arrays(REAL, (*before_a, *((inner, rows) if flip_a else (rows, inner)))))
    b = draw(arrays(REAL, (*before_b, *((columns, inner) if flip_b else (inner, columns)))))
    return Inputs((a, b), {"transpose_a": flip_a, "transpose_b": flip_b})


@st.composite
def contractions(draw):
    """Two arrays with axes that can be summed over together."""
    summed, free_a, free_b = (draw(st.lists(LENGTHS, max_size=2)) for _ in range(3))
    a = draw(arrays(REAL, (*free_a, *summed)))
    b = draw(arrays(REAL, (*summed, *free_b)))
    n = len(summed)
    in_lists = [list(range(-n, 0)), list(range(n))]
    return Inputs((a, b), {"axes": draw(st.sampled_from([n, in_lists]))})


CASES = [
    Case(
        "matmul",
        lambda tf, a, b, **p: tf.matmul(a, b, **p),
        matrices(),
        dtypes=NUMBERS,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(2, 3))),
            Bad("InvalidArgumentError", (ones(3), ones(3))),
            Bad("InvalidArgumentError", (ones(2, 2), ones(2, 2, dtype="float64"))),
            Bad("InvalidArgumentError", (ones(2, 3, 3), ones(3, 3, 3))),
        ),
    ),
    Case(
        "tensordot",
        lambda tf, a, b, axes: tf.tensordot(a, b, axes),
        contractions(),
        raises=(Bad("InvalidArgumentError", (ones(2, 3), ones(2, 3)), {"axes": 1}),),
    ),
]
