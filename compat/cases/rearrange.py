"""Borders, rolls, reversals, repeats, blocks moved between axes."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, At, Bad, Case, Inputs
from ..inputs import AXES, SHAPES, SHAPES_OR_EMPTY, arrays, call, ones
from .index import ALL, ANY

WHOLE_OR_REAL = (*FLOATS, "int32", "int64")  # those to and from batches have no complex kernel
NUMERIC = (*WHOLE_OR_REAL, *COMPLEX)


@st.composite
def mirrored(draw):
    """An array, a border that it can fill with its mirror image, and the kind of mirror."""
    x = draw(arrays(ANY, AXES))
    mode = draw(st.sampled_from(["REFLECT", "SYMMETRIC", "reflect"]))
    edge = mode.upper() == "REFLECT"
    paddings = [[draw(st.integers(0, n - edge)) for _ in range(2)] for n in x.shape]
    return Inputs((x,), {"paddings": paddings, "mode": mode})


@st.composite
def rolled(draw):
    """An array, and one shift and axis or a list of both (an axis may come twice)."""
    x = draw(arrays(ANY, SHAPES_OR_EMPTY.filter(len)))
    axis, shift = st.integers(-x.ndim, x.ndim - 1), st.integers(-4, 4)
    if draw(st.booleans()):
        return Inputs((x,), {"shift": draw(shift), "axis": draw(axis)})
    pairs = draw(st.lists(st.tuples(shift, axis), min_size=1, max_size=3))
    return Inputs((x,), {"shift": [s for s, _ in pairs], "axis": [a for _, a in pairs]})


@st.composite
def reversed_(draw):
    """An array and a list of its axes, none twice."""
    x = draw(arrays(ANY, SHAPES_OR_EMPTY))
    axis = st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.nothing()
    axes = st.lists(axis, unique_by=lambda a: a % x.ndim, max_size=x.ndim)
    return Inputs((x,), {"axis": draw(axes)})


@st.composite
def sequences(draw):
    """An array, the axes of its steps and examples, and how many steps each example has."""
    x = draw(arrays(ANY, AXES.filter(lambda s: len(s) > 1)))
    seq_axis, batch_axis = draw(st.permutations(range(x.ndim)))[:2]
    steps, examples = x.shape[seq_axis], x.shape[batch_axis]
    dtype = draw(st.sampled_from([np.int32, np.int64]))
    lengths = draw(arrays(st.integers(0, steps), (examples,), dtype))
    return Inputs((x, lengths), {"seq_axis": seq_axis, "batch_axis": batch_axis})


@st.composite
def repeated(draw):
    """An array, an axis or None, and a number of repeats or one for each element."""
    # Not empty: there TensorFlow's second derivative has the wrong shape.
    x = draw(arrays(ANY, SHAPES))
    axis = draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    count = x.size if axis is None else x.shape[axis]
    number = st.integers(0, 3)
    several = st.lists(number, min_size=count, max_size=count) if count else number
    return Inputs((x,), {"repeats": draw(number | several), "axis": axis})


@st.composite
def images(draw, deep):
    """Images and the size of a block; with `deep` it is the channels that can be divided."""
    size = draw(st.integers(2, 3))
    n, height, width, depth = draw(st.tuples(*[st.integers(0, 2)] + 3 * [st.integers(1, 2)]))
    if deep:
        shape = (n, height, width, depth * size * size)
    else:
        shape = (n, height * size, width * size, depth)
    return Inputs((draw(arrays(ANY, shape)),), {"block_size": size})


@st.composite
def to_batch(draw):
    """An array, the lengths of a block, and paddings with which it can be divided."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    lengths, paddings = [], []
    for size in sizes:
        whole = size * draw(st.integers(1, 2))
        before = draw(st.integers(0, whole - 1))
        after = draw(st.integers(0, whole - 1 - before))
        lengths.append(whole - before - after)
        paddings.append([before, after])
    rest = draw(st.sampled_from([(), (1,), (2,)]))
    x = draw(arrays(ANY, (draw(st.integers(1, 2)), *lengths, *rest)))
    return Inputs((x,), {"block_shape": sizes, "paddings": paddings})


