"""Empty arrays on TensorFlow: what the table expects is what it does."""

import tensorflow as tf

from compat.empties import EMPTIES
from compat.programs import check


@EMPTIES.parametrize
def test(program):
    check(program, tf, program.theirs)
