"""Borders, rolls, reversals, repeats, and blocks moved between axes."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import ANY, FLOATS, At, Bad, Case, Inputs
from ..inputs import REAL, SHAPES, arrays, call, integers, ones


@st.composite
def padded(draw):
    """An array and a border of one value for it."""
    x = draw(arrays(REAL, SHAPES))
    width = st.tuples(st.integers(0, 2), st.integers(0, 2))
    paddings = np.array([draw(width) for _ in x.shape], "int32").reshape(x.ndim, 2)
    return Inputs(
        (x,), {"paddings": paddings, "mode": draw(st.sampled_from(["CONSTANT", "constant"]))}
    )


@st.composite
def valued(draw):
    """An array, and a border of another value than 0."""
    drawn = draw(padded())
    return Inputs(drawn.arrays, {**drawn.params, "constant_values": draw(st.integers(-2, 2))})


@st.composite
def mirrored(draw):
    """An array and a border that mirrors it, up to as wide as can be."""
    x = draw(arrays(REAL, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4)))
    mode = draw(st.sampled_from(["REFLECT", "SYMMETRIC", "reflect"]))
    edge = 0 if mode == "SYMMETRIC" else 1
    pairs = [[draw(st.integers(0, n - edge)) for _ in range(2)] for n in x.shape]
    return Inputs((x,), {"paddings": np.array(pairs, "int64").reshape(x.ndim, 2), "mode": mode})


@st.composite
def rolled(draw):
    """An array, with one shift along one axis, or several of them."""
    x = draw(arrays(REAL, hnp.array_shapes(max_dims=3, min_side=0, max_side=3)))
    axis, shift = st.integers(-x.ndim, x.ndim - 1), st.integers(-5, 5)
    if draw(st.booleans()):
        return Inputs((x,), {"shift": draw(shift), "axis": draw(axis)})
    pairs = draw(st.lists(st.tuples(shift, axis), min_size=1, max_size=3))
    return Inputs((x,), {"shift": [s for s, _ in pairs], "axis": [a for _, a in pairs]})


@st.composite
def turned(draw):
    """An array, and which of its axes to reverse."""
    x = draw(arrays(REAL, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)))
    axes = st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.nothing()
    several = st.lists(axes, unique_by=lambda a: a % x.ndim, max_size=x.ndim)
    return Inputs((x,), {"axis": draw(several)})


@st.composite
def sequences(draw):
    """An array, its axes of steps and of examples, and how long each example is."""
    x = draw(arrays(REAL, hnp.array_shapes(min_dims=2, max_dims=4, max_side=3)))
    seq_axis, batch_axis = draw(st.permutations(range(x.ndim)))[:2]
    dtype = draw(st.sampled_from([np.int32, np.int64]))
    lengths = draw(integers(0, x.shape[seq_axis], (x.shape[batch_axis],), dtype))
    return Inputs((x, lengths), {"seq_axis": seq_axis, "batch_axis": batch_axis})


@st.composite
def repeated(draw):
    """An array, an axis or None, and one number of repeats or one for each element."""
    x = draw(arrays(REAL, SHAPES))
    axis = draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    count = x.size if axis is None else x.shape[axis]
    times = st.integers(0, 3)
    several = st.lists(times, min_size=count, max_size=count)
    repeats = draw(times | st.lists(times, min_size=1, max_size=1) | several)
    return Inputs((x,), {"repeats": repeats, "axis": axis})


@st.composite
def images(draw, deep):
    """Images that can be cut into blocks, or whose channels make blocks."""
    size = draw(st.integers(2, 3))
    n, rows, columns, depth = (draw(st.integers(1, 2)) for _ in range(4))
    shape = (n, rows, columns, depth * size**2) if deep else (n, rows * size, columns * size, depth)
    return Inputs((draw(arrays(REAL, shape)),), {"block_size": size})


@st.composite
def blocks(draw):
    """(lengths of blocks, steps of each, the rest of a shape, pairs of at most half a block)."""
    sizes = draw(st.lists(st.integers(1, 3), max_size=2))
    steps = [draw(st.integers(1, 2)) for _ in sizes]
    pairs = [
        [draw(st.integers(0, min(n * m - 1, 2))), 0] for n, m in zip(sizes, steps, strict=True)
    ]
    for pair, n, m in zip(pairs, sizes, steps, strict=True):
        pair[1] = draw(st.integers(0, n * m - 1 - pair[0]))
    rest = draw(hnp.array_shapes(min_dims=0, max_dims=1, max_side=2))
    return sizes, steps, rest, np.array(pairs, "int32").reshape(-1, 2)


@st.composite
def spread_out(draw):
    """An array whose padded lengths are divisible by those of blocks."""
    sizes, steps, rest, pairs = draw(blocks())
    lengths = [n * m - sum(p) for n, m, p in zip(sizes, steps, pairs.tolist(), strict=True)]
    x = draw(arrays(REAL, (draw(st.integers(1, 2)), *lengths, *rest)))
    return Inputs((x,), {"block_shape": np.array(sizes, "int32"), "paddings": pairs})


@st.composite
def batched(draw):
    """An array whose batch is divisible by the places of a block."""
    sizes, steps, rest, pairs = draw(blocks())
    batch = draw(st.integers(1, 2)) * int(np.prod(sizes))
    x = draw(arrays(REAL, (batch, *steps, *rest)))
    return Inputs((x,), {"block_shape": np.array(sizes, "int32"), "crops": pairs})


@st.composite
def to_be_divided(draw):
    """Lengths, those of blocks, and paddings that are wanted anyway."""
    count = draw(st.integers(0, 3))
    lengths, sizes = ([draw(st.integers(1, 7)) for _ in range(count)] for _ in range(2))
    base = draw(st.none() | arrays(st.integers(0, 3), (count, 2), np.int32))
    return Inputs((), {"input_shape": lengths, "block_shape": sizes, "base_paddings": base})


CASES = [
    # -- borders ------------------------------------------------------------------------------
    Case(
        "pad",
        lambda tf, x, **p: tf.pad(x, **p),
        padded(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2),), {"paddings": [[1, 1]]}),
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [1, 1]}),
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[1.0, 1.0]]}),
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[-1, 1]]}),
            Bad("ValueError", (ones(2),), {"paddings": [[1, 1]], "mode": "nonsense"}),
        ),
    ),
    Case(
        "pad with a value",
        lambda tf, x, **p: tf.pad(x, **p),
        valued(),
        dtypes=(*FLOATS, "complex64", "int32", "int8"),
        raises=(
            Bad(
                "TypeError",
                (ones(2, dtype="int32"),),
                {"paddings": [[1, 1]], "constant_values": 0.5},
            ),
            Bad(
                "InvalidArgumentError", (ones(2),), {"paddings": [[1, 1]], "constant_values": [1.0]}
            ),
        ),
    ),
    Case(
        "pad with a tensor",
        lambda tf, x, value: tf.pad(x, [[1, 0]], constant_values=value),
        call(arrays(REAL, (2,)), arrays(REAL, ())),
        differentiable=False,  # the value gets no gradient: that is not the derivative
        at=(At(([1.0, 2.0], 5.0), [5.0, 1.0, 2.0], ([1.0, 1.0], None)),),
    ),
    Case(
        "mirror_pad",
        lambda tf, x, **p: tf.pad(x, **p),
        mirrored(),
        dtypes=ANY,
        covers=("mirror_pad_grad",),
        at=(
            At(
                ([1.0, 2.0, 3.0],),
                [3.0, 2.0, 1.0, 2.0, 3.0, 2.0],
                ([1.0, 3.0, 2.0],),
                params={"paddings": [[2, 1]], "mode": "REFLECT"},
            ),
            At(
                ([1.0, 2.0, 3.0],),
                [2.0, 1.0, 1.0, 2.0, 3.0, 3.0],
                ([2.0, 2.0, 2.0],),
                params={"paddings": [[2, 1]], "mode": "SYMMETRIC"},
            ),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[2, 0]], "mode": "REFLECT"}),
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[0, 3]], "mode": "SYMMETRIC"}),
            Bad("InvalidArgumentError", (ones(2),), {"paddings": [[-1, 1]], "mode": "REFLECT"}),
        ),
    ),
    # -- moved along an axis ------------------------------------------------------------------
    Case(
        "roll",
        lambda tf, x, **p: tf.roll(x, **p),
        rolled(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"shift": 1, "axis": 1}),
            Bad("InvalidArgumentError", (ones(2),), {"shift": [1, 2], "axis": [0]}),
            Bad("InvalidArgumentError", (ones(2),), {"shift": [1], "axis": 0}),
            Bad("InvalidArgumentError", (ones(2),), {"shift": 1.5, "axis": 0}),
            Bad("InvalidArgumentError", (ones(),), {"shift": 1, "axis": 0}),
        ),
    ),
    Case(
        "reverse",
        lambda tf, x, axis: tf.reverse(x, axis),
        turned(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2),), {"axis": [1]}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"axis": [1, -1]}),
            Bad("InvalidArgumentError", (ones(2),), {"axis": [0.5]}),
        ),
    ),
    Case(
        "reverse_sequence",
        lambda tf, x, lengths, **p: tf.reverse_sequence(x, lengths, **p),
        sequences(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), np.array([4, 0])), {"seq_axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([-1, 0])), {"seq_axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([1])), {"seq_axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([1, 1])), {"seq_axis": 0}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([1, 1])), {"seq_axis": -1}),
            Bad("InvalidArgumentError", (ones(2, 3), ones(2)), {"seq_axis": 1}),
            Bad("TypeError", (ones(2, 3), np.array([1, 1]))),
        ),
    ),
    # -- repeated -----------------------------------------------------------------------------
    Case(
        "repeat",
        lambda tf, x, **p: tf.repeat(x, **p),
        repeated(),
        dtypes=ANY,
        covers=("repeat_grad",),
        at=(At(([1.0, 2.0],), [1.0, 2.0, 2.0], ([1.0, 2.0],), params={"repeats": [1, 2]}),),
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"repeats": -1}),
            Bad("TypeError", (ones(2),), {"repeats": 1.5}),
            Bad("ValueError", (ones(2),), {"repeats": [1, 2, 3]}),
            Bad("ValueError", (ones(2),), {"repeats": [[1, 2]]}),
            Bad("ValueError", (ones(2),), {"repeats": 2, "axis": 1}),
        ),
    ),
    # -- between space, batch and depth -------------------------------------------------------
    *(
        Case(
            name,
            lambda tf, x, name=name, **p: getattr(tf.nn, name)(x, **p),
            images(deep),
            dtypes=ANY,
            raises=(
                Bad("InvalidArgumentError", (ones(1, 3, 3, 3),), {"block_size": 2}),
                Bad("InvalidArgumentError", (ones(1, 2, 2, 4),), {"block_size": 1}),
                Bad("InvalidArgumentError", (ones(2, 2, 4),), {"block_size": 2}),
                Bad(
                    "InvalidArgumentError",
                    (ones(1, 2, 2, 4),),
                    {"block_size": 2, "data_format": "nonsense"},
                ),
            ),
        )
        for name, deep in (("space_to_depth", False), ("depth_to_space", True))
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name, **p: getattr(tf, name)(x, **p),
            spread_out(),
            dtypes=(*FLOATS, "int32", "int8"),
            covers=("batch_to_space",),
            raises=(
                Bad(
                    "InvalidArgumentError",
                    (ones(1, 3),),
                    {"block_shape": [2], "paddings": [[0, 0]]},
                ),
                Bad(
                    "InvalidArgumentError",
                    (ones(1, 4),),
                    {"block_shape": [2], "paddings": [[-1, 1]]},
                ),
                Bad(
                    "InvalidArgumentError",
                    (ones(1, 4),),
                    {"block_shape": [0], "paddings": [[0, 0]]},
                ),
                Bad("InvalidArgumentError", (ones(4),), {"block_shape": [2], "paddings": [[0, 0]]}),
                Bad(
                    "InvalidArgumentError", (ones(1, 4),), {"block_shape": 2, "paddings": [[0, 0]]}
                ),
            ),
        )
        for name in ("space_to_batch", "space_to_batch_nd")
    ),
    Case(
        "batch_to_space",
        lambda tf, x, **p: tf.batch_to_space(x, **p),
        batched(),
        dtypes=(*FLOATS, "int32", "int8"),
        covers=("space_to_batch",),
        raises=(
            Bad("InvalidArgumentError", (ones(3, 2),), {"block_shape": [2], "crops": [[0, 0]]}),
            Bad("InvalidArgumentError", (ones(4, 2),), {"block_shape": [2], "crops": [[3, 2]]}),
            Bad("InvalidArgumentError", (ones(4, 2),), {"block_shape": [2], "crops": [[-1, 2]]}),
            Bad("InvalidArgumentError", (ones(4),), {"block_shape": [2], "crops": [[0, 0]]}),
        ),
    ),
    Case(
        "required_space_to_batch_paddings",
        lambda tf, **p: tf.required_space_to_batch_paddings(**p),
        to_be_divided(),
        differentiable=False,
        raises=(Bad("ValueError", (), {"input_shape": [3], "block_shape": [3, 3]}),),
    ),
]
