"""Tensors and variables as Python and NumPy see them."""

import minitape
from compat.programs import check
from compat.protocol import PROTOCOL


@PROTOCOL.parametrize
def test(program):
    check(program, minitape, program.ours)
