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
    """The old arrays, or copies of them, after a loop over (gradient, arrays, numbers)."""
    new = old if in_place else tuple(map(numpy.empty_like, old))
    flat = [x.reshape(-1) for x in (gradient, *old, *new)]
    numbers = tuple(map(gradient.dtype.type, numbers))

    def some(part: slice) -> None:
        g, *arrays = (x[part] for x in flat)
        before, after = arrays[: len(old)], arrays[len(old) :]
        if not in_place:
            for x, y in zip(before, after, strict=True):
                y[:] = x
        loop(g, *after, *numbers)

    in_parts(some, gradient.size, gradient.size)
    return new


def adam_update(g, w, m, v, *, alpha, beta_1, beta_2, epsilon, in_place=False) -> Any:
    """The new (weights, mean, mean square); `alpha` is a function, called if the kernel answers."""
    if not suits(g, w, m, v):
        return NotImplemented
    numbers = (alpha(), 1 - beta_1, 1 - beta_2, epsilon)
    return _run(_adam, g, (w, m, v), numbers, in_place)


@compiled
def _adam(g, w, m, v, alpha, rest_1, rest_2, epsilon):
    for i in range(g.size):
        mean = (g[i] - m[i]) * rest_1 + m[i]
        square = (g[i] * g[i] - v[i]) * rest_2 + v[i]
        m[i] = mean
        v[i] = square
        w[i] = w[i] - mean * alpha / (sqrt(square) + epsilon)


def rmsprop_update(g, w, velocity, *, rate, rho, epsilon, in_place=False) -> Any:
    """The new (weights, mean square)."""
    if not suits(g, w, velocity):
        return NotImplemented
    return _run(_rmsprop, g, (w, velocity), (rate, rho, 1 - rho, epsilon), in_place)


@compiled
def _rmsprop(g, w, v, rate, rho, rest, epsilon):
    for i in range(g.size):
        square = v[i] * rho + g[i] * g[i] * rest
        v[i] = square
        w[i] = w[i] - g[i] * rate / sqrt(square + epsilon)


def momentum_update(g, w, velocity, *, rate, momentum, nesterov, in_place=False) -> Any:
    """The new (weights, velocity)."""
    if not suits(g, w, velocity):
        return NotImplemented
    loop = _nesterov if nesterov else _momentum
    return _run(loop, g, (w, velocity), (rate, momentum), in_place)


@compiled
def _momentum(g, w, v, rate, momentum):
    for i in range(g.size):
        velocity = v[i] * momentum - g[i] * rate
        v[i] = velocity
        w[i] = w[i] + velocity


@compiled
def _nesterov(g, w, v, rate, momentum):
    for i in range(g.size):
        step = g[i] * rate
        velocity = v[i] * momentum - step
        v[i] = velocity
        w[i] = velocity * momentum - step + w[i]
