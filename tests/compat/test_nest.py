"""minitape.nest beside tf.nest."""

import tensorflow as tf
from hypothesis import given

from compat.nests import NESTS, STRUCTURES
from compat.programs import check
from minitape import nest


@NESTS.parametrize
def test(program):
    check(program, tf, program.theirs)


@given(STRUCTURES)
def test_flatten_pack_and_map_are_tensorflows(structure):
    leaves = nest.flatten(structure)
    assert leaves == tf.nest.flatten(structure)
    others = list(range(len(leaves)))
    ours = nest.pack_sequence_as(structure, others)
    assert repr(ours) == repr(tf.nest.pack_sequence_as(structure, others))
    ours = nest.map_structure(lambda leaf: [leaf], structure)
    assert repr(ours) == repr(tf.nest.map_structure(lambda leaf: [leaf], structure))
    assert nest.is_nested(structure) == tf.nest.is_nested(structure)


@given(STRUCTURES, STRUCTURES)
def test_structures_are_the_same_where_tensorflow_says_so(nest1, nest2):
    def same(nest):
        try:
            nest.assert_same_structure(nest1, nest2)
        except (TypeError, ValueError):  # the first difference found decides which
            return False
        return True

    assert same(nest) == same(tf.nest)
