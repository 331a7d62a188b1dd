"""The rows of the autodiff specification on TensorFlow: what they expect is what it does."""

import tensorflow as tf

from compat.programs import check
from compat.rows import ROWS


@ROWS.parametrize
def test(program):
    check(program, tf, program.theirs)
