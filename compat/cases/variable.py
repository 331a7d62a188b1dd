"""Variables' methods that read or change some of their elements."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, Bad, Case, Inputs
from ..inputs import AXES, NONZERO, REAL, arrays, call, integers, ones
from .index import indexed
from .scatter import BAD_CHANGES, changed

BAD_ROWS = (
    Bad("InvalidArgumentError", (ones(3, 2), np.array([3]), ones(1, 2))),
    Bad("InvalidArgumentError", (ones(3, 2), np.array([-1]), ones(1, 2))),
    Bad("InvalidArgumentError", (ones(3, 2), ones(1), ones(1, 2))),
    Bad("ValueError", (ones(3, 2), np.array([0]), ones(1, 2, dtype="float64"))),
)
NO_BOOLEANS = Bad(
    "InvalidArgumentError", (ones(3, dtype="bool"), np.array([0]), ones(1, dtype="bool"))
)
# Where a shape or type is wrong, convert_to_tensor says so first.
BAD_POSITIONS = tuple(
    bad._replace(error="ValueError") if bad.arrays[2].dtype == "float64" else bad
    for bad in BAD_CHANGES
    if bad.arrays[2].ndim  # TensorFlow accepts a scalar here, and reads beyond it
)


@st.composite
def rows(draw, elements, unique=False):
    """An array, rows of it, some named twice, and values for them (or one for all)."""
    shape = draw(AXES)
    dtype = draw(st.sampled_from([np.int32, np.int64]))
    some = st.lists(st.integers(0, shape[0] - 1), max_size=3, unique=unique)
    indices = np.array(draw(some), dtype)
    values = draw(st.sampled_from([(), (*indices.shape, *shape[1:])]))
    return Inputs((draw(arrays(elements, shape)), indices, draw(arrays(elements, values))))


def scatter(name):
    """The call of a method that takes IndexedSlices."""
    return lambda tf, x, indices, values: getattr(tf.Variable(x), name)(
        tf.IndexedSlices(values, indices)
    )


def scatter_nd(name):
    """The call of a method that takes positions."""
    return lambda tf, x, indices, values: getattr(tf.Variable(x), name)(indices, values)


def reads(tf, x, rows, positions):
    """What the reading methods give, and the gradient of the variable."""
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        ys = [variable.sparse_read(rows), variable.gather_nd(positions)]
        total = tf.reduce_sum(ys[0] ** 2) + tf.reduce_sum(ys[1] ** 3)
    return [*ys, tf.convert_to_tensor(tape.gradient(total, variable))]


@st.composite
def assigned(draw):
    """An array, a key, and new values for what it names, or some that are broadcast to it."""
    (x,), params = draw(indexed())
    shape = x[params["key"]].shape
    return Inputs((x, draw(arrays(REAL, draw(st.sampled_from([(), shape]))))), params)


CASES = [
    Case(
        "assign through x[key]",
        lambda tf, x, value, key: tf.Variable(x)[key].assign(value),
        assigned(),
        dtypes=(*FLOATS, *COMPLEX, "int32", "bool"),
        covers=("change_elements",),
        differentiable=False,
        unlike={"empty_inputs_are_tensorflows": "the key means other elements of what was cut"},
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(2)), {"key": 0}),
            Bad("InvalidArgumentError", (ones(2, 3), ones(3)), {"key": 5}),
            Bad("ValueError", (ones(2, 3), ones(3, dtype="float64")), {"key": 0}),
        ),
    ),
    *(
        Case(
            f"scatter_{name}",
            scatter(f"scatter_{name}"),
            rows(NONZERO, unique=name == "update"),
            dtypes=(*FLOATS, "int32", "int64", *(() if name in ("max", "min") else COMPLEX)),
            covers=("change_rows",),
            differentiable=False,
            raises=BAD_ROWS if name == "update" else (*BAD_ROWS, NO_BOOLEANS),
        )
        for name in ("update", "add", "sub", "mul", "div", "max", "min")
    ),
    Case(
        "scatter_div by 0",
        scatter("scatter_div"),
        rows(NONZERO),
        dtypes=("int32",),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (np.array([1]), np.array([0]), np.array([0]))),),
    ),
    *(
        Case(
            f"scatter_nd_{name}",
            scatter_nd(f"scatter_nd_{name}"),
            changed(unique=name == "update"),
            dtypes=(*FLOATS, "int32"),
            differentiable=False,
            raises=BAD_POSITIONS,
        )
        for name in ("update", "add", "sub", "max", "min")
    ),
    Case(
        "batch_scatter_update",
        scatter("batch_scatter_update"),
        call(
            arrays(REAL, (2, 3, 2)),
            st.permutations(range(3)).map(lambda p: np.array([p[:2], p[1:]], np.int32)),
            arrays(REAL, (2, 2, 2)),
        ),
        dtypes=(*FLOATS, "int32"),
        covers=("full_positions",),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(1, 2), np.array([[2]]), ones(1, 1))),),
    ),
    Case(
        "sparse_read and gather_nd of a variable",
        reads,
        call(arrays(REAL, (3, 2)), integers(0, 2, (2,)), integers(0, 1, (2, 2))),
        differentiable=False,
    ),
]
