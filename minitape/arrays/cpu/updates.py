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


def _run(loop, arrays: list, numbers: tuple) -> Any:
    """New arrays for all but the first, by a loop over (arrays, new arrays, numbers)."""
    example = arrays[1]
    new = [numpy.empty(example.shape, example.dtype) for _ in arrays[1:]]
    over_elements(loop, [*arrays, *new], *map(example.dtype.type, numbers))
    return tuple(new)


def adam_update(g, w, m, v, *, alpha, beta_1, beta_2, epsilon) -> Any:
    """The new (weights, mean, mean square); `alpha` is a function, called if the kernel answers."""
    if not suits(g, w, m, v):
        return NotImplemented
    return _run(_adam, [g, w, m, v], (alpha(), 1 - beta_1, 1 - beta_2, epsilon))


@compiled
def _adam(g, w, m, v, new_w, new_m, new_v, alpha, rest_1, rest_2, epsilon):
    for i in range(g.size):
        mean = (g[i] - m[i]) * rest_1 + m[i]
        square = (g[i] * g[i] - v[i]) * rest_2 + v[i]
        new_m[i] = mean
        new_v[i] = square
        new_w[i] = w[i] - mean * alpha / (sqrt(square) + epsilon)


def rmsprop_update(g, w, velocity, *, rate, rho, epsilon) -> Any:
    """The new (weights, mean square)."""
    if not suits(g, w, velocity):
        return NotImplemented
    return _run(_rmsprop, [g, w, velocity], (rate, rho, 1 - rho, epsilon))


@compiled
def _rmsprop(g, w, v, new_w, new_v, rate, rho, rest, epsilon):
    for i in range(g.size):
        square = v[i] * rho + g[i] * g[i] * rest
        new_v[i] = square
        new_w[i] = w[i] - g[i] * rate / sqrt(square + epsilon)


def momentum_update(g, w, velocity, *, rate, momentum, nesterov) -> Any:
    """The new (weights, velocity)."""
    if not suits(g, w, velocity):
        return NotImplemented
    return _run(_nesterov if nesterov else _momentum, [g, w, velocity], (rate, momentum))


@compiled
def _momentum(g, w, v, new_w, new_v, rate, momentum):
    for i in range(g.size):
        velocity = v[i] * momentum - g[i] * rate
        new_v[i] = velocity
        new_w[i] = w[i] + velocity


@compiled
def _nesterov(g, w, v, new_w, new_v, rate, momentum):
    for i in range(g.size):
        step = g[i] * rate
        velocity = v[i] * momentum - step
        new_v[i] = velocity
        new_w[i] = velocity * momentum - step + w[i]
