"""Pooling."""

from math import inf, nan

import numpy as np
from hypothesis import strategies as st

from ..case import OVERFLOW, At, Bad, Case, Inputs, limited
from ..inputs import REAL, arrays, numbers, ones

SIDES = {1: st.integers(3, 6), 2: st.integers(3, 5), 3: st.integers(2, 3)}
# Several hundred numbers, so that no two in an image need be equal.
DISTINCT = numbers(-16, 16, steps=16)
TWO = {"ksize": 2, "strides": 2, "padding": "VALID"}
# Where no data_format is given, TensorFlow's gradients fail in the functions for any rank.
LAYOUTS = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "int64")


@st.composite
def images(draw, elements, unique=False, rank=2, first=False, explicit=False):
    """Images with `rank` axes, and a window that fits into them."""
    lengths = [draw(SIDES[rank]) for _ in range(rank)]
    batch, channels = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    shape = (batch, channels, *lengths) if first else (batch, *lengths, channels)
    x = draw(arrays(elements, shape, unique=unique))
    largest = 2 if rank == 3 else 3
    one = st.integers(2 if explicit else 1, largest)
    several = st.tuples(*[one] * rank).map(list)
    padding = st.sampled_from(["SAME", "VALID"])
    if explicit:
        pair = st.tuples(st.integers(0, 1), st.integers(0, 1)).map(list)
        padding = st.tuples(*[pair] * rank).map(lambda pairs: [[0, 0], *pairs, [0, 0]])
    return Inputs(
        (x,),
        {"ksize": draw(one | several), "strides": draw(one | several), "padding": draw(padding)},
    )


@st.composite
def channels(draw):
    """Images, and a window of neighbouring channels."""
    together, windows = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    x = draw(
        arrays(
            DISTINCT, (draw(st.integers(1, 2)), draw(SIDES[2]), 1, together * windows), unique=True
        )
    )
    size = [1, 1, 1, together]
    padding = draw(st.sampled_from(["SAME", "VALID"]))
    return Inputs((x,), {"ksize": size, "strides": size, "padding": padding})


@st.composite
def pooled(draw, dilated=False):
    """The arguments of tf.nn.pool, with strides or with dilations."""
    rank = draw(st.integers(1, 3))
    x = draw(arrays(DISTINCT, (1, *[draw(st.integers(3, 4)) for _ in range(rank)], 1), unique=True))
    window = draw(st.tuples(*[st.integers(1, 2)] * rank))
    params = {
        "window_shape": list(window),
        "pooling_type": draw(st.sampled_from(["MAX", "AVG"])),
        "padding": draw(st.sampled_from(["SAME", "VALID"])),
        "data_format": LAYOUTS[rank],
    }
    if dilated:
        params["dilations"] = [draw(st.integers(1, 2)) for _ in window]
        params["padding"] = "VALID"
    else:  # TensorFlow wants strides no larger than the window
        params["strides"] = [draw(st.integers(1, length)) for length in window]
    return Inputs((x,), params)


def of_any_rank(elements, **settings):
    """Images with one to three axes."""
    return st.sampled_from([1, 2, 3]).flatmap(
        lambda rank: st.builds(
            lambda inputs: Inputs(inputs.arrays, {**inputs.params, "data_format": LAYOUTS[rank]}),
            images(elements, rank=rank, **settings),
        )
    )


def image(*rows):
    """One image of one channel."""
    return [[[[x] for x in row] for row in rows]]


def pool(name, **fixed):
    """The call of a pooling function."""
    return lambda tf, x, **p: getattr(tf.nn, name)(x, **fixed, **p)


def by_channels_last(name):
    """Pooling of images with the channels first, by that of images with the channels last."""
    return lambda tf, x, **p: tf.transpose(
        getattr(tf.nn, name)(tf.transpose(x, (0, 2, 3, 1)), **p), (0, 3, 1, 2)
    )


