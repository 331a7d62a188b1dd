"""Random numbers on a card."""

from typing import Any

import numpy

from .launching import FLOATS, THREADS, blocks_for, empty, launch


def uniform(state, *, shape, dtype) -> Any:
    """Floats in [0, 1), from the counter and key of a state on."""
    if numpy.dtype(dtype) not in FLOATS or not state.flags.c_contiguous:
        return NotImplemented
    y = empty(shape, dtype, state)
    blocks = blocks_for(-(-y.nbytes // 16))  # of four words
    launch(("philox.cu", "uniform"), blocks, (THREADS,), state, y, y.size)
    return y
