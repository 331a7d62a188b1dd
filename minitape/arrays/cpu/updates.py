"""The optimizers' updates: each weight's new value and state in one pass.

Each kernel takes the gradient, the weights and their state, and gives the new weights and state,
or NotImplemented. The loops do the same operations in the same order as the optimizers' NumPy
formulas, in the weights' precision: the results are the same to the last bit.
"""

from math import sqrt
from typing import Any

import numpy

from .compiler import compiled, suits
from .threads import over_elements


def _run(loop, arrays: list, *numbers: float) -> Any:
    """New arrays for all but the first, by a loop over (arrays, new arrays, numbers).

    The loop converts the numbers to the weights' type: there it costs nothing.
    """
    example = arrays[1]
    new = [numpy.empty(example.shape, example.dtype) for _ in arrays[1:]]
    over_elements(loop, [*arrays, *new], *numbers)
    return tuple(new)


def adam_update(g, w, m, v, *largest, alpha, beta_1, beta_2, epsilon) -> Any:
    """The new (weights, mean, mean square) and, for amsgrad, largest mean square.

    `alpha` is a function, called if the kernel answers.
    """
    if not suits(g, w, m, v, *largest):
        return NotImplemented
    loop = _amsgrad if largest else _adam
    return _run(loop, [g, w, m, v, *largest], alpha(), 1 - beta_1, 1 - beta_2, epsilon)


@compiled
def _adam(g, w, m, v, new_w, new_m, new_v, alpha, rest_1, rest_2, epsilon):
    number = g.dtype.type
    rate, share_1, share_2, least = number(alpha), number(rest_1), number(rest_2), number(epsilon)
    for i in range(g.size):
        mean = (g[i] - m[i]) * share_1 + m[i]
        square = (g[i] * g[i] - v[i]) * share_2 + v[i]
        new_m[i] = mean
        new_v[i] = square
        new_w[i] = w[i] - mean * rate / (sqrt(square) + least)


@compiled
def _amsgrad(g, w, m, v, top, new_w, new_m, new_v, new_top, alpha, rest_1, rest_2, epsilon):
    number = g.dtype.type
    rate, share_1, share_2, least = number(alpha), number(rest_1), number(rest_2), number(epsilon)
    for i in range(g.size):
        mean = (g[i] - m[i]) * share_1 + m[i]
        square = (g[i] * g[i] - v[i]) * share_2 + v[i]
        largest = square if square > top[i] or square != square else top[i]
        new_m[i] = mean
        new_v[i] = square
        new_top[i] = largest
        new_w[i] = w[i] - mean * rate / (sqrt(largest) + least)


def rmsprop_update(g, w, velocity, *, rate, rho, epsilon) -> Any:
    """The new (weights, mean square)."""
    if not suits(g, w, velocity):
        return NotImplemented
    return _run(_rmsprop, [g, w, velocity], float(rate), rho, 1 - rho, epsilon)


@compiled
def _rmsprop(g, w, v, new_w, new_v, rate, rho, rest, epsilon):
    number = g.dtype.type
    alpha, kept, share, least = number(rate), number(rho), number(rest), number(epsilon)
    for i in range(g.size):
        square = v[i] * kept + g[i] * g[i] * share
        new_v[i] = square
        new_w[i] = w[i] - g[i] * alpha / sqrt(square + least)


def descent_update(g, w, *, rate) -> Any:
    """The new weights, as a tuple of one."""
    if not suits(g, w):
        return NotImplemented
    return _run(_descent, [g, w], float(rate))


@compiled
def _descent(g, w, new_w, rate):
    alpha = g.dtype.type(rate)
    for i in range(g.size):
        new_w[i] = w[i] - g[i] * alpha


def momentum_update(g, w, velocity, *, rate, momentum, nesterov) -> Any:
    """The new (weights, velocity)."""
    if not suits(g, w, velocity):
        return NotImplemented
    loop = _nesterov if nesterov else _momentum
    return _run(loop, [g, w, velocity], float(rate), momentum)


@compiled
def _momentum(g, w, v, new_w, new_v, rate, momentum):
    alpha, kept = g.dtype.type(rate), g.dtype.type(momentum)
    for i in range(g.size):
        velocity = v[i] * kept - g[i] * alpha
        new_v[i] = velocity
        new_w[i] = w[i] + velocity


@compiled
def _nesterov(g, w, v, new_w, new_v, rate, momentum):
    alpha, kept = g.dtype.type(rate), g.dtype.type(momentum)
    for i in range(g.size):
        step = g[i] * alpha
        velocity = v[i] * kept - step
        new_v[i] = velocity
        new_w[i] = velocity * kept - step + w[i]