MAXIMA = ("max_pool", "max_pool_grad", "max_pool_pick")
MEANS = ("avg_pool", "avg_pool_grad")
NONSENSE = Bad("InvalidArgumentError", (ones(1, 4, 4, 1),), {**TWO, "padding": "nonsense"})
TOO_LARGE = Bad("InvalidArgumentError", (ones(1, 4, 4, 1),), {**TWO, "ksize": 9})
OTHER_LAYOUT = Bad("InvalidArgumentError", (ones(1, 4, 4, 1),), {**TWO, "data_format": "nonsense"})
NO_STEP = Bad("InvalidArgumentError", (ones(1, 4, 4, 1),), {**TWO, "strides": 0})
RANK = Bad("ValueError", (ones(4, 1),), TWO)
EXPLICIT = [[0, 0], [1, 1], [1, 1], [0, 0]]
PAIRS = {"ksize": [1, 1, 1, 2], "strides": [1, 1, 1, 2]}  # of channels
# TensorFlow has these for the CPU in float32 alone.
IN_FLOAT32 = ("float32",)

FIRST_ORDER = {
    "second_order_is_tensorflows": "TensorFlow has no second derivative here",
    "jvp_is_tensorflows": "which its forward mode needs",
}


CASES = [
    Case(
        "max_pool2d",
        pool("max_pool2d"),
        images(DISTINCT, unique=True),
        covers=MAXIMA,
        raises=(
            NONSENSE,
            TOO_LARGE,
            OTHER_LAYOUT,
            NO_STEP,
            Bad("InvalidArgumentError", (ones(1, 4, 1),), TWO),
            Bad("ValueError", (ones(1, 4, 4, 1),), {**TWO, "ksize": [2, 2, 2]}),
            Bad("UnimplementedError", (ones(2, 4, 4, 1),), {**TWO, "ksize": [2, 2, 2, 1]}),
            Bad("UnimplementedError", (ones(1, 2, 2, 3),), {**TWO, **PAIRS}),
            Bad("UnimplementedError", (ones(1, 2, 2, 4),), {**TWO, **PAIRS, "strides": 1}),
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 1),),
                {**TWO, "padding": [[0, 0], [2, 2], [0, 0], [0, 0]]},
            ),
        ),
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
        "max_pool2d of integers",
        pool("max_pool2d"),
        images(numbers(0, 100, steps=1)),
        dtypes=INTEGERS,
        differentiable=False,
    ),
    Case(
        "max_pool2d with explicit padding",
        pool("max_pool2d"),
        images(DISTINCT, unique=True, explicit=True),
        covers=MAXIMA,
        unlike=FIRST_ORDER,
    ),
    Case(
        "max_pool2d with channels first",
        pool("max_pool2d", data_format="NCHW"),
        images(DISTINCT, unique=True, first=True),
        covers=MAXIMA,
        peer=by_channels_last("max_pool2d"),
    ),
    Case(
        "max_pool2d of channels",
        pool("max_pool2d"),
        channels(),
        covers=MAXIMA,
        unlike={"gradient_is_tensorflows": "TensorFlow has no gradient here", **FIRST_ORDER},
        at=(
            At(
                ([[[[1.0, 4.0, 3.0, 2.0]]]],),
                [[[[4.0, 3.0]]]],
                params={**TWO, **PAIRS},
            ),
        ),
    ),
    Case("max_pool1d", pool("max_pool1d"), images(DISTINCT, unique=True, rank=1), covers=MAXIMA),
    Case(
        "max_pool1d with explicit padding",
        pool("max_pool1d"),
        images(DISTINCT, unique=True, rank=1, explicit=True),
        covers=MAXIMA,
        unlike=FIRST_ORDER,
    ),
    Case(
        "max_pool3d",
        pool("max_pool3d"),
        images(DISTINCT, unique=True, rank=3),
        covers=MAXIMA,
        dtypes=IN_FLOAT32,
    ),
    Case(
        "max_pool",
        pool("max_pool"),
        of_any_rank(DISTINCT, unique=True),
        covers=MAXIMA,
        dtypes=IN_FLOAT32,
        raises=(RANK,),
    ),
    Case(
        "max_pool_with_argmax",
        pool("max_pool_with_argmax"),
        st.builds(
            lambda inputs, dtype, batch: Inputs(
                inputs.arrays,
                {**inputs.params, "output_dtype": dtype, "include_batch_in_index": batch},
            ),
            images(DISTINCT, unique=True),
            st.just("int64"),  # with int32, TensorFlow has no gradient on the CPU
            st.booleans(),
        ),
        covers=(*MAXIMA, "max_pool_argmax"),
        unlike=FIRST_ORDER,
        raises=(
            Bad("ValueError", (ones(1, 4, 4, 1),), {**TWO, "data_format": "NCHW"}),
            Bad("InvalidArgumentError", (ones(1, 4, 4, 1),), {**TWO, "output_dtype": "int16"}),
        ),
        at=(
            At(
                (image([1.0, 3.0], [3.0, 3.0]),),
                (image([3.0]), image([1])),
                (image([0.0, 1.0], [0.0, 0.0]),),
                params=TWO,
            ),
            At((image([-inf, -inf], [-inf, -inf]),), (image([-inf]), image([0])), params=TWO),
        ),
    ),
    Case(
        "max_pool_with_argmax of integers",
        pool("max_pool_with_argmax", output_dtype="int32"),
        images(numbers(0, 10, steps=1)),
        dtypes=(*INTEGERS, "uint32", "uint64"),
        differentiable=False,
    ),
    Case(
        "avg_pool2d",
        pool("avg_pool2d"),
        images(REAL),
        covers=MEANS,
        raises=(
            NONSENSE,
            TOO_LARGE,
            OTHER_LAYOUT,
            Bad("TypeError", (ones(1, 4, 4, 1),), {**TWO, "padding": EXPLICIT}),
            Bad("InvalidArgumentError", (np.ones((1, 4, 4, 1), np.int32),), TWO),
        ),
    ),
    Case(
        "avg_pool2d with channels first",
        pool("avg_pool2d", data_format="NCHW"),
        images(REAL, first=True),
        covers=MEANS,
        peer=by_channels_last("avg_pool2d"),
    ),
    Case("avg_pool1d", pool("avg_pool1d"), images(REAL, rank=1), covers=MEANS),
    Case("avg_pool3d", pool("avg_pool3d"), images(REAL, rank=3), covers=MEANS, dtypes=IN_FLOAT32),
    Case(
        "avg_pool",
        pool("avg_pool"),
        of_any_rank(REAL),
        covers=MEANS,
        dtypes=IN_FLOAT32,
        raises=(RANK,),
    ),
    Case(
        "pool",
        pool("pool"),
        pooled(),
        covers=(*MAXIMA, *MEANS),
        dtypes=IN_FLOAT32,
        raises=tuple(
            Bad("ValueError", (ones(1, 4, 4, 1),), {"window_shape": [2, 2], **params})
            for params in (
                {"pooling_type": "MIN"},
                {"pooling_type": "max"},
                {"pooling_type": "MAX", "strides": [2, 2], "dilations": [2, 2]},
                {"pooling_type": "MAX", "dilations": [2, 2], "padding": "SAME"},
            )
        ),
    ),
    Case(
        "pool with dilation",
        pool("pool"),
        pooled(dilated=True),
        covers=(*MAXIMA, *MEANS),
        dtypes=IN_FLOAT32,
        unlike={
            "jvp_is_tensorflows": "TensorFlow's forward mode fails at what it makes of a dilation"
        },
    ),
]

CASES = limited(
    CASES,
    OVERFLOW,
    empty_inputs_are_tensorflows="TensorFlow's kernels abort on images without pixels",
    arrays_are_like_tensorflows="TensorFlow makes float32 of arrays here",
)
