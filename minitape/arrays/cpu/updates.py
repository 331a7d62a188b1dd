"""The optimizers' updates: each weight's new value and state in one pass.

Each kernel takes the gradient, the weights and their state, and gives the new weights and state,
or NotImplemented. With `in_place`, `Plans`, it only adds the plan that writes them over the old
ones; the gradient may then be a `Product`. The loops do the same operations in the same order as
the optimizers' NumPy formulas, in the weights' precision: the results are the same to the last bit.
"""

from functools import lru_cache
from math import sqrt
from typing import Any

import numpy

from .compiler import suits
from .functions import Doubles, Floats, Word, c_function
from .plans import Plan, Plans, loop_plan, threads_for
from .products import Product


def _run(loop, gradient, old: tuple, numbers: tuple, in_place: Plans | None) -> Any:
    """The new weights and state, by a loop over (gradient, arrays, numbers)."""
    if in_place is not None and isinstance(gradient, Product):
        plan = gradient.plan(loop, len(old))
        in_place.add(plan, gradient.a, gradient.b, *old, _doubles(numbers))
        return old
    size = gradient.size
    plan = _plan(loop, size, gradient.dtype, len(old), threads_for(size))
    if in_place is not None:
        in_place.add(plan, gradient, *old, _doubles(numbers))
        return old
    new = tuple(x.copy() for x in old)
    plan.follow(gradient, *new, _doubles(numbers))
    return new


@lru_cache(maxsize=1024)
def _plan(loop: c_function, size: int, dtype: numpy.dtype, state: int, threads: int) -> Plan:
    return loop_plan(loop, size, (dtype,) * (1 + state) + (None,), threads)


def _suit(gradient, old: tuple) -> bool:
    """Whether a loop is made for these."""
    if isinstance(gradient, Product):
        return gradient.dtype == old[0].dtype and suits(*old)
    return suits(gradient, *old)


@lru_cache(maxsize=16)  # the variables of a step have them in common
def _doubles(numbers: tuple) -> numpy.ndarray:
    return numpy.array(numbers, "float64")


def adam_update(g, *old, alpha, beta_1, beta_2, epsilon, in_place=None) -> Any:
    """The new (weights, mean, mean square) and, for amsgrad, largest mean square.

    `alpha` is a function, called if the kernel answers.
    """
    if not _suit(g, old):
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
    if not _suit(g, old):
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
    if not _suit(g, old):
        return NotImplemented
    return _run(_descent, g, old, (float(rate),), in_place)


@c_function
def _descent(size: Word, g: Floats, w: Floats, numbers: Doubles):
    alpha = type(g[0])(numbers[0])
    for i in range(size):
        w[i] = w[i] - g[i] * alpha


def momentum_update(g, *old, rate, momentum, nesterov, in_place=None) -> Any:
    """The new (weights, velocity)."""
    if not _suit(g, old):
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
