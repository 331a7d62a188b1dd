"""Elements named by their full position: gather_nd, scatter_nd, changed copies, partitions."""

from math import nan

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, At, Bad, Case, Inputs
from ..inputs import AXES, REAL, arrays, integers, numbers, ones
from .index import ALL, ANY, INTEGERS

INDEX_TYPES = st.sampled_from([np.int32, np.int64])
MORE = hnp.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=3)
TENSORFLOW_FAILS = "TensorFlow raises an error in the gradient of a single position"
EIGHTHS = numbers(-3, 3, steps=8)


@st.composite
def positions(draw, shape, more=MORE, batch_dims=0, unique=False):
    """Positions in a shape, one or several, with or without doubles."""
    depth = draw(st.integers(1, len(shape) - batch_dims))
    lengths = shape[batch_dims : batch_dims + depth]
    all_of_them = list(np.ndindex(*lengths))
    outer = (*shape[:batch_dims], *draw(more))
    count = int(np.prod(outer))
    if unique:
        outer, count = (draw(st.integers(0, len(all_of_them))),), 0
        chosen = draw(st.permutations(all_of_them))[: outer[0]]
    else:
        chosen = [draw(st.sampled_from(all_of_them)) for _ in range(count)]
    return np.array(chosen, draw(INDEX_TYPES)).reshape(*outer, depth)


@st.composite
def picked(draw):
    """An array, positions in it, and a number of batch axes."""
    x = draw(arrays(ANY, AXES))
    batch_dims = draw(st.integers(0, x.ndim - 1))
    where = draw(positions(x.shape, batch_dims=batch_dims))
    if not batch_dims and where.ndim == 2 and where.shape[1] == 1:
        where = where[None]  # the next case
    return Inputs((x, where), {"batch_dims": batch_dims})


@st.composite
def picked_rows(draw):
    """An array, and rows of it as positions of one number."""
    x = draw(arrays(ANY, AXES))
    rows = draw(st.lists(st.integers(0, len(x) - 1), max_size=4))
    return Inputs((x, np.array(rows, draw(INDEX_TYPES))[:, None]))


@st.composite
def picked_once(draw):
    """An array and one position in it."""
    x = draw(arrays(REAL, AXES))
    return Inputs((x, draw(positions(x.shape, more=st.just(())))))


@st.composite
def scattered(draw):
    """Positions, some doubled, and updates for them; the shape of the result."""
    shape = draw(AXES)
    where = draw(positions(shape))
    updates = draw(arrays(ANY, (*where.shape[:-1], *shape[where.shape[-1] :])))
    return Inputs((where, updates), {"shape": shape})


@st.composite
def changed(draw, unique=False):
    """An array, positions in it, and updates; no two numbers are equal."""
    shape = draw(AXES)
    where = draw(positions(shape, unique=unique))
    updates = (*where.shape[:-1], *shape[where.shape[-1] :])
    x = draw(arrays(EIGHTHS, shape))
    shifts = np.arange(np.prod(updates)).reshape(updates) % 60
    # Between the eighths of x, and each at a place of its own: for max and min.
    return Inputs((x, where, draw(arrays(EIGHTHS, updates)) + (shifts + 1) / 512))


@st.composite
def unsigned(draw, unique=False):
    """The same without negative numbers, for unsigned integers."""
    x, where, updates = draw(changed(unique)).arrays
    return Inputs((np.abs(x), where, np.abs(updates)))


@st.composite
def partitioned(draw):
    """An array, and a partition for each of its rows (or smaller parts)."""
    x = draw(arrays(ANY, hnp.array_shapes(max_dims=3, min_side=0, max_side=3)))
    depth = draw(st.integers(0, x.ndim))
    return Inputs((x, draw(integers(0, 2, x.shape[:depth]))), {"count": draw(st.integers(3, 4))})


@st.composite
def stitched(draw):
    """Tensors, and for each row a place of its own."""
    rest = draw(st.sampled_from([(), (2,), (2, 0)]))
    leading = hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=2)
    shapes = draw(st.lists(leading, min_size=1, max_size=3))
    sizes = [int(np.prod(shape)) for shape in shapes]
    places = draw(st.permutations(range(sum(sizes) + 1)))
    ends = np.cumsum([0, *sizes])
    indices = [
        np.array(places[ends[i] : ends[i + 1]], np.int32).reshape(shape)
        for i, shape in enumerate(shapes)
    ]
    return Inputs((*indices, *[draw(arrays(ANY, (*shape, *rest))) for shape in shapes]))


