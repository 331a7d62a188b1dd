"""Making, shaping, joining and cutting."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, At, Bad, Case, Inputs, primitive
from ..inputs import AXES, REAL, SHAPES, along, arrays, call, one, ones

DTYPES = st.sampled_from(["float32", "float64", "int32"])
MANY = (*NUMBERS, *COMPLEX, "int64", "bool")
SMALL = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


@st.composite
def reshaped(draw):
    """An array and another shape for it, with or without a -1."""
    x = draw(arrays(REAL))
    shape = [*draw(st.permutations(x.shape)), 1]
    if draw(st.booleans()):
        shape[draw(st.integers(0, len(shape) - 1))] = -1
    return Inputs((x,), {"shape": shape})


@st.composite
def permuted(draw):
    """An array and an order of its axes (None: reversed)."""
    x = draw(arrays(REAL))
    order = st.permutations(range(x.ndim))
    return Inputs((x,), {"perm": draw(st.none() | order)})


@st.composite
def squeezed(draw):
    """An array with axes of length 1, and which of them to drop."""
    x = draw(arrays(REAL, hnp.array_shapes(max_dims=4, max_side=2)))
    short = [i for i, n in enumerate(x.shape) if n == 1]
    some = st.lists(st.sampled_from(short), unique=True, min_size=1) if short else st.none()
    return Inputs((x,), {"axis": draw(st.none() | some)})


@st.composite
def spread(draw):
    """An array and a shape that it broadcasts to."""
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    return Inputs((draw(arrays(REAL, shapes.input_shapes[0])),), {"shape": shapes.result_shape})


@st.composite
def padded(draw):
    """An array and a border for it."""
    x = draw(arrays(REAL, AXES))
    width = st.tuples(st.integers(0, 2), st.integers(0, 2))
    paddings = [draw(width) for _ in x.shape]
    return Inputs((x,), {"paddings": paddings, "constant_values": draw(st.integers(-1, 1))})


@st.composite
def tiled(draw, shapes):
    """An array and how often to repeat it along each axis."""
    x = draw(arrays(REAL, shapes))
    return Inputs((x,), {"multiples": [draw(st.integers(1, 3)) for _ in x.shape]})


@st.composite
def joined(draw):
    """Up to three arrays that differ in length along one axis."""
    shape = list(draw(AXES))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        shape[axis] = draw(st.integers(0, 2))
        parts.append(draw(arrays(REAL, tuple(shape))))
    return Inputs(tuple(parts), {"axis": axis})


@st.composite
def stacked(draw):
    """Up to three arrays of one shape, and the place of a new axis."""
    shape = draw(SHAPES)
    parts = [draw(arrays(REAL, shape)) for _ in range(draw(st.integers(1, 3)))]
    return Inputs(tuple(parts), {"axis": draw(st.integers(-len(shape) - 1, len(shape)))})


@st.composite
def parted(draw):
    """An array, an axis, and a number of equal parts or a list of lengths (one may be -1)."""
    shape = list(draw(AXES))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    if draw(st.booleans()):
        parts = draw(st.integers(1, 3))
        shape[axis] *= parts
    else:
        parts = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))
        shape[axis] = sum(parts)
        if len(parts) > 1 and draw(st.booleans()):
            parts[draw(st.integers(0, len(parts) - 1))] = -1
    return Inputs((draw(arrays(REAL, tuple(shape))),), {"parts": parts, "axis": axis})


@st.composite
def ensured(draw):
    """An array and its shape, of which some lengths or all may be left open."""
    x = draw(arrays(REAL, SMALL))
    shape = [draw(st.sampled_from([n, None])) for n in x.shape]
    return Inputs((x,), {"shape": draw(st.sampled_from([shape, None]))})


def call_on_shapes(x, y):
    """A call on two shapes as arrays."""
    return call(*(st.just(np.array(shape, "int32")) for shape in (x, y)))


def two_shapes(calling):
    """A call on two shapes that broadcast, given as (x=, y=)."""
    shapes = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=3)
    return shapes.flatmap(lambda s: calling(x=s.input_shapes[0], y=s.input_shapes[1]))


def summed(tf, x, shape):
    """The sum over what a broadcast from `shape` repeated."""
    x = tf.reduce_sum(x, list(range(len(x.shape) - len(shape))))
    return tf.reduce_sum(x, [i for i, n in enumerate(shape) if n == 1], keepdims=True)


CASES = [
    # -- making -------------------------------------------------------------------------------
    *(
        Case(
            name,
            lambda tf, name=name, **p: getattr(tf, name)(**p),
            call(shape=SMALL, dtype=DTYPES),
            differentiable=False,
            raises=(Bad("InvalidArgumentError", (), {"shape": (-1,)}),),
        )
        for name in ("zeros", "ones")
    ),
    Case(
        "fill",
        lambda tf, x, dims: tf.fill(dims, x),
        call(arrays(REAL, ()), dims=SMALL),
        raises=(Bad("InvalidArgumentError", (ones(),), {"dims": (2, -1)}),),
    ),
    Case(
        "eye",
        lambda tf, **p: tf.eye(**p),
        call(
            num_rows=st.integers(0, 3),
            num_columns=st.none() | st.integers(0, 3),
            batch_shape=st.none() | st.just([2]),
            dtype=DTYPES,
        ),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (), {"num_rows": -1}),),
    ),
    Case(
        "range",
        lambda tf, start, limit, delta: tf.range(start, limit, delta),
        call(start=st.integers(-3, 3), limit=st.integers(3, 5), delta=st.sampled_from([1, 2, 0.5])),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (), {"start": 0, "limit": 5, "delta": 0}),),
    ),
    Case(
        "range to a limit",
        lambda tf, limit: tf.range(limit),
        call(limit=st.integers(0, 5)),
        differentiable=False,
    ),
    Case(
        "constant",
        lambda tf, **p: tf.constant(**p),
        call(
            value=st.sampled_from([1, 2.5, [1, 2, 3, 4], [[1.0, 2.0], [3.0, 4.0]]]),
            dtype=st.sampled_from([None, "float64"]),
            shape=st.sampled_from([None, (2, 2), (4,)]),
        ),
        differentiable=False,
        raises=(Bad("TypeError", (), {"value": 1.5, "dtype": "int32"}),),
    ),
    # -- asking -------------------------------------------------------------------------------
    Case(
        "shape",
        lambda tf, x, out_type: tf.shape(x, out_type),
        one(REAL, out_type=st.sampled_from(["int32", "int64"])),
        differentiable=False,
    ),
    Case("size", lambda tf, x: tf.size(x), one(REAL), differentiable=False),
    Case("rank", lambda tf, x: tf.rank(x), one(REAL), differentiable=False),
    Case(
        "shape_n",
        lambda tf, *xs, out_type: tf.shape_n(xs, out_type),
        call(
            arrays(REAL, SMALL), arrays(REAL, SMALL), out_type=st.sampled_from(["int32", "int64"])
        ),
        dtypes=MANY,
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (ones(2), ones(2, dtype="int32")), {"out_type": "int32"}),
        ),
    ),
    Case(
        "is_tensor",
        lambda tf, x: [
            tf.constant(tf.is_tensor(y)) for y in (x, tf.Variable(x), np.array(1.0), 1.0)
        ],
        one(REAL),
        differentiable=False,
    ),
    Case(
        "get_static_value",
        lambda tf, x: tf.constant(tf.get_static_value(tf.convert_to_tensor(x))),
        one(REAL),
        dtypes=MANY,
        differentiable=False,
    ),
    Case(
        "broadcast_static_shape",
        lambda tf, x, y: tf.constant(
            tf.broadcast_static_shape(tf.TensorShape(x), tf.TensorShape(y)).as_list(), "int32"
        ),
        two_shapes(call),
        differentiable=False,
        raises=(Bad("ValueError", (), {"x": (2,), "y": (3,)}),),
    ),
    Case(
        "broadcast_dynamic_shape",
        lambda tf, x, y: tf.broadcast_dynamic_shape(x, y),
        two_shapes(call_on_shapes),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (np.array([2]), np.array([3]))),),
    ),
    # -- passing on ---------------------------------------------------------------------------
    Case(
        "reshape_by",
        primitive("reshape_by"),
        st.builds(
            lambda inputs: Inputs((*inputs.arrays, np.array(inputs.params["shape"], "int32"))),
            reshaped(),
        ),
        peer=lambda tf, x, shape: tf.reshape(x, shape),
    ),
    Case("identity", lambda tf, x: tf.identity(x), one(REAL), dtypes=NUMBERS),
    Case(
        "ensure_shape",
        lambda tf, x, shape: tf.ensure_shape(x, shape),
        ensured(),
        dtypes=MANY,
        unlike={"empty_inputs_are_tensorflows": "the expected shape isn't cut with the input"},
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"shape": (3,)}),
            Bad("InvalidArgumentError", (ones(2),), {"shape": (None, 2)}),
        ),
    ),
    Case(
        "stop_gradient",
        lambda tf, x: tf.stop_gradient(x),
        one(REAL),
        dtypes=NUMBERS,
        differentiable=False,
        at=(At(([1.0, 2.0],), [1.0, 2.0], (None,)),),
    ),
    # -- shaping ------------------------------------------------------------------------------
    Case(
        "reshape",
        lambda tf, x, shape: tf.reshape(x, shape),
        reshaped(),
        dtypes=NUMBERS,
        raises=(Bad("InvalidArgumentError", (ones(6),), {"shape": (4,)}),),
    ),
    Case(
        "transpose",
        lambda tf, x, perm: tf.transpose(x, perm),
        permuted(),
        dtypes=NUMBERS,
        at=(At(([[1, 2, 3]],), [[1], [2], [3]], params={"perm": [True, False]}),),
        raises=(Bad("InvalidArgumentError", (ones(2, 3),), {"perm": [0, 0]}),),
    ),
    Case(
        "expand_dims",
        lambda tf, x, axis: tf.expand_dims(x, axis),
        along(REAL),
        raises=(Bad("InvalidArgumentError", (ones(2),), {"axis": 2}),),
    ),
    Case(
        "squeeze",
        lambda tf, x, axis: tf.squeeze(x, axis),
        squeezed(),
        raises=(
            Bad("InvalidArgumentError", (ones(2, 1),), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2, 1),), {"axis": 3}),
        ),
    ),
    Case(
        "broadcast_to",
        lambda tf, x, shape: tf.broadcast_to(x, shape),
        spread(),
        dtypes=NUMBERS,
        raises=(Bad("InvalidArgumentError", (ones(2, 2),), {"shape": (3, 2)}),),
    ),
    Case(
        "sum_to_shape",
        primitive("sum_to_shape"),
        call(arrays(REAL, (2, 3, 2)), shape=st.sampled_from([(), (1, 1, 2), (3, 1), (1, 3, 2)])),
        peer=summed,
        unlike={"empty_inputs_are_tensorflows": "the shape to sum to isn't cut with the input"},
    ),
    Case(
        "pad",
        lambda tf, x, **p: tf.pad(x, **p),
        padded(),
        dtypes=NUMBERS,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2),), {"paddings": [[1, 1]]}),
            Bad("ValueError", (ones(2),), {"paddings": [[1, 1]], "mode": "nonsense"}),
        ),
    ),
    Case(
        "tile",
        lambda tf, x, multiples: tf.tile(x, multiples),
        tiled(SHAPES.filter(lambda shape: len(shape) < 3)),
        dtypes=NUMBERS,
        raises=(Bad("InvalidArgumentError", (ones(2, 2),), {"multiples": [2]}),),
    ),
    Case(
        "tile of three axes",
        lambda tf, x, multiples: tf.tile(x, multiples),
        tiled(st.tuples(*[st.integers(1, 3)] * 3)),
        unlike={"jvp_is_tensorflows": "TensorFlow can't broadcast over six axes"},
    ),
    # -- joining and cutting ------------------------------------------------------------------
    Case(
        "concat",
        lambda tf, *xs, axis: tf.concat(xs, axis),
        joined(),
        dtypes=NUMBERS,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 1), ones(3, 1)), {"axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 1), ones(2, 1)), {"axis": 2}),
            Bad("InvalidArgumentError", (ones(2), ones(2, dtype="float64")), {"axis": 0}),
        ),
    ),
    Case(
        "stack",
        lambda tf, *xs, axis: tf.stack(xs, axis),
        stacked(),
        dtypes=NUMBERS,
        covers=("pack",),
        raises=(
            Bad("InvalidArgumentError", (ones(2), ones(3)), {"axis": 0}),
            Bad("ValueError", (ones(2), ones(2)), {"axis": 2}),
        ),
    ),
    Case(
        "parallel_stack",
        lambda mt, *xs: mt.parallel_stack(xs),
        stacked().map(lambda inputs: Inputs(inputs.arrays)),
        peer=lambda tf, *xs: tf.stack(xs),  # TensorFlow has it in graphs only
        dtypes=NUMBERS,
    ),
    Case(
        "unstack",
        lambda tf, x, axis: tf.unstack(x, axis=axis),
        along(REAL),
        raises=(Bad("ValueError", (ones(),), {"axis": 0}),),
    ),
    Case(
        "split",
        lambda tf, x, parts, axis: tf.split(x, parts, axis),
        parted(),
        raises=(
            Bad("InvalidArgumentError", (ones(5),), {"parts": 2, "axis": 0}),
            Bad("InvalidArgumentError", (ones(5),), {"parts": [2, 2], "axis": 0}),
            Bad("InvalidArgumentError", (ones(4),), {"parts": 2, "axis": 1}),
        ),
    ),
]
