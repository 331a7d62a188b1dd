"""How large a result an op may have while a model is made from a file.

The shapes of ops are found out by running them on zeros. A few numbers in a file could so ask for
all of the memory: the bound is worked out before the op runs, and may be higher than the result.
"""

import math
from typing import Any

import numpy

from ... import nest
from ...ops.rules import Elementwise
from ..variables import is_room_limited

_LARGEST = 1 << 27  # elements
# Their results have no more elements than their inputs together.
_KEEPING = {
    "argmax", "argmin", "argsort", "cast", "clip_by_value", "concat", "cumprod", "cumsum",
    "expand_dims", "getitem", "identity", "log_softmax", "ones_like", "pack", "reduce_all",
    "reduce_any", "reduce_euclidean_norm", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod",
    "reduce_sum", "reshape", "reverse", "roll", "shape", "softmax", "split", "squeeze",
    "stop_gradient", "transpose", "unstack", "zeros_like",
}  # fmt: skip


def check_room(op: Any, inputs: tuple, params: dict) -> None:
    """Looks whether there is room for what an op makes of these inputs.

    Raises:
        ValueError: there may not be.
    """
    if not is_room_limited():
        return
    shapes = [tuple(x.shape) for x in inputs if hasattr(x, "shape")]
    bound = _bound(op, shapes, params)
    if bound > _LARGEST:
        raise ValueError(
            f"The op {op.name} on shapes {shapes} may give {bound:,} elements, and a file may ask "
            f"for {_LARGEST:,} at most. Make such a model in your program, and load its weights."
        )


def check_input(shape: list[int]) -> None:
    """Looks whether there is room for zeros of this shape.

    Raises:
        ValueError: there isn't.
    """
    if is_room_limited() and math.prod(shape) > _LARGEST:
        raise ValueError(
            f"To try an op on zeros of shape {tuple(shape)} takes too much for a model of a file, "
            f"which may ask for {_LARGEST:,} elements at most. Make it in your program, and load "
            "its weights."
        )


def _bound(op: Any, shapes: list[tuple], params: dict) -> int:
    """A number of elements that the result doesn't exceed."""
    sizes = [math.prod(shape) for shape in shapes]
    if op.name in _KEEPING:
        return sum(sizes)
    try:
        if isinstance(op, Elementwise):
            return math.prod(numpy.broadcast_shapes(*shapes))
        if op.name == "matmul":
            batches = numpy.broadcast_shapes(*(shape[:-2] for shape in shapes))
            return math.prod([*batches, *(max(shape[-2:]) for shape in shapes)])
    except ValueError:  # the op itself complains
        return 0
    numbers = [abs(n) for n in nest.flatten(params) if isinstance(n, int) and n]
    return math.prod([*sizes, *numbers])
