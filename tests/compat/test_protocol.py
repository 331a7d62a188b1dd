"""TensorFlow's tensors and variables as Python sees them: the table says what they do."""

import tensorflow as tf

from compat.programs import check
from compat.protocol import PROTOCOL


@PROTOCOL.parametrize
def test(program):
    check(program, tf, program.theirs)
