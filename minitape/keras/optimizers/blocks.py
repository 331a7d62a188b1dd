"""Elementwise formulas over long arrays, one cache-sized block at a time.

An optimizer's update is some ten NumPy calls on the same arrays. Over whole arrays each call would
fetch its operands from memory again; over a block that fits the cache only the first one does,
which halves the time for millions of weights. The numbers are the same.
"""

from collections.abc import Callable

import numpy

from ...arrays import array_module
from ...arrays.cpu import in_parts

# So large that threads, which take turns between two calls, seldom wait for each other.
_BLOCK_BYTES = 512 * 1024


def in_blocks(
    formula: Callable[..., None], arrays: list, scratch: int = 0, in_place: bool = False
) -> tuple:
    """New arrays made from equally shaped `arrays` by an elementwise formula.

    Args:
        formula: called as `formula(*arrays, *scratch)` with flat blocks; it writes the new values
            of all arrays but the first over the old ones, and may use the scratch.
        arrays: the gradient first, then the arrays to be renewed.
        scratch: how many scratch blocks the formula needs.
        in_place: whether that is done to the arrays themselves, in one piece then, not to copies.

    Returns:
        The new values of all arrays but the first.
    """
    old = arrays[1:]
    dtype, size, xp = old[0].dtype, old[0].size, array_module(old[0])
    # New ones own their memory, or else nobody could write over them: see `run_update`.
    new = old if in_place else [xp.empty_like(x, order="C") for x in old]
    gradient, *flat_old = (x.reshape(-1) for x in arrays)
    flat_new = [x.reshape(-1) for x in new]
    on_host = isinstance(old[0], (numpy.ndarray, numpy.generic))
    step = _BLOCK_BYTES // dtype.itemsize if on_host else max(size, 1)

    def some(part: slice) -> None:
        spare = [xp.empty(min(step, part.stop - part.start), dtype) for _ in range(scratch)]
        for start in range(part.start, part.stop, step):
            block = slice(start, min(start + step, part.stop))
            blocks = [x[block] for x in flat_new]
            if not in_place:
                for values, x in zip(blocks, flat_old, strict=True):
                    values[...] = x[block]
            g = gradient[block].astype(dtype, copy=False)
            formula(g, *blocks, *[x[: block.stop - start] for x in spare])

    in_parts(some, size, size * len(arrays) if on_host else 0)
    return tuple(new)
