"""TensorShape beside TensorFlow's: what the table expects is what that does."""

import tensorflow as tf

from compat.programs import check
from compat.shapes import SHAPES


@SHAPES.parametrize
def test_shape(program):
    check(program, tf, program.theirs)