@st.composite
def from_batch(draw):
    """An array whose batch can be divided, the lengths of a block, and crops."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    lengths = [draw(st.integers(1, 2)) for _ in sizes]
    crops = []
    for n, size in zip(lengths, sizes, strict=True):
        before = draw(st.integers(0, n * size - 1))
        crops.append([before, draw(st.integers(0, n * size - 1 - before))])
    rest = draw(st.sampled_from([(), (1,), (2,)]))
    batch = draw(st.integers(1, 2)) * int(np.prod(sizes))
    x = draw(arrays(ANY, (batch, *lengths, *rest)))
    return Inputs((x,), {"block_shape": sizes, "crops": crops})


def block_refusals(borders):
    """What block functions refuse; `borders` is the name of paddings or crops."""
    return (
        Bad("InvalidArgumentError", (ones(3, 3, 1),), {"block_shape": [2], borders: [[0, 0]]}),
        Bad("InvalidArgumentError", (ones(2, 2, 1),), {"block_shape": [0], borders: [[0, 0]]}),
        Bad("InvalidArgumentError", (ones(2, 2, 1),), {"block_shape": [2], borders: [[-1, 1]]}),
        Bad("InvalidArgumentError", (ones(2, 2, 1),), {"block_shape": [2], borders: [0, 0]}),
    )


CASES = [
    # -- borders ------------------------------------------------------------------------------
    Case(
        "mirror_pad",
        lambda tf, x, **p: tf.pad(x, **p),
        mirrored(),
        dtypes=NUMERIC,
        covers=("mirror_pad_grad",),
        unlike={"empty_inputs_are_tensorflows": "the border is more than an empty axis can fill"},
        at=(
            At(
                ([1.0, 2.0, 3.0],),
                [3.0, 2.0, 1.0, 2.0, 3.0, 2.0],
                ([1.0, 3.0, 2.0],),
                None,
                {"paddings": [[2, 1]], "mode": "REFLECT"},
            ),
            At(
                ([1.0, 2.0],),
                [2.0, 1.0, 1.0, 2.0, 2.0],
                ([2.0, 3.0],),
                None,
                {"paddings": [[2, 1]], "mode": "SYMMETRIC"},
            ),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[2, 0]], "mode": "REFLECT"}),
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[0, 3]], "mode": "SYMMETRIC"}),
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[-1, 0]], "mode": "REFLECT"}),
        ),
    ),
    # -- moved along an axis ------------------------------------------------------------------
    Case(
        "roll",
        lambda tf, x, **p: tf.roll(x, **p),
        rolled(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(),), {"shift": 1, "axis": 0}),
            Bad("InvalidArgumentError", (ones(2),), {"shift": 1, "axis": 1}),
            Bad("InvalidArgumentError", (ones(2),), {"shift": [1, 2], "axis": [0]}),
            Bad("InvalidArgumentError", (ones(2),), {"shift": 1, "axis": [0]}),
        ),
    ),
    Case(
        "reverse",
        lambda tf, x, axis: tf.reverse(x, axis),
        reversed_(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2),), {"axis": [0, 0]}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"axis": [2]}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"axis": 0}),
        ),
    ),
    Case(
        "reverse_sequence",
        lambda tf, x, lengths, **p: tf.reverse_sequence(x, lengths, **p),
        sequences(),
        dtypes=ALL,
        unlike={"empty_inputs_are_tensorflows": "the lengths exceed the axis that is cut"},
        at=(
            At(
                ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [2, 0]),
                [[2.0, 1.0, 3.0], [4.0, 5.0, 6.0]],
                params={"seq_axis": 1},
            ),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2), np.array([3, 0])), {"seq_axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 2), np.array([-1, 0])), {"seq_axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 2), np.array([1])), {"seq_axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 2), np.array([1, 1])), {"seq_axis": 0}),
            Bad("InvalidArgumentError", (ones(2, 2), np.array([1, 1])), {"seq_axis": 2}),
            Bad("TypeError", (ones(2, 2), np.array([1, 1])), {}),
        ),
    ),
    # -- repeated -----------------------------------------------------------------------------
    Case(
        "repeat",
        lambda tf, x, **p: tf.repeat(x, **p),
        # TensorFlow's second derivative fails where there is nothing to repeat.
        repeated().filter(lambda inputs: inputs.arrays[0].size),
        dtypes=NUMERIC,
        covers=("repeat_grad",),
        unlike={"empty_inputs_are_tensorflows": "the repeats aren't cut with the input"},
        at=(
            At(
                ([1.0, 2.0, 3.0],),
                [1.0, 1.0, 3.0],
                ([2.0, 0.0, 1.0],),
                None,
                {"repeats": [2, 0, 1], "axis": 0},
            ),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"repeats": -1, "axis": 0}),
            Bad("ValueError", (ones(2),), {"repeats": 2, "axis": 1}),
            Bad("ValueError", (ones(2),), {"repeats": [[1, 2]], "axis": 0}),
        ),
    ),
    # -- between space, batch and depth -------------------------------------------------------
    Case(
        "space_to_depth",
        lambda tf, x, **p: tf.nn.space_to_depth(x, **p),
        images(deep=False),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(1, 3, 2, 1),), {"block_size": 2}),
            Bad("InvalidArgumentError", (ones(1, 2, 2, 1),), {"block_size": 1}),
            Bad("InvalidArgumentError", (ones(2, 2, 1),), {"block_size": 2}),
        ),
    ),
    Case(
        "depth_to_space",
        lambda tf, x, **p: tf.nn.depth_to_space(x, **p),
        images(deep=True),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(1, 2, 2, 3),), {"block_size": 2}),
            Bad("InvalidArgumentError", (ones(1, 2, 2, 4),), {"block_size": 0}),
            Bad("InvalidArgumentError", (ones(2, 2, 4),), {"block_size": 2}),
        ),
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name, **p: getattr(tf, name)(x, **p),
            to_batch(),
            dtypes=WHOLE_OR_REAL,
            covers=("space_to_batch",),
            unlike={"empty_inputs_are_tensorflows": "an empty axis can't be divided"},
            raises=block_refusals("paddings"),
        )
        for name in ("space_to_batch", "space_to_batch_nd")
    ),
    Case(
        "batch_to_space",
        lambda tf, x, **p: tf.batch_to_space(x, **p),
        from_batch(),
        dtypes=WHOLE_OR_REAL,
        unlike={"empty_inputs_are_tensorflows": "the crops exceed an empty axis"},
        raises=(
            *block_refusals("crops"),
            Bad("InvalidArgumentError", (ones(2, 1, 1),), {"block_shape": [2], "crops": [[2, 1]]}),
        ),
    ),
    Case(
        "required_space_to_batch_paddings",
        lambda tf, **p: list(tf.required_space_to_batch_paddings(**p)),
        st.integers(1, 3).flatmap(
            lambda n: call(
                input_shape=st.lists(st.integers(0, 5), min_size=n, max_size=n),
                block_shape=st.lists(st.integers(1, 3), min_size=n, max_size=n),
                base_paddings=st.none()
                | st.lists(
                    st.lists(st.integers(0, 2), min_size=2, max_size=2), min_size=n, max_size=n
                ),
            )
        ),
        differentiable=False,
        raises=(Bad("ValueError", (), {"input_shape": [1, 2], "block_shape": [2]}),),
    ),
]
