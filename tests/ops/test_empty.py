"""Ops and their gradients on empty arrays."""

import minitape
from compat.empties import EMPTIES
from compat.programs import check


@EMPTIES.parametrize
def test(program):
    check(program, minitape, program.ours)
