"""Shapes as TensorFlow shows them."""

import copy
import pickle

import pytest

from minitape.arrays import TensorShape


def test_it_is_a_tuple_with_more_to_say():
    shape = TensorShape([2, 3, 4])
    assert shape == (2, 3, 4) == shape
    assert shape == [2, 3, 4]
    assert shape != (2, 3)
    assert shape != [2, 3]
    assert shape != "abc"
    assert shape is not None
    assert hash(shape) == hash((2, 3, 4))
    assert (shape.rank, shape.ndims, len(shape)) == (3, 3, 3)
    assert shape.as_list() == [2, 3, 4]
    assert shape.num_elements() == 24
    assert TensorShape([]).num_elements() == 1
    assert list(shape) == [2, 3, 4]


def test_parts_and_sums_are_shapes():
    shape = TensorShape([2, 3, 4])
    assert shape[0] == 2
    assert shape[-1] == 4
    for part, expected in [(shape[1:], (3, 4)), (shape[:-1] + [5], (2, 3, 5)), (shape[:0], ())]:
        assert isinstance(part, TensorShape)
        assert part == expected


@pytest.mark.parametrize(
    ("lengths", "as_str", "as_repr"),
    [
        ((), "()", "TensorShape([])"),
        ((3,), "(3,)", "TensorShape([3])"),
        ((2, 3), "(2, 3)", "TensorShape([2, 3])"),
        ((None, 3), "(None, 3)", "TensorShape([None, 3])"),
    ],
)
def test_text(lengths, as_str, as_repr):
    assert str(TensorShape(lengths)) == as_str
    assert repr(TensorShape(lengths)) == as_repr


def test_copies_are_shapes():
    shape = TensorShape([2, 3])
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
