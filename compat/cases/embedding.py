"""Rows of tables, looked up by number."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from ..case import Bad, Case, Inputs
from ..inputs import arrays, numbers, ones

# Rows of up to three of these have a norm below 1, or one above 2.
ELEMENTS = st.sampled_from([numbers(-0.5, 0.5), numbers(2, 4)])
NORMS = st.sampled_from([None, 1.5])


@st.composite
def looked_up(draw):
    """A table, rows of it, and a largest norm."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=3))
    elements = draw(ELEMENTS)
    ids = draw(hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    dtype = draw(st.sampled_from([np.int32, np.int64]))
    indices = draw(arrays(st.integers(0, shape[0] - 1), ids, dtype))
    return Inputs((draw(arrays(elements, shape)), indices), {"max_norm": draw(NORMS)})


@st.composite
def looked_up_in_several(draw):
    """Tables that share the rows of one, as evenly as they can; rows, and a largest norm."""
    count, total = draw(st.integers(1, 3)), draw(st.integers(3, 6))
    elements = draw(ELEMENTS)
    lengths = [total // count + (i < total % count) for i in range(count)]
    tables = [draw(arrays(elements, (n, 2))) for n in lengths]
    ids = draw(hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    indices = draw(arrays(st.integers(0, total - 1), ids, np.int32))
    return Inputs((indices, *tables), {"max_norm": draw(NORMS)})


CASES = [
    Case(
        "embedding_lookup",
        lambda tf, table, ids, **p: tf.nn.embedding_lookup(table, ids, **p),
        looked_up(),
        unlike={"empty_inputs_are_tensorflows": "the ids point into the axis that is cut"},
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), np.array([2]))),
            Bad("InvalidArgumentError", (ones(2, 3), np.array([-1]))),
            Bad("InvalidArgumentError", (ones(2, 3), ones(1))),
        ),
    ),
    Case(
        "embedding_lookup in several tables",
        lambda tf, ids, *tables, **p: tf.nn.embedding_lookup(list(tables), ids, **p),
        looked_up_in_several(),
        raises=(
            Bad("InvalidArgumentError", (np.array([4]), ones(2, 3), ones(2, 3))),
            Bad("InvalidArgumentError", (np.array([-1]), ones(2, 3), ones(2, 3))),
            Bad("ValueError", (np.array([0]),)),
        ),
    ),
]
