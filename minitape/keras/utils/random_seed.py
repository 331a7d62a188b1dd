"""One call that makes a program's random numbers the same at each run."""

import random

import numpy

from ...ops.random import set_seed
from ..random import reset_global_seed_generator


def set_random_seed(seed):
    """Seeds Python's `random`, NumPy's old generator and minitape: `keras.utils.set_random_seed`.

    Layers made afterwards, in the same order, get the same initial weights as in Keras.

    Args:
        seed: an integer, from 0 to 2**32 - 1 as NumPy wants it.
    """
    if not isinstance(seed, int):
        raise ValueError(
            "Expected `seed` argument to be an integer. "
            f"Received: seed={seed!r} (of type {type(seed)})"
        )
    reset_global_seed_generator()
    random.seed(seed)
    numpy.random.seed(seed)
    set_seed(seed)
