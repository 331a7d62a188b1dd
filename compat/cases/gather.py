"""Rows by their number: gather, segment sums, IndexedSlices."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, OVERFLOW, At, Bad, Case, Inputs
from ..inputs import AXES, REAL, arrays, call, integers, numbers, ones
from .index import ALL

INDEX_TYPES = st.sampled_from([np.int32, np.int64])
MORE = hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3)


@st.composite
def gathered(draw):
    """An array and indices into one of its axes, with or without batch axes before it."""
    x = draw(arrays(numbers(0, 6), AXES))
    axis = draw(st.integers(0, x.ndim - 1))
    batch_dims = draw(st.integers(0, axis))
    shape = (*x.shape[:batch_dims], *draw(MORE))
    indices = draw(arrays(st.integers(0, x.shape[axis] - 1), shape, draw(INDEX_TYPES)))
    # TensorFlow leaves batch_dims out of account where axis is 0, and so it does for -ndim.
    axes = [axis, axis - x.ndim] if axis else [0]
    return Inputs((x, indices), {"axis": draw(st.sampled_from(axes)), "batch_dims": batch_dims})


def slices(tf, values, indices, **p):
    """IndexedSlices, as they are and made dense in several ways."""
    rows = tf.IndexedSlices(values, indices, dense_shape=tf.constant([3, 2]))
    return [
        tf.convert_to_tensor(rows),
        (-rows).values,
        rows.indices,
        tf.square(rows),
        tf.ones([3, 2], values.dtype) + rows,
        tf.reduce_sum(rows),
        tf.shape(rows),
        tf.matmul(rows, values, transpose_b=True),
    ]


CASES = [
    Case(
        "gather",
        lambda tf, x, indices, **p: tf.gather(x, indices, **p),
        gathered(),
        dtypes=ALL,
        unlike={"empty_inputs_are_tensorflows": "the indices point into the axis that is cut"},
        covers=("gather_grad",),
        raises=(
            Bad("InvalidArgumentError", (ones(2), np.array([5])), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), np.array([-1])), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), ones(1)), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), np.array([True])), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), np.array([0], np.uint8)), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2), np.array([0])), {"axis": 1}),
            Bad("InvalidArgumentError", (ones(2), np.array([0])), {"axis": -2}),
            Bad("InvalidArgumentError", (ones(), np.array([0])), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(0, 2), np.array([0])), {"axis": 0}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([[0, 1, 2]])), {"batch_dims": 1}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([0])), {"batch_dims": -2}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([0])), {"batch_dims": 2}),
        ),
        at=(At(([1.0, 2.0], [1, 1, 0]), [2.0, 2.0, 1.0], ([1.0, 2.0],), params={"axis": 0}),),
    ),
    Case(
        "gather by int16",
        lambda tf, x, i, **p: [tf.gather(x, i, **p), tf.gather_nd(x, i)],
        call(arrays(REAL, (3, 2)), integers(0, 1, (3, 2), np.int16), batch_dims=st.integers(0, 1)),
        differentiable=False,  # TensorFlow has no gradient for all of these
    ),
    Case(
        "gather with batch_dims from the end",
        lambda tf, x, indices, axis: tf.gather(x, indices, axis=axis, batch_dims=-1),
        call(arrays(REAL, (2, 3, 2)), integers(0, 1, (2, 3)), axis=st.sampled_from([1, 2, -1])),
        dtypes=(*FLOATS, *COMPLEX, "int32"),
        unlike={"jvp_is_tensorflows": "TensorFlow needs batch_dims >= 0 there"},
    ),
    Case(
        "gather twice",
        lambda tf, x, i, j: tf.gather(x, i) * tf.gather(x * x, j) + tf.gather(x, j),
        call(arrays(REAL, (3, 2)), integers(0, 2, (2,)), integers(0, 2, (2,))),
        dtypes=(*FLOATS, *COMPLEX),
    ),
    Case(
        "IndexedSlices",
        slices,
        call(arrays(REAL, (3, 2)), integers(0, 2, (3,))),
        dtypes=(*FLOATS, *COMPLEX),
        largest=OVERFLOW,
        raises=(Bad("InvalidArgumentError", (ones(3, 2), np.array([0, 1, 3]))),),
    ),
]
