"""The optimizers' updates: each weight's new value and state in one pass.

Each kernel takes the gradient, the weights and their state, and gives the new weights and state,
or NotImplemented. With `in_place` they are written over the old ones. The loops do the same
operations in the same order as the optimizers' NumPy formulas, in the weights' precision: the
results are the same to the last bit.
"""

from math import sqrt
from typing import Any

import numpy

from .compiler import compiled, suits
from .threads import in_parts


def _run(loop, gradient, old: tuple, numbers: tuple, in_place: bool) -> Any:
    """The old arrays, or copies of them, after a loop over (gradient, arrays, numbers).

    The loop converts the numbers to the weights' type: there it costs nothing.
    """
    new = old if in_place else tuple(map(numpy.empty_like, old))
    flat = [x.reshape(-1) for x in (gradient, *old, *new)]

    def some(part: slice) -> None:
        g, *arrays = (x[part] for x in flat)
        before, after = arrays[: len(old)], arrays[len(old) :]
        if not in_place:
            for x, y in zip(before, after, strict=True):
                y[:] = x
        loop(g, *after, *numbers)

    in_parts(some, gradient.size, gradient.size)
    return new


def adam_update(g, *old, alpha, beta_1, beta_2, epsilon, in_place=False) -> Any:
    """The new (weights, mean, mean square) and, for amsgrad, largest mean square.

    `alpha` is a function, called if the kernel answers.
    """
    if not suits(g, *old):
        return NotImplemented
    loop = _amsgrad if len(old) == 4 else _adam
    return _run(loop, g, old, (alpha(), 1 - beta_1, 1 - beta_2, epsilon), in_place)


@compiled
def _adam(g, w, m, v, alpha, rest_1, rest_2, epsilon):
    number = g.dtype.type
    rate, share_1, share_2, least = number(alpha), number(rest_1), number(rest_2), number(epsilon)
    for i in range(g.size):
        mean = (g[i] - m[i]) * share_1 + m[i]
        square = (g[i] * g[i] - v[i]) * share_2 + v[i]
        m[i] = mean
        v[i] = square
        w[i] = w[i] - mean * rate / (sqrt(square) + least)


@compiled
def _amsgrad(g, w, m, v, top, alpha, rest_1, rest_2, epsilon):
    number = g.dtype.type
    rate, share_1, share_2, least = number(alpha), number(rest_1), number(rest_2), number(epsilon)
    for i in range(g.size):
        mean = (g[i] - m[i]) * share_1 + m[i]
        square = (g[i] * g[i] - v[i]) * share_2 + v[i]
        largest = square if square > top[i] or square != square else top[i]
        m[i] = mean
        v[i] = square
        top[i] = largest
        w[i] = w[i] - mean * rate / (sqrt(largest) + least)


def rmsprop_update(g, *old, rate, rho, epsilon, in_place=False) -> Any:
    """The new (weights, mean square)."""
    if not suits(g, *old):
        return NotImplemented
    return _run(_rmsprop, g, old, (float(rate), rho, 1 - rho, epsilon), in_place)


@compiled
def _rmsprop(g, w, v, rate, rho, rest, epsilon):
    number = g.dtype.type
    alpha, kept, share, least = number(rate), number(rho), number(rest), number(epsilon)
    for i in range(g.size):
        square = v[i] * kept + g[i] * g[i] * share
        v[i] = square
        w[i] = w[i] - g[i] * alpha / sqrt(square + least)


def descent_update(g, *old, rate, in_place=False) -> Any:
    """The new weights, as a tuple of one."""
    if not suits(g, *old):
        return NotImplemented
    return _run(_descent, g, old, (float(rate),), in_place)


@compiled
def _descent(g, w, rate):
    alpha = g.dtype.type(rate)
    for i in range(g.size):
        w[i] = w[i] - g[i] * alpha


def momentum_update(g, *old, rate, momentum, nesterov, in_place=False) -> Any:
    """The new (weights, velocity)."""
    if not suits(g, *old):
        return NotImplemented
    loop = _nesterov if nesterov else _momentum
    return _run(loop, g, old, (float(rate), momentum), in_place)


@compiled
def _momentum(g, w, v, rate, momentum):
    alpha, kept = g.dtype.type(rate), g.dtype.type(momentum)
    for i in range(g.size):
        velocity = v[i] * kept - g[i] * alpha
        v[i] = velocity
        w[i] = w[i] + velocity


@compiled
def _nesterov(g, w, v, rate, momentum):
    alpha, kept = g.dtype.type(rate), g.dtype.type(momentum)
    for i in range(g.size):
        step = g[i] * alpha
        velocity = v[i] * kept - step
        v[i] = velocity
        w[i] = velocity * kept - step + w[i]
