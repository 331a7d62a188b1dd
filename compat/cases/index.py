"""Indexing by position: x[key], slices, masks, one_hot, unravel_index."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, At, Bad, Case, Inputs
from ..inputs import AXES, REAL, SHAPES_OR_EMPTY, arrays, booleans, call, integers, numbers, ones

# Numbers that every type holds, once they are rounded up.
ANY = numbers(0, 6)
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
ALL = (*FLOATS, *COMPLEX, *INTEGERS, "bool")


@st.composite
def indexed(draw):
    """An array, and integers, slices, `newaxis` and `...` to index it with."""
    shape = draw(hnp.array_shapes(max_dims=3, min_side=0, max_side=4))
    index = draw(hnp.basic_indices(shape, allow_newaxis=True, max_dims=5))
    return Inputs((draw(arrays(ANY, shape)),), {"key": index})


@st.composite
def cut(draw):
    """An array, and the beginning and size of a block of it."""
    x = draw(arrays(ANY, SHAPES_OR_EMPTY.filter(len)))
    begin = [draw(st.integers(0, n)) for n in x.shape]
    size = [draw(st.integers(-1, n - b)) for n, b in zip(x.shape, begin, strict=True)]
    return Inputs((x,), {"begin": begin, "size": size})


@st.composite
def strided(draw):
    """An array, and begins, ends, strides and masks for some of its axes."""
    x = draw(arrays(ANY, AXES))
    count = draw(st.integers(1, x.ndim))
    ends = st.lists(st.integers(-4, 4), min_size=count, max_size=count)
    steps = st.sampled_from([-2, -1, 1, 2])
    params = {
        "begin": draw(ends),
        "end": draw(ends),
        "strides": draw(st.none() | st.lists(steps, min_size=count, max_size=count)),
        "begin_mask": draw(st.integers(0, 7)),
        "end_mask": draw(st.integers(0, 7)),
        "ellipsis_mask": draw(st.sampled_from([0, 1, 2, 4])),
        "new_axis_mask": draw(st.integers(0, 7)),
    }
    return Inputs((x,), params)


@st.composite
def shrunk(draw):
    """An array, and elements of some of its axes by `shrink_axis_mask`."""
    x = draw(arrays(ANY, AXES))
    begin = [draw(st.integers(-n, n - 1)) for n in x.shape]
    mask = draw(st.integers(0, 2**x.ndim - 1))
    return Inputs((x,), {"begin": begin, "end": list(x.shape), "shrink_axis_mask": mask})


@st.composite
def masked(draw):
    """An array, an axis, and a mask for the axes that follow."""
    x = draw(arrays(ANY, AXES))
    axis = draw(st.integers(0, x.ndim - 1))
    end = draw(st.integers(axis + 1, x.ndim))
    return Inputs((x, draw(booleans(x.shape[axis:end]))), {"axis": axis})


@st.composite
def masking(draw):
    """An array and a mask for its first axes."""
    x = draw(arrays(ANY, AXES))
    return Inputs((x, draw(booleans(x.shape[: draw(st.integers(1, x.ndim))]))))


@st.composite
def numbered(draw):
    """Indices, some out of range, and the settings of one_hot."""
    dtype = draw(st.sampled_from([np.int8, np.uint8, np.int32, np.int64]))
    low = 0 if dtype == np.uint8 else -1
    indices = draw(arrays(st.integers(low, 4), SHAPES_OR_EMPTY, dtype))
    axis = draw(st.none() | st.integers(-1, indices.ndim))
    wanted = draw(st.sampled_from([None, "float16", "float64", "int32", "uint8", "complex64"]))
    return Inputs((indices,), {"depth": draw(st.integers(0, 4)), "axis": axis, "dtype": wanted})


CASES = [
    # -- x[key] -------------------------------------------------------------------------------
    Case(
        "getitem",
        lambda tf, x, key: x[key],
        indexed(),
        dtypes=ALL,
        covers=("getitem_grad",),
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2),), {"key": 5}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"key": (0, -3)}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"key": (0, 0, 0)}),
            Bad("InvalidArgumentError", (ones(2, 2),), {"key": (..., 0, ...)}),
            Bad("InvalidArgumentError", (ones(2),), {"key": slice(None, None, 0)}),
            Bad("InvalidArgumentError", (ones(),), {"key": 0}),
            # NumPy's ways to pick several elements
            Bad("InvalidArgumentError", (ones(2),), {"key": [0, 1]}),
            Bad("InvalidArgumentError", (ones(2),), {"key": [True, False]}),
            Bad("InvalidArgumentError", (ones(2),), {"key": (True,)}),
            Bad("TypeError", (ones(2),), {"key": np.array([0, 1])}),
            Bad("TypeError", (ones(2, 2),), {"key": ([0, 1], [0, 1])}),
            Bad("TypeError", (ones(2, 2),), {"key": 0.5}),
            Bad("TypeError", (ones(2, 2),), {"key": slice(0.5, None)}),
            Bad("TypeError", (ones(2, 2),), {"key": "a"}),
            Bad("ValueError", (ones(2),), {"key": True}),
            Bad("ValueError", (ones(2, 3),), {"key": ones(3, dtype="bool")}),
        ),
        at=(
            At(
                ([1.0, 2.0, 3.0],),
                [3.0, 1.0],
                ([1.0, 0.0, 1.0],),
                None,
                {"key": slice(5, None, -2)},
            ),
            # A list is a tuple: one index for each axis.
            At(
                ([[1.0, 2.0], [3.0, 4.0]],), 2.0, ([[0.0, 1.0], [0.0, 0.0]],), None, {"key": [0, 1]}
            ),
            At(([1.0, 2.0, 3.0],), 2.0, ([0.0, 1.0, 0.0],), None, {"key": np.int64(1)}),
            At(([1.0, 2.0],), [2.0], ([0.0, 1.0],), None, {"key": np.array([False, True])}),
        ),
    ),
    Case(
        "getitem with tensors",
        lambda tf, x, i, j: [x[i], x[j, i:], x[:, :j], x[i - 1 :: tf.constant(-1)]],
        call(arrays(REAL, (3, 3)), integers(0, 2, ()), integers(-3, 2, ())),
        dtypes=(*FLOATS, *COMPLEX, "int32"),
        raises=(
            Bad("TypeError", (ones(2, 2), np.array(0.0, "float32"), np.array(0))),
            Bad("TypeError", (ones(2, 2), np.array([0, 1]), np.array(0))),
        ),
    ),
    Case(
        "boolean_mask by x[mask]",
        lambda tf, x, mask: x[mask],
        masking(),
        dtypes=(*FLOATS, *COMPLEX, "int32"),
    ),
    Case(
        "getitem of a variable",
        lambda tf, x, key: tf.Variable(x)[key],
        indexed(),
        dtypes=(*FLOATS, "int64"),
        differentiable=False,
    ),
    # -- functions of the same kind -----------------------------------------------------------
    Case(
        "slice",
        lambda tf, x, begin, size: tf.slice(x, begin, size),
        cut(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(3),), {"begin": [1], "size": [3]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [-1], "size": [1]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [4], "size": [-1]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [0], "size": [-2]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [0, 0], "size": [1, 1]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": 0, "size": 1}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [0.5], "size": [1]}),
        ),
    ),
    Case(
        "slice given as tensors",
        lambda tf, x, begin, size: tf.slice(x, begin, size),
        call(arrays(REAL, (3, 2)), integers(0, 1, (2,)), integers(-1, 1, (2,), np.int32)),
    ),
    Case(
        "strided_slice",
        lambda tf, x, **p: tf.strided_slice(x, **p),
        strided(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(3),), {"begin": [0], "end": [1, 2], "strides": [1]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [0], "end": [1], "strides": [0]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [0, 0], "end": [1, 1]}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": 0, "end": 1}),
            Bad("InvalidArgumentError", (ones(3),), {"begin": [0.0], "end": [1.0]}),
            Bad(
                "InvalidArgumentError",
                (ones(3),),
                {"begin": [3], "end": [4], "shrink_axis_mask": 1},
            ),
            Bad(
                "InvalidArgumentError",
                (ones(3),),
                {"begin": [1], "end": [2], "strides": [-1], "shrink_axis_mask": 1},
            ),
            Bad(
                "InvalidArgumentError",
                (ones(3),),
                {"begin": [0, 0], "end": [1, 1], "ellipsis_mask": 3},
            ),
        ),
    ),
    Case(
        "strided_slice to single elements",
        lambda tf, x, **p: tf.strided_slice(x, **p),
        shrunk(),
        dtypes=(*FLOATS, "int32"),
    ),
    Case(
        "boolean_mask",
        lambda tf, x, mask, axis: tf.boolean_mask(x, mask, axis=axis),
        masked(),
        dtypes=ALL,
        covers=("boolean_mask_grad",),
        raises=(
            Bad("ValueError", (ones(3), ones(2, dtype="bool")), {"axis": 0}),
            Bad("ValueError", (ones(3), ones(3, dtype="bool")), {"axis": 1}),
            Bad("ValueError", (ones(3), ones(dtype="bool")), {"axis": 0}),
        ),
        at=(
            # Numbers are true unless they are 0.
            At(([1.0, 2.0, 3.0], [-2, 0, 1]), [1.0, 3.0], ([1.0, 0.0, 1.0],), params={"axis": 0}),
        ),
    ),
    # -- positions ----------------------------------------------------------------------------
    Case(
        "one_hot",
        lambda tf, indices, **p: tf.one_hot(indices, **p),
        numbered(),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"depth": 3}),
            Bad("InvalidArgumentError", (ones(2, dtype="bool"),), {"depth": 3}),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),), {"depth": -1}),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),), {"depth": [2]}),
            Bad("TypeError", (ones(2, dtype="int32"),), {"depth": 2.0}),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),), {"depth": 2, "axis": 2}),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),), {"depth": 2, "axis": -2}),
            Bad("TypeError", (ones(2, dtype="int32"),), {"depth": 2, "dtype": "bool"}),
            Bad(
                "TypeError",
                (ones(2, dtype="int32"),),
                {"depth": 2, "on_value": 2.0, "dtype": "int32"},
            ),
            Bad(
                "TypeError",
                (ones(2, dtype="int32"),),
                {"depth": 2, "on_value": 1, "off_value": 0.0},
            ),
            Bad("TypeError", (ones(2, dtype="int32"),), {"depth": 2, "on_value": True}),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),), {"depth": 2, "on_value": [1.0]}),
        ),
        at=(At(([-1, 1, 3],), [[0, 0, 0], [0, 1, 0], [0, 0, 0]], params={"depth": 3}),),
    ),
    Case(
        "one_hot with two values",
        lambda tf, indices, on, off, **p: tf.one_hot(indices, 3, on, off, **p),
        call(integers(-1, 3), arrays(ANY, ()), arrays(ANY, ())),
        dtypes=ALL,
        differentiable=False,
        at=(
            At(([0, 5], 5.0, -1.0), [[5.0, -1.0, -1.0], [-1.0, -1.0, -1.0]], (None, None)),
            At(([0], np.nan, np.inf), [[np.nan, np.inf, np.inf]], (None, None)),
        ),
    ),
    Case(
        "one_hot with Python values",
        lambda tf, indices, **p: tf.one_hot(indices, 3, **p),
        call(
            integers(-1, 3),
            on_value=st.sampled_from([2, None]),
            off_value=st.sampled_from([None, 0, 1]),
            dtype=st.sampled_from([None, "float32", "int64"]),
        ),
        differentiable=False,
    ),
    Case(
        "unravel_index",
        lambda tf, indices, dims: tf.unravel_index(indices, dims),
        call(
            st.sampled_from(["int32", "int64"]).flatmap(
                lambda dtype: st.sampled_from([(), (1,), (3,)]).flatmap(
                    lambda shape: integers(0, 23, shape, dtype)
                )
            ),
            dims=st.sampled_from([(24,), (4, 6), (2, 3, 4), (24, 1, 1)]),
        ),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (np.array([6]),), {"dims": (2, 3)}),
            Bad("InvalidArgumentError", (np.array([0]),), {"dims": (0, 3)}),
            Bad("InvalidArgumentError", (np.array([0]),), {"dims": 3}),
            Bad("InvalidArgumentError", (ones(1),), {"dims": (2, 3)}),
        ),
    ),
]
