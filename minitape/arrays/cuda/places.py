"""Numbers that name places of an array, rows or classes, are looked at before they are used."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import numpy

from .graphs import is_for_graph
from .launching import THREADS, blocks_for, launch, zeros

PLACES = (numpy.dtype("int32"), numpy.dtype("int64"))  # types of such numbers


class Look(NamedTuple):
    """Where a kernel takes such numbers.

    Attributes:
        input: the number of the input.
        end: how many places there are, by the inputs and the parameters.
        least: 0, or less where smaller numbers are passed over.
    """

    input: int
    end: Callable
    least: int = 0

    def at(self, index: Any, inputs: tuple, params: dict) -> tuple[Any, int, int]:
        """(numbers, least, end), as `are_places` wants them: inputs need no more than a shape."""
        return index, self.least, self.end(*inputs, **params)


def looking(look: Look) -> Callable:
    """Decorator of what launches a kernel: the forward complains where a number names no place."""

    def decorate(kernel: Callable) -> Callable:
        @wraps(kernel)
        def run(*arrays, **params):
            index = arrays[look.input]
            if not is_for_graph() and not are_places([look.at(index, arrays, params)]):
                return NotImplemented
            return kernel(*arrays, **params)

        run.look = look  # type: ignore[attr-defined]  # for graphs
        return run

    return decorate


def are_places(looks: list[tuple[Any, int, int]]) -> bool:
    """Whether all numbers of arrays are from a least one up to an end: [(array, least, end)].

    This waits for the card, once.
    """
    wrong = zeros((1,), "int32", looks[0][0])
    for index, least, end in looks:
        if index.dtype not in PLACES or not index.flags.c_contiguous:
            return False  # the forward knows
        given = index, wrong, least, end, index.size
        launch(("gather.cu", "look"), blocks_for(index.size), (THREADS,), *given)
    return not int(wrong[0])
