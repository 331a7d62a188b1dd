"""TensorShape beside tf.TensorShape: every method on a table of shapes, and pairs of them."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from compat.programs import check
from compat.shapes import SHAPES as ANSWERS

SHAPES = [
    None,
    (),
    (0,),
    (1,),
    (3,),
    (None,),
    (2, 3),
    (None, 3),
    (2, None),
    (None, None),
    (1, 2, 3),
]

ALONE = {
    "as_list": lambda s: s.as_list(),
    "rank": lambda s: s.rank,
    "ndims": lambda s: s.ndims,
    "dims": lambda s: s.dims and [d.value for d in s.dims],
    "num_elements": lambda s: s.num_elements(),
    "is_fully_defined": lambda s: s.is_fully_defined(),
    "assert_is_fully_defined": lambda s: s.assert_is_fully_defined(),
    "bool": bool,
    "len": len,
    "list": list,
    "str": str,
    "repr": repr,
    "first": lambda s: s[0],
    "last": lambda s: s[-1],
    **{f"assert_has_rank {n}": lambda s, n=n: s.assert_has_rank(n) for n in range(4)},
    **{f"with_rank {n}": lambda s, n=n: s.with_rank(n) for n in range(4)},
    **{f"with_rank_at_least {n}": lambda s, n=n: s.with_rank_at_least(n) for n in range(4)},
    **{f"with_rank_at_most {n}": lambda s, n=n: s.with_rank_at_most(n) for n in range(4)},
    **{
        f"[{i}:{j}]": lambda s, i=i, j=j: s[i:j]
        for i, j in itertools.product((None, 0, 1, -1), (None, 0, 2, -1))
    },
}
TOGETHER = {
    "is_compatible_with": lambda s, t: s.is_compatible_with(t),
    "assert_is_compatible_with": lambda s, t: s.assert_is_compatible_with(t),
    "merge_with": lambda s, t: s.merge_with(t),
    "most_specific": lambda s, t: s.most_specific_compatible_shape(t),
    "is_subtype_of": lambda s, t: s.is_subtype_of(t),
    "concatenate": lambda s, t: s.concatenate(t),
    "assert_same_rank": lambda s, t: s.assert_same_rank(t),
    "+": lambda s, t: s + t,
    "==": lambda s, t: s == t,
    "!=": lambda s, t: s != t,
}


def found(f, *shapes):
    """What f says, as plain values; the name of the error where it raises one."""
    try:
        result = f(*shapes)
    except Exception as error:
        return type(error).__name__
    if isinstance(result, (mt.TensorShape, tf.TensorShape)):
        return "shape", None if result.rank is None else result.as_list()
    return result


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_shape(name, shape):
    ours, theirs = (found(ALONE[name], m.TensorShape(shape)) for m in (mt, tf))
    assert ours == theirs


@pytest.mark.parametrize("name", TOGETHER)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_two_shapes(name, shape):
    for other in SHAPES:
        ours, theirs = (
            found(TOGETHER[name], m.TensorShape(shape), m.TensorShape(other)) for m in (mt, tf)
        )
        assert ours == theirs, other


@pytest.mark.parametrize("given", [3, [2, None], (np.int64(2),), -1, [-1], [1.5], "ab", [None]])
def test_what_it_is_made_of(given):
    ours, theirs = (found(m.TensorShape, given) for m in (mt, tf))
    assert ours == theirs


@ANSWERS.parametrize
def test_the_table_of_answers(program):
    check(program, tf, program.theirs)
