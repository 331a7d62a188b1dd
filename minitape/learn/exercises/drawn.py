"""What answers are tried with: Hypothesis' strategies, of numbers that are quick to read."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy


def whole(low: int, high: int) -> Any:
    """An integer."""
    from hypothesis import strategies

    return strategies.integers(low, high)


def number(low: float = -3, high: float = 3) -> Any:
    """A number with quarters, as simple as possible."""
    return one_of(*_numbers(low, high))


def array(*shape: int, low: float = -3, high: float = 3) -> Any:
    """An array of such numbers."""
    from hypothesis import strategies

    numbers, size = numpy.array(_numbers(low, high)), int(numpy.prod(shape))
    # One draw for all of them: a draw takes long.
    places = strategies.binary(min_size=size, max_size=size)
    return places.map(lambda drawn: numbers[[n % len(numbers) for n in drawn]].reshape(shape))


def _numbers(low: float, high: float) -> list[float]:
    """All quarters in a range, the simplest first: a counterexample becomes simpler that way."""
    quarters = [n / 4 for n in range(round(low * 4), round(high * 4) + 1)]
    return sorted(quarters, key=lambda x: (x % 1 != 0, x % 0.5 != 0, abs(x), x < 0))


def one_of(*values) -> Any:
    """One of these values."""
    from hypothesis import strategies

    return strategies.sampled_from(values)


def together(*given) -> Any:
    """A tuple with something of each; what is no strategy is given as it is."""
    from hypothesis import strategies

    known = strategies.SearchStrategy
    return strategies.tuples(*[x if isinstance(x, known) else strategies.just(x) for x in given])


def for_lengths(function: Callable, *ranges: range) -> Any:
    """What `function` makes a strategy of, for lengths out of these ranges, the first first."""
    from hypothesis import strategies

    return strategies.one_of([function(*lengths) for lengths in product(*ranges)])
