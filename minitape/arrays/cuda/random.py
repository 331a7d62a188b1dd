"""Random numbers on a card."""

from typing import Any

import numpy

from .launching import FLOATS, THREADS, blocks_for, empty, launch
from .places import PLACES


def uniform(state, *, shape, dtype) -> Any:
    """Floats in [0, 1), from the counter and key of a state on."""
    return _drawn("uniform", state, shape, dtype)


def normal(state, *, shape, dtype) -> Any:
    """Floats of mean 0 and standard deviation 1."""
    return _drawn("normal", state, shape, dtype)


def _drawn(name: str, state: Any, shape: tuple, dtype: Any) -> Any:
    if numpy.dtype(dtype) not in FLOATS or not state.flags.c_contiguous:
        return NotImplemented
    y = empty(shape, dtype, state)
    blocks = blocks_for(-(-y.nbytes // 16))  # of four words
    launch(("philox.cu", name), blocks, (THREADS,), state, y, y.size)
    return y


def mixed(seed, *, key: int) -> Any:
    """The state of an op with a seed of its own, mixed by a key: see `philox.scramble_seed`."""
    if seed.dtype not in PLACES or seed.shape != (2,) or not seed.flags.c_contiguous:
        return NotImplemented
    state = empty((3,), "int64", seed)
    launch(("philox.cu", "mixed"), (1,), (1,), seed, state, key)
    return state
