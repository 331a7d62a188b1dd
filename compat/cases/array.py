"""Making, shaping, joining and cutting."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import ANY, At, Bad, Case, Inputs, primitive
from ..inputs import AXES, REAL, SHAPES, along, arrays, call, one, ones

MADE = st.sampled_from([*ANY, "uint8", "uint64"])
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
    return Inputs((x,), {"perm": draw(st.none() | order), "conjugate": draw(st.booleans())})


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
def tiled(draw):
    """An array and how often to repeat it along each axis."""
    x = draw(arrays(REAL))
    return Inputs((x,), {"multiples": [draw(st.integers(0, 3)) for _ in x.shape]})


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


def one_or(shapes):
    """Arrays of zeros of these shapes: for calls of which only shapes matter."""
    return shapes.map(np.zeros)


PARTIAL = st.none() | st.lists(st.none() | st.integers(0, 3), max_size=3)
WRAPPERS = {
    "tensor": lambda tf, x: tf.constant(x),
    "variable": lambda tf, x: tf.Variable(x),
    "array": lambda tf, x: np.asarray(x),
    "list": lambda tf, x: [x],
    "slices": lambda tf, x: tf.IndexedSlices(tf.ones(1), tf.constant([0])),
    "none": lambda tf, x: None,
}


def numbers_of(tf, shape):
    """A partly known shape as a tensor, with -1 for what is unknown."""
    return tf.constant(
        -1 if shape.rank is None else [-1 if n is None else n for n in shape], "int32"
    )


def broadcasts(inputs) -> bool:
    """Whether two partly known shapes may broadcast."""
    x, y = inputs.params["x"], inputs.params["y"]
    pairs = zip(reversed(x or []), reversed(y or []))  # noqa: B905
    return all(m == n or m in (1, None) or n in (1, None) for m, n in pairs)


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
            call(shape=SMALL, dtype=MADE),
            differentiable=False,
            raises=(
                Bad("InvalidArgumentError", (), {"shape": (-1,)}),
                Bad("TypeError", (), {"shape": (2.0,)}),
                Bad("ValueError", (), {"shape": None}),
                Bad("ValueError", (), {"shape": [None]}),
            ),
        )
        for name in ("zeros", "ones")
    ),
    Case(
        "fill",
        lambda tf, x, dims: tf.fill(dims, x),
        call(arrays(REAL, ()), dims=SMALL),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(),), {"dims": (2, -1)}),
            Bad("InvalidArgumentError", (ones(),), {"dims": (2.5,)}),
            Bad("InvalidArgumentError", (ones(2),), {"dims": (2,)}),
        ),
    ),
    Case(
        "eye",
        lambda tf, **p: tf.eye(**p),
        call(
            num_rows=st.integers(0, 3),
            num_columns=st.none() | st.integers(0, 3),
            batch_shape=st.none() | st.just([2]),
            dtype=MADE,
        ),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (), {"num_rows": -1}),
            Bad("TypeError", (), {"num_rows": 2.5}),
            Bad("TypeError", (), {"num_rows": 2, "dtype": "string"}),
        ),
    ),
    Case(
        "constant",
        lambda tf, **p: tf.constant(**p),
        call(
            value=st.sampled_from([1, 2.5, [7], [1, 2, 3, 4], [[1.0, 2.0], [3.0, 4.0]]]),
            dtype=st.sampled_from([None, "float64", "complex64"]),
            shape=st.sampled_from([None, (2, 2), (4,), 4, np.array([2, 2])]),
        ),
        differentiable=False,
        raises=(
            Bad("TypeError", (), {"value": 1.5, "dtype": "int32"}),
            Bad("TypeError", (), {"value": [1, 2, 3], "shape": (2, 2)}),
            Bad("TypeError", (), {"value": [1, 2, 3], "shape": (2,)}),
            Bad("ValueError", (), {"value": [1, 2], "shape": (-1, 2)}),
        ),
    ),
    # -- asking -------------------------------------------------------------------------------
    Case(
        "shape",
        lambda tf, x, out_type: tf.shape(x, out_type),
        one(REAL, out_type=st.sampled_from(["int32", "int64"])),
        differentiable=False,
    ),
    Case(
        "shape_n",
        lambda tf, *xs, out_type: tf.shape_n(xs, out_type),
        call(one_or(SMALL), one_or(SMALL), out_type=st.sampled_from([np.int32, np.int64])),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(), ones(dtype="int32")), {"out_type": "int32"}),),
    ),
    Case("size", lambda tf, x: tf.size(x), one(REAL), dtypes=ANY, differentiable=False),
    Case("rank", lambda tf, x: tf.rank(x), one(REAL), dtypes=ANY, differentiable=False),
    Case(
        "is_tensor",
        lambda tf, x, wrap: tf.constant(tf.is_tensor(WRAPPERS[wrap](tf, x))),
        one(REAL, wrap=st.sampled_from(list(WRAPPERS))),
        differentiable=False,
    ),
    Case(
        "get_static_value",
        lambda tf, x: tf.constant(tf.get_static_value(tf.identity(x))),
        one(REAL),
        dtypes=ANY,
        differentiable=False,
    ),
    Case(
        "broadcast_static_shape",
        lambda tf, x, y: numbers_of(
            tf, tf.broadcast_static_shape(tf.TensorShape(x), tf.TensorShape(y))
        ),
        call(x=PARTIAL, y=PARTIAL).filter(broadcasts),
        differentiable=False,
        raises=(Bad("ValueError", (), {"x": [2], "y": [3]}),),
    ),
    Case(
        "broadcast_dynamic_shape",
        lambda tf, x, y: tf.broadcast_dynamic_shape(x, y),
        hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0).map(
            lambda shapes: Inputs(tuple(np.array(s, "int32") for s in shapes.input_shapes))
        ),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (np.array([2]), np.array([3]))),
            Bad("InvalidArgumentError", (np.array([2]), np.array([2], "int32"))),
        ),
    ),
    # -- passing on ---------------------------------------------------------------------------
    Case("identity", lambda tf, x: tf.identity(x), one(REAL), dtypes=ANY),
    Case(
        "stop_gradient",
        lambda tf, x: tf.stop_gradient(x),
        one(REAL),
        dtypes=ANY,
        differentiable=False,
        at=(At(([1.0, 2.0],), [1.0, 2.0], (None,)),),
    ),
    Case(
        "ensure_shape",
        lambda tf, x, shape: tf.ensure_shape(x, shape),
        one(REAL, shape=st.none())
        | arrays(REAL, (2, 3)).map(lambda x: Inputs((x,), {"shape": [None, 3]})),
        dtypes=ANY,
        unlike={"empty_inputs_are_tensorflows": "the shape to expect isn't cut with the input"},
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"shape": [3]}),
            Bad("InvalidArgumentError", (ones(2),), {"shape": [2, None]}),
            Bad("ValueError", (ones(2),), {"shape": [-1]}),
        ),
    ),
    # -- shaping ------------------------------------------------------------------------------
    Case(
        "reshape",
        lambda tf, x, shape: tf.reshape(x, shape),
        reshaped(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(6),), {"shape": (4,)}),
            Bad("InvalidArgumentError", (ones(6),), {"shape": (4, -1)}),
            Bad("InvalidArgumentError", (ones(6),), {"shape": (-1, -1)}),
            Bad("InvalidArgumentError", (ones(6),), {"shape": (-2, 3)}),
            Bad("InvalidArgumentError", (ones(6),), {"shape": (2.0, 3.0)}),
            Bad("InvalidArgumentError", (ones(6),), {"shape": [[2, 3]]}),
            Bad("ValueError", (ones(6),), {"shape": (None, 3)}),
        ),
    ),
    Case(
        "transpose",
        lambda tf, x, perm, conjugate: tf.transpose(x, perm, conjugate),
        permuted(),
        dtypes=ANY,
        raises=tuple(
            Bad("InvalidArgumentError", (ones(2, 3),), {"perm": perm, "conjugate": False})
            for perm in ([0, 0], [0], [0, 2], [0, -3], [0.0, 1.0], 0)
        ),
    ),
    Case(
        "expand_dims",
        lambda tf, x, axis: tf.expand_dims(x, axis),
        along(REAL),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"axis": 2}),
            Bad("InvalidArgumentError", (ones(2),), {"axis": -3}),
            Bad("InvalidArgumentError", (ones(2),), {"axis": [0, 1]}),
            Bad("ValueError", (ones(2),), {"axis": None}),
        ),
    ),
    Case(
        "squeeze",
        lambda tf, x, axis: tf.squeeze(x, axis),
        squeezed(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 1),), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2, 1),), {"axis": 3}),
        ),
    ),
    Case(
        "broadcast_to",
        lambda tf, x, shape: tf.broadcast_to(x, shape),
        spread(),
        dtypes=ANY,
        raises=tuple(
            Bad("InvalidArgumentError", (ones(2, 2),), {"shape": shape})
            for shape in ((3, 2), (2,), (-1, 2), (2.0, 2.0), 2)
        ),
    ),
    Case(
        "sum_to_shape",
        primitive("sum_to_shape"),
        call(arrays(REAL, (2, 3, 2)), shape=st.sampled_from([(), (1, 1, 2), (3, 1), (1, 3, 2)])),
        peer=summed,
        unlike={"empty_inputs_are_tensorflows": "the shape to sum to isn't cut with the input"},
    ),
    Case(
        "tile",
        lambda tf, x, multiples: tf.tile(x, multiples),
        tiled(),
        dtypes=ANY,
        raises=tuple(
            Bad("InvalidArgumentError", (ones(2, 2),), {"multiples": multiples})
            for multiples in ([2], [1, -1], [2.0, 2.0], 2)
        ),
    ),
    # -- joining and cutting ------------------------------------------------------------------
    Case(
        "concat",
        lambda tf, *xs, axis: tf.concat(xs, axis),
        joined(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 1), ones(3, 1)), {"axis": 1}),
            Bad("InvalidArgumentError", (ones(2, 1), ones(2, 1)), {"axis": 2}),
            Bad("InvalidArgumentError", (ones(2), ones(2, dtype="float64")), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(), ones()), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2, 1), ones(2)), {"axis": 0}),
            Bad("InvalidArgumentError", (), {"axis": 0}),
            Bad("TypeError", (ones(2), ones(2)), {"axis": 0.5}),
        ),
    ),
    Case(
        "stack",
        lambda tf, *xs, axis: tf.stack(xs, axis),
        stacked(),
        dtypes=ANY,
        covers=("pack",),
        raises=(
            Bad("InvalidArgumentError", (ones(2), ones(3)), {"axis": 0}),
            Bad("ValueError", (ones(2), ones(2)), {"axis": 2}),
        ),
    ),
    Case(
        "parallel_stack",
        lambda tf, *xs: tf.parallel_stack(xs),
        stacked().map(lambda inputs: Inputs(inputs.arrays)),
        peer=lambda tf, *xs: tf.stack(xs),
        dtypes=ANY,
    ),
    Case(
        "unstack",
        lambda tf, x, **p: tf.unstack(x, **p),
        along(REAL, num=st.none()),
        dtypes=ANY,
        raises=(
            Bad("ValueError", (ones(),), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2),), {"num": 3}),
        ),
    ),
    Case(
        "split",
        lambda tf, x, parts, axis: tf.split(x, parts, axis),
        parted(),
        dtypes=ANY,
        raises=(
            Bad("InvalidArgumentError", (ones(5),), {"parts": 2, "axis": 0}),
            Bad("InvalidArgumentError", (ones(5),), {"parts": [2, 2], "axis": 0}),
            Bad("InvalidArgumentError", (ones(5),), {"parts": [-1, -1], "axis": 0}),
            Bad("InvalidArgumentError", (ones(5),), {"parts": [-2, 7], "axis": 0}),
            Bad("InvalidArgumentError", (ones(4),), {"parts": 0, "axis": 0}),
            Bad("InvalidArgumentError", (ones(4),), {"parts": 2, "axis": 1}),
            Bad("InvalidArgumentError", (ones(),), {"parts": 1, "axis": 0}),
        ),
    ),
]