def stitch(tf, *arrays):
    """dynamic_stitch of as many indices as tensors."""
    half = len(arrays) // 2
    return tf.dynamic_stitch(list(arrays[:half]), list(arrays[half:]))


def change(name):
    """The call of tensor_scatter_nd_*."""
    return lambda tf, *args: getattr(tf, f"tensor_scatter_nd_{name}")(*args)


BAD_CHANGES = (
    Bad("InvalidArgumentError", (ones(4), np.array([[4]]), ones(1))),
    Bad("InvalidArgumentError", (ones(4), np.array([[-1]]), ones(1))),
    Bad("InvalidArgumentError", (ones(4), np.array([[1]]), ones(2))),
    Bad("InvalidArgumentError", (ones(4), np.array([[1]]), ones())),
    Bad("InvalidArgumentError", (ones(4), np.array([[1, 1]]), ones(1))),
    Bad("InvalidArgumentError", (ones(4), np.array([[0.0]]), ones(1))),
    Bad("InvalidArgumentError", (ones(4), np.array([[0]]), ones(1, dtype="float64"))),
    Bad("InvalidArgumentError", (ones(0), np.array([[0]]), ones(1))),
)
DOUBLES = ([1.0, 2.0, 3.0], [[1], [1], [0]])
W = [1.0, 2.0, 3.0]

