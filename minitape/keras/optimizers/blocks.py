"""Elementwise formulas over long arrays, one cache-sized block at a time.

An optimizer's update is some ten NumPy calls on the same arrays. Over whole arrays each call would
fetch its operands from memory again; over a block that fits the cache only the first one does,
which halves the time for millions of weights. The numbers are the same.
"""

from collections.abc import Callable

import numpy

from ...arrays import array_module

_BLOCK_BYTES = 64 * 1024


def in_blocks(formula: Callable[..., None], arrays: list, scratch: int = 1) -> tuple:
    """New arrays made from equally shaped `arrays` by an elementwise formula.

    Args:
        formula: called as `formula(*inputs, *outputs, *scratch)` with flat blocks; it writes
            the new values of each of the arrays into the outputs, and may use the scratch.
        arrays: the gradient first, then the arrays to be renewed; they are only read.
        scratch: how many scratch blocks the formula needs.

    Returns:
        The new values of all arrays but the first.
    """
    example = arrays[1]
    xp = array_module(example)
    inputs = [array.reshape(-1) for array in arrays]
    outputs = [xp.empty(example.size, example.dtype) for _ in arrays[1:]]
    on_host = isinstance(example, (numpy.ndarray, numpy.generic))
    step = _BLOCK_BYTES // example.dtype.itemsize if on_host else example.size
    spare = [xp.empty(min(step, example.size), example.dtype) for _ in range(scratch)]
    flat = inputs + outputs
    if example.size <= step:
        formula(*flat, *spare)
    else:
        for start in range(0, example.size, step):
            block, last = slice(start, start + step), min(step, example.size - start)
            formula(*[array[block] for array in flat], *[array[:last] for array in spare])
    return tuple(output.reshape(example.shape) for output in outputs)
