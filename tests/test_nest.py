"""Nested structures."""

import pytest
from hypothesis import given

import minitape
from compat.nests import NESTS, STRUCTURES
from compat.programs import check
from minitape import nest


@NESTS.parametrize
def test(program):
    check(program, minitape, program.ours)


@given(STRUCTURES)
def test_packing_what_was_flattened_gives_the_structure(structure):
    packed = nest.pack_sequence_as(structure, nest.flatten(structure))
    assert packed == structure
    assert type(packed) is type(structure)
    nest.assert_same_structure(packed, structure)


@given(STRUCTURES)
def test_mapping_maps_each_leaf_once_and_leaves_the_original(structure):
    before = repr(structure)
    seen = []
    pairs = nest.map_structure(lambda x: seen.append(x) or (x,), structure)
    assert seen == nest.flatten(structure)
    assert nest.flatten(pairs) == seen  # the pairs are structures themselves
    assert repr(structure) == before


def test_a_shape_is_a_leaf():
    shape = minitape.TensorShape([2, 3])
    assert nest.flatten([shape, (shape,)]) == [shape, shape]


def test_a_difference_is_described():
    with pytest.raises(ValueError, match=r"keys \['a'\] and \['b'\].*\{'a': 1\}, \{'b': 2\}"):
        nest.assert_same_structure([{"a": 1}], [{"b": 2}])
    with pytest.raises(ValueError, match="structure has 2 leaves, but flat_sequence has 1"):
        nest.pack_sequence_as([1, 2], [3])
