"""The rows of the autodiff specification on minitape; tests/compat runs them on TensorFlow."""

import minitape
from compat.programs import check
from compat.rows import ROWS


@ROWS.parametrize
def test(program):
    check(program, minitape, program.ours)
