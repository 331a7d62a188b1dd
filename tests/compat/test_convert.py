"""Conversions on TensorFlow: what the table expects is what it does."""

import tensorflow as tf

from compat.conversions import CONVERSIONS
from compat.programs import check


@CONVERSIONS.parametrize
def test_conversion(program):
    check(program, tf, program.theirs)
