"""Making, shaping, joining, cutting and indexing."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, At, Bad, Case, Inputs, primitive
from ..inputs import AXES, REAL, SHAPES, along, arrays, booleans, call, integers, one, ones

DTYPES = st.sampled_from(["float32", "float64", "int32"])
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
def tiled(draw):
    """An array and how often to repeat it along each axis."""
    x = draw(arrays(REAL))
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
def indexed(draw):
    """An array, and integers, slices, `newaxis` and `...` to index it with."""
    shape = draw(hnp.array_shapes(max_dims=3, max_side=4))
    index = draw(hnp.basic_indices(shape, allow_newaxis=True, max_dims=5))
    return Inputs((draw(arrays(REAL, shape)),), {"key": index})


@st.composite
def masked(draw):
    """An array, an axis, and a mask for the axes that follow."""
    x = draw(arrays(REAL, AXES))
    axis = draw(st.integers(0, x.ndim - 1))
    end = draw(st.integers(axis + 1, x.ndim))
    return Inputs((x, draw(booleans(x.shape[axis:end]))), {"axis": axis})


@st.composite
def gathered(draw):
    """An array and indices into one of its axes, with or without batch axes before it."""
    x = draw(arrays(REAL, AXES))
    axis = draw(st.integers(0, x.ndim - 1))
    batch_dims = draw(st.integers(0, axis))
    more = draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=3))
    shape = (*x.shape[:batch_dims], *more)
    indices = draw(arrays(st.integers(0, x.shape[axis] - 1), shape, np.int32))
    return Inputs((x, indices), {"axis": axis, "batch_dims": batch_dims})


@st.composite
def numbered(draw):
    """Indices, some out of range, and the settings of one_hot."""
    indices = draw(arrays(st.integers(-1, 3), SMALL, np.int32))
    axis = draw(st.none() | st.integers(-1, indices.ndim))
    dtype = draw(st.sampled_from([None, "float32", "float64", "int32"]))
    return Inputs((indices,), {"depth": draw(st.integers(1, 4)), "axis": axis, "dtype": dtype})


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
    Case(
        "one_hot",
        lambda tf, indices, **p: tf.one_hot(indices, **p),
        numbered(),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(2),), {"depth": 3}),),
        at=(At(([-1, 1, 3],), [[0, 0, 0], [0, 1, 0], [0, 0, 0]], params={"depth": 3}),),
    ),
    Case(
        "one_hot with two values",
        lambda tf, indices, **p: tf.one_hot(indices, 3, **p),
        call(arrays(st.integers(-1, 3), SMALL, np.int32), on_value=5.0, off_value=-1.0),
        differentiable=False,
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
    # -- passing on ---------------------------------------------------------------------------
    Case("identity", lambda tf, x: tf.identity(x), one(REAL), dtypes=NUMBERS),
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
        tiled(),
        dtypes=NUMBERS,
        covers=("sum_axis",),
        raises=(Bad("InvalidArgumentError", (ones(2, 2),), {"multiples": [2]}),),
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
        "unstack",
        lambda tf, x, axis: tf.unstack(x, axis=axis),
        along(REAL),
        covers=("getitem_grad",),
        raises=(Bad("ValueError", (ones(),), {"axis": 0}),),
    ),
    Case(
        "split",
        lambda tf, x, parts, axis: tf.split(x, parts, axis),
        parted(),
        covers=("getitem_grad",),
        raises=(
            Bad("InvalidArgumentError", (ones(5),), {"parts": 2, "axis": 0}),
            Bad("InvalidArgumentError", (ones(5),), {"parts": [2, 2], "axis": 0}),
            Bad("InvalidArgumentError", (ones(4),), {"parts": 2, "axis": 1}),
        ),
    ),
    # -- indexing -----------------------------------------------------------------------------
    Case(
        "getitem",
        lambda tf, x, key: x[key],
        indexed(),
        dtypes=NUMBERS,
        covers=("getitem_grad",),
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2),), {"key": 5}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"key": (0, 0, 0)}),
            Bad("TypeError", (ones(2, 2),), {"key": 0.5}),
        ),
    ),
    Case(
        "boolean_mask",
        lambda tf, x, mask, axis: tf.boolean_mask(x, mask, axis=axis),
        masked(),
        covers=("getitem_grad",),
        raises=(Bad("ValueError", (ones(3), ones(2, dtype="bool")), {"axis": 0}),),
    ),
    Case(
        "gather",
        lambda tf, x, indices, **p: tf.gather(x, indices, **p),
        gathered(),
        dtypes=NUMBERS,
        covers=("gather_grad",),
        raises=(
            Bad("InvalidArgumentError", (ones(2), np.array([5])), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), np.array([-1])), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), ones(1)), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), np.array([0])), {"axis": 1}),
        ),
        at=(At(([1.0, 2.0], [1, 1, 0]), [2.0, 2.0, 1.0], ([1.0, 2.0],), params={"axis": 0}),),
    ),
    Case(
        "unsorted_segment_sum",
        lambda tf, x, ids: tf.math.unsorted_segment_sum(x, ids, 3),
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()).flatmap(
            lambda shape: call(
                arrays(REAL, shape[:2]), integers(-1, 2, shape[: 1 + shape[2]], dtype=np.int32)
            )
        ),
        dtypes=(*NUMBERS, *COMPLEX),
        raises=(
            Bad("InvalidArgumentError", (ones(2), np.array([0, 3]))),
            Bad("InvalidArgumentError", (ones(2, 2), np.array([0, 1, 1]))),
        ),
    ),
    Case(
        "scatter_update",
        lambda tf, x, indices, updates: tf.Variable(x).scatter_update(
            tf.IndexedSlices(updates, indices)
        ),
        call(arrays(REAL, (3, 2)), st.just(np.array([2, 0])), arrays(REAL, (2, 2))),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(3, 2), np.array([3]), ones(1, 2))),),
    ),
]
