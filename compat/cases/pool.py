"""Pooling."""

from math import nan

from hypothesis import strategies as st

from ..case import At, Bad, Case, Inputs
from ..inputs import REAL, arrays, numbers, ones

SIDES = st.integers(3, 5)
# Several hundred numbers, so that no two in an image need be equal.
DISTINCT = numbers(-16, 16, steps=16)
TWO = {"ksize": 2, "strides": 2, "padding": "VALID"}


@st.composite
def images(draw, elements, unique=False):
    """Images, and a window that fits into them."""
    shape = (draw(st.integers(1, 2)), draw(SIDES), draw(SIDES), draw(st.integers(1, 2)))
    x = draw(arrays(elements, shape, unique=unique))
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3)).map(list)
    return Inputs(
        (x,),
        {
            "ksize": draw(st.integers(1, 3) | pair),
            "strides": draw(st.integers(1, 3) | pair),
            "padding": draw(st.sampled_from(["SAME", "VALID"])),
        },
    )


def image(*rows):
    """One image of one channel."""
    return [[[[x] for x in row] for row in rows]]


CASES = [
    Case(
        "max_pool2d",
        lambda tf, x, **p: tf.nn.max_pool2d(x, **p),
        images(DISTINCT, unique=True),
        covers=("max_pool", "max_pool_grad", "max_pool_pick"),
        unlike={
            "arrays_are_like_tensorflows": "TensorFlow makes float32 of arrays here",
            "empty_inputs_are_tensorflows": "an image without pixels has no room for a window",
        },
        raises=(Bad("InvalidArgumentError", (ones(1, 4, 4, 1),), {**TWO, "padding": "nonsense"}),),
        at=(
            At(
                (image([1.0, 3.0], [3.0, 3.0]),),
                image([3.0]),
                (image([0.0, 1.0], [0.0, 0.0]),),
                params=TWO,
            ),
            At((image([nan, 3.0], [2.0, 1.0]),), image([3.0]), params=TWO),
        ),
    ),
    Case(
        "avg_pool2d",
        lambda tf, x, **p: tf.nn.avg_pool2d(x, **p),
        images(REAL),
        covers=("avg_pool", "avg_pool_grad"),
        unlike={
            "empty_inputs_are_tensorflows": "an image without pixels has no room for a window",
        },
        raises=(Bad("InvalidArgumentError", (ones(1, 4, 4, 1),), {**TWO, "padding": "nonsense"}),),
    ),
]
