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
