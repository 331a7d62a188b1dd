"""Elementwise formulas over long arrays, one cache-sized block at a time.

An optimizer's update is some ten NumPy calls on the same arrays. Over whole arrays each call would
fetch its operands from memory again; over a block that fits the cache only the first one does,
which halves the time for millions of weights. The numbers are the same.
"""

from collections.abc import Callable

import numpy

from ...arrays import array_module
from ...arrays.cpu import in_parts

_BLOCK_BYTES = 128 * 1024


def in_blocks(
    formula: Callable[..., None], arrays: list, scratch: int = 1, in_place: bool = False
) -> tuple:
    """New arrays made from equally shaped `arrays` by an elementwise formula.

    Args:
        formula: called as `formula(*inputs, *outputs, *scratch)` with flat blocks; it writes
            the new values of each of the arrays into the outputs, and may use the scratch.
        arrays: the gradient first, then the arrays to be renewed.
        scratch: how many scratch blocks the formula needs.
        in_place: whether the new values are written over the old ones, of arrays in one piece.

    Returns:
        The new values of all arrays but the first.
    """
    example = arrays[1]
    xp = array_module(example)
    inputs = [array.reshape(-1) for array in arrays]
    new = inputs[1:] if in_place else [xp.empty(example.size, example.dtype) for _ in arrays[1:]]
    on_host = isinstance(example, (numpy.ndarray, numpy.generic))
    step = _BLOCK_BYTES // example.dtype.itemsize if on_host else max(example.size, 1)

    def some(part: slice) -> None:
        length = min(step, part.stop - part.start)
        spare = [xp.empty(length, example.dtype) for _ in range(scratch + in_place * len(new))]
        for start in range(part.start, part.stop, step):
            block = slice(start, min(start + step, part.stop))
            rest = [array[: block.stop - start] for array in spare]
            blocks = [array[block] for array in inputs]
            if in_place:
                formula(*blocks, *rest)
                for old, values in zip(blocks[1:], rest, strict=False):
                    old[...] = values
            else:
                formula(*blocks, *[array[block] for array in new], *rest)

    in_parts(some, example.size, example.size if on_host else 0)
    return tuple(array.reshape(example.shape) for array in new)
