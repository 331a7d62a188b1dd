"""Indexing, masks, gather, one_hot."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, At, Bad, Case, Inputs
from ..inputs import AXES, REAL, arrays, booleans, call, integers, ones

SMALL = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


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


CASES = [
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