CASES = [
    # -- gather_nd and its transpose ----------------------------------------------------------
    Case(
        "gather_nd",
        lambda tf, x, indices, **p: tf.gather_nd(x, indices, **p),
        picked(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), np.array([[2, 0]]))),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([[0, -1]]))),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([[0, 0, 0]]))),
            Bad("InvalidArgumentError", (ones(2, 3), np.array(0))),
            Bad("InvalidArgumentError", (ones(2, 3), ones(1, 1))),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([[0]], np.uint8))),
            Bad("InvalidArgumentError", (ones(0, 3), np.array([[0]]))),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([[[0]]])), {"batch_dims": 1}),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([[0], [3]])), {"batch_dims": 1}),
            Bad("ValueError", (ones(2, 3), np.array([[0]])), {"batch_dims": -1}),
            Bad("ValueError", (ones(2, 3), np.array([[0, 1], [1, 0]])), {"batch_dims": 2}),
        ),
        at=(
            At(([1.0, 2.0], [[0], [0]]), [1.0, 1.0], ([2.0, 0.0],)),
            At(
                ([[1.0, 2.0], [3.0, 4.0]], [[1], [0]]),
                [2.0, 3.0],
                ([[0.0, 1.0], [1.0, 0.0]],),
                params={"batch_dims": 1},
            ),
            At(([1.0, 2.0], np.zeros((2, 0), np.int32)), [[1.0, 2.0], [1.0, 2.0]]),
        ),
    ),
    Case(
        "gather_nd of rows",
        lambda tf, x, indices: tf.gather_nd(x, indices),
        picked_rows(),
        dtypes=(*FLOATS, *COMPLEX, "int32"),
        unlike={"jvp_is_tensorflows": "TensorFlow fails on the IndexedSlices of its gradient"},
    ),
    Case(
        "gather_nd of one position",
        lambda tf, x, indices: tf.gather_nd(x, indices),
        picked_once(),
        dtypes=(*FLOATS, "int32"),
        unlike={
            "gradient_is_tensorflows": TENSORFLOW_FAILS,
            "second_order_is_tensorflows": TENSORFLOW_FAILS,
            "jvp_is_tensorflows": TENSORFLOW_FAILS,
        },
    ),
    Case(
        "scatter_nd",
        lambda tf, indices, updates, shape: tf.scatter_nd(indices, updates, shape),
        scattered(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (np.array([[4]]), ones(1)), {"shape": [4]}),
            Bad("InvalidArgumentError", (np.array([[-1]]), ones(1)), {"shape": [4]}),
            Bad("InvalidArgumentError", (np.array([[0]]), ones(2)), {"shape": [4]}),
            Bad("InvalidArgumentError", (np.array([[0]]), ones(1)), {"shape": [4, 2]}),
            Bad("InvalidArgumentError", (np.array([[0, 0, 0]]), ones(1)), {"shape": [2, 2]}),
            Bad("InvalidArgumentError", (np.array([[0]]), ones(1)), {"shape": [0]}),
            Bad("InvalidArgumentError", (np.array([[0]]), ones(1)), {"shape": [-4]}),
            Bad("InvalidArgumentError", (np.array([[0]]), ones(1)), {"shape": 4}),
            Bad("InvalidArgumentError", (ones(1, 1), ones(1)), {"shape": [4]}),
        ),
    ),
    # -- changed copies -----------------------------------------------------------------------
    Case(
        "tensor_scatter_nd_update",
        change("update"),
        changed(unique=True),
        dtypes=(*FLOATS, *COMPLEX, "int32", "bool"),
        covers=("tensor_scatter_update",),
        raises=BAD_CHANGES,
        # The last of doubles counts, but each of them gets the gradient.
        at=(
            At((*DOUBLES, [5.0, 0.0, 4.0]), [4.0, 0.0, 3.0], ([0.0, 0.0, 3.0], [2.0, 2.0, 1.0]), W),
        ),
    ),
    *(
        Case(
            f"tensor_scatter_nd_{name}",
            change(name),
            changed(),
            dtypes=(*FLOATS, *COMPLEX, "int32"),
            covers=("tensor_scatter_add",),
            raises=BAD_CHANGES,
        )
        for name in ("add", "sub")
    ),
    Case(
        "tensor_scatter_nd_max",
        change("max"),
        changed(),
        dtypes=(*FLOATS, "int32"),
        covers=("tensor_scatter_max",),
        raises=BAD_CHANGES,
        # What is equal to the result shares its gradient.
        at=(
            At(
                (*DOUBLES, [2.0, 2.0, 0.0]),
                [1.0, 2.0, 3.0],
                ([1.0, 2 / 3, 3.0], [2 / 3, 2 / 3, 0.0]),
                W,
            ),
            At(([1.0, nan], [[0], [1]], [nan, 5.0]), [1.0, nan]),
        ),
    ),
    Case(
        "tensor_scatter_nd_min",
        change("min"),
        changed(),
        dtypes=(*FLOATS, "int32"),
        covers=("tensor_scatter_min",),
        raises=BAD_CHANGES,
        at=(
            At(
                (*DOUBLES, [2.0, 2.0, 0.0]),
                [0.0, 2.0, 3.0],
                ([0.0, 2 / 3, 3.0], [2 / 3, 2 / 3, 1.0]),
                W,
            ),
            At(([1.0, nan], [[0], [1]], [nan, 5.0]), [1.0, nan]),
        ),
    ),
    *(
        Case(
            f"tensor_scatter_nd_{name} of integers",
            change(name),
            unsigned(unique=name == "update"),
            dtypes=INTEGERS,
            differentiable=False,
        )
        for name in ("update", "add", "sub", "max", "min")
    ),
    # -- partitions ---------------------------------------------------------------------------
    Case(
        "dynamic_partition",
        lambda tf, x, partitions, count: tf.dynamic_partition(x, partitions, count),
        partitioned(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (ones(2), np.array([3, 0], np.int32)), {"count": 2}),
            Bad("InvalidArgumentError", (ones(2), np.array([-1, 0], np.int32)), {"count": 2}),
            Bad("InvalidArgumentError", (ones(2), np.array([0], np.int32)), {"count": 2}),
            Bad("InvalidArgumentError", (ones(2), np.array([0, 0], np.int32)), {"count": 0}),
            Bad("InvalidArgumentError", (ones(2), ones(2)), {"count": 2}),
        ),
    ),
    Case(
        "dynamic_stitch",
        stitch,
        stitched(),
        dtypes=ALL,
        raises=(
            Bad("InvalidArgumentError", (np.array([-1], np.int32), ones(1))),
            Bad("InvalidArgumentError", (np.array([0, 1], np.int32), ones(1))),
            Bad("InvalidArgumentError", ()),
        ),
        at=(
            At(
                (np.array([0, 3], np.int32), np.array([0], np.int32), [1.0, 2.0], [5.0]),
                [5.0, 0.0, 0.0, 2.0],
                ([1.0, 4.0], [1.0]),
                [1.0, 2.0, 3.0, 4.0],
            ),
        ),
    ),
]
