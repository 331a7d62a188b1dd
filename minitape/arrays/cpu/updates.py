"""The optimizers' updates: each weight's new value and state in one pass.

Each kernel takes the gradient, the weights and their state, and gives the new weights and state,
or NotImplemented. With `in_place`, `Calls`, it only adds those calls that write them over the old
ones. The loops do the same operations in the same order as the optimizers' NumPy formulas, in the
weights' precision: the results are the same to the last bit.
"""

from math import sqrt
from typing import Any

from .compiler import suits
from .functions import Calls, Doubles, Floats, Word, c_function


def _run(loop, gradient, old: tuple, numbers: tuple, in_place: Calls | None) -> Any:
    """The new weights and state, by a loop over (gradient, arrays, numbers)."""
    calls = Calls() if in_place is None else in_place
    new = old if in_place is not None else tuple(x.copy() for x in old)
    calls.add_loop(loop, [gradient, *new], *numbers)
    if in_place is None:
        calls.make()
    return new


def adam_update(g, *old, alpha, beta_1, beta_2, epsilon, in_place=None) -> Any:
    """The new (weights, mean, mean square) and, for amsgrad, largest mean square.

    `alpha` is a function, called if the kernel answers.
    """
    if not suits(g, *old):
        return NotImplemented
    loop = _amsgrad if len(old) == 4 else _adam
    return _run(loop, g, old, (alpha(), 1 - beta_1, 1 - beta_2, epsilon), in_place)


@c_function
def _adam(size: Word, g: Floats, w: Floats, m: Floats, v: Floats, numbers: Doubles):
    number = type(g[0])
    rate, share_1 = number(numbers[0]), number(numbers[1])
    share_2, least = number(numbers[2]), number(numbers[3])
    for i in range(size):
        mean = (g[i] - m[i]) * share_1 + m[i]
        square = (g[i] * g[i] - v[i]) * share_2 + v[i]
        m[i] = mean
        v[i] = square
        w[i] = w[i] - mean * rate / (sqrt(square) + least)


@c_function
def _amsgrad(size: Word, g: Floats, w: Floats, m: Floats, v: Floats, top: Floats, numbers: Doubles):
    number = type(g[0])
    rate, share_1 = number(numbers[0]), number(numbers[1])
    share_2, least = number(numbers[2]), number(numbers[3])
    for i in range(size):
        mean = (g[i] - m[i]) * share_1 + m[i]
        square = (g[i] * g[i] - v[i]) * share_2 + v[i]
        largest = square if square > top[i] or square != square else top[i]
        m[i] = mean
        v[i] = square
        top[i] = largest
        w[i] = w[i] - mean * rate / (sqrt(largest) + least)


def rmsprop_update(g, *old, rate, rho, epsilon, in_place=None) -> Any:
    """The new (weights, mean square)."""
    if not suits(g, *old):
        return NotImplemented
    return _run(_rmsprop, g, old, (float(rate), rho, 1 - rho, epsilon), in_place)


@c_function
def _rmsprop(size: Word, g: Floats, w: Floats, v: Floats, numbers: Doubles):
    number = type(g[0])
    alpha, kept = number(numbers[0]), number(numbers[1])
    share, least = number(numbers[2]), number(numbers[3])
    for i in range(size):
        square = v[i] * kept + g[i] * g[i] * share
        v[i] = square
        w[i] = w[i] - g[i] * alpha / sqrt(square + least)


def descent_update(g, *old, rate, in_place=None) -> Any:
    """The new weights, as a tuple of one."""
    if not suits(g, *old):
        return NotImplemented
    return _run(_descent, g, old, (float(rate),), in_place)


@c_function
def _descent(size: Word, g: Floats, w: Floats, numbers: Doubles):
    alpha = type(g[0])(numbers[0])
    for i in range(size):
        w[i] = w[i] - g[i] * alpha


def momentum_update(g, *old, rate, momentum, nesterov, in_place=None) -> Any:
    """The new (weights, velocity)."""
    if not suits(g, *old):
        return NotImplemented
    loop = _nesterov if nesterov else _momentum
    return _run(loop, g, old, (float(rate), momentum), in_place)


@c_function
def _momentum(size: Word, g: Floats, w: Floats, v: Floats, numbers: Doubles):
    number = type(g[0])
    alpha, kept = number(numbers[0]), number(numbers[1])
    for i in range(size):
        velocity = v[i] * kept - g[i] * alpha
        v[i] = velocity
        w[i] = w[i] + velocity


@c_function
def _nesterov(size: Word, g: Floats, w: Floats, v: Floats, numbers: Doubles):
    number = type(g[0])
    alpha, kept = number(numbers[0]), number(numbers[1])
    for i in range(size):
        step = g[i] * alpha
        velocity = v[i] * kept - step
        v[i] = velocity
        w[i] = velocity * kept - step + w[i]
