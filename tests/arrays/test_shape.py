"""Shapes as TensorFlow shows them: the table of compat/shapes.py, and Python's copies."""

import copy
import pickle

import pytest

import minitape
from compat.programs import check
from compat.shapes import SHAPES
from minitape.arrays import TensorShape


@SHAPES.parametrize
def test_shape(program):
    check(program, minitape, program.ours)


def test_it_is_a_tuple():
    shape = TensorShape([2, 3, 4])
    assert hash(shape) == hash((2, 3, 4))
    assert shape == (2, 3, 4)
    assert shape is not None


@pytest.mark.parametrize("lengths", [[2, 3], [None, 3], [], None])
def test_copies_are_shapes(lengths):
    shape = TensorShape(lengths)
    for copied in (copy.copy(shape), copy.deepcopy(shape), pickle.loads(pickle.dumps(shape))):
        assert isinstance(copied, TensorShape)
        assert copied == shape


def test_two_shapes_agree_where_no_known_lengths_differ():
    some, known, unknown = TensorShape([None, 3]), TensorShape([2, 3]), TensorShape(None)
    assert some.is_compatible_with(known)
    assert not some.is_compatible_with([2, 4])
    assert not some.is_compatible_with([3])
    assert unknown.is_compatible_with(known)
    assert some.merge_with(known) == known == unknown.merge_with(known)
    assert some.concatenate([4]).as_list() == [None, 3, 4]
    assert unknown.concatenate(known).rank is None
    with pytest.raises(ValueError, match="incompatible"):
        known.merge_with([2, 4])


def test_assertions():
    shape, unknown = TensorShape([None, 3]), TensorShape(None)
    assert shape.with_rank(2) is shape
    assert unknown.with_rank(2).as_list() == [None, None]
    assert [d.value for d in shape.dims] == [None, 3]
    for refused in (
        lambda: shape.with_rank(3),
        lambda: shape.with_rank_at_least(3),
        lambda: shape.with_rank_at_most(1),
        lambda: shape.assert_has_rank(1),
        lambda: shape.assert_same_rank([1]),
        lambda: shape.assert_is_fully_defined(),
        lambda: unknown.as_list(),
        lambda: len(unknown),
    ):
        with pytest.raises(ValueError, match="rank|defined"):
            refused()
