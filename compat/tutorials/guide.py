"""A list of programs that functions are added to by a decorator."""

from collections.abc import Callable

import numpy as np


class Guide(list):
    """Programs in the order in which they stand in a file."""

    def add(self, program: Callable) -> Callable:
        """Decorator that adds a program."""
        self.append(program)
        return program


def numbers(*shape, seed=0) -> np.ndarray:
    """Some float32 numbers between 0 and 1, the same at each call."""
    return np.random.default_rng(seed).random(shape, "float32")


def labels(count, classes, seed=1) -> np.ndarray:
    """Some class numbers, the same at each call."""
    return np.random.default_rng(seed).integers(0, classes, count)
