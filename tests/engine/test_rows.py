"""The rows of the autodiff specification on minitape; tests/compat runs them on TensorFlow."""

import minitape
from compat.programs import check
from compat.rows import ROWS


@ROWS.parametrize
def test(program):
    check(program, minitape, program.ours)


def test_every_row_of_the_specification_is_there():
    numbers = {int(program.name.split("_")[1]) for program in ROWS}
    assert numbers == set(range(1, 97))
