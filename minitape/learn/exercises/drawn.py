"""What answers are tried with: Hypothesis' strategies, of numbers that are quick to read."""

from collections.abc import Callable
from typing import Any

import numpy


def whole(low: int, high: int) -> Any:
    """An integer."""
    from hypothesis import strategies

    return strategies.integers(low, high)


def number(low: float = -3, high: float = 3) -> Any:
    """A number with quarters, so that it has few digits."""
    return whole(round(low * 4), round(high * 4)).map(lambda n: n / 4)


def array(*shape: int, low: float = -3, high: float = 3) -> Any:
    """An array of such numbers."""
    from hypothesis import strategies

    size = int(numpy.prod(shape))
    numbers = strategies.lists(number(low, high), min_size=size, max_size=size)
    return numbers.map(lambda values: numpy.array(values, "float64").reshape(shape))


def one_of(*values) -> Any:
    """One of these values."""
    from hypothesis import strategies

    return strategies.sampled_from(values)


def together(*strategies_) -> Any:
    """A tuple with something of each; other values are given as they are."""
    from hypothesis import strategies

    known = [
        one if isinstance(one, strategies.SearchStrategy) else strategies.just(one)
        for one in strategies_
    ]
    return strategies.tuples(*known)


def depending(lengths: Any, function: Callable) -> Any:
    """What `function` makes a strategy of, for lengths that are drawn first."""
    return lengths.flatmap(lambda drawn: function(*drawn))
