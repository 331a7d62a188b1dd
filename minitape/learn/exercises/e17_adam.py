"""Exercise 17: momentum and Adam."""

import numpy as np

from .drawn import number, one_of, together, whole
from .framework import compare

START = '''"""Optimizers: momentum and Adam.

Momentum: the velocity v keeps a part of itself at each step, and the gradient pushes it downhill;
then w moves by v.  v = momentum v - learning_rate g,  w = w + v.

Adam keeps two running means: m of the gradients, with the factor beta_1 for the old mean and
1 - beta_1 for the new gradient, and v of their squares, with beta_2. Both begin at 0 and so are too
small at first: in step t (1, 2, ...) m is divided by 1 - beta_1^t, and v by 1 - beta_2^t. Then w
moves against m / (sqrt(v) + epsilon), with these corrected means, times the learning rate.

Check it:  minitape learn check 17
A hint:    minitape learn hint 17
"""

import math


def momentum_step(w, v, g, learning_rate, momentum):
    """Returns the new w and v."""
    return ...


def adam_step(w, m, v, t, g, learning_rate, beta_1, beta_2, epsilon):
    """Returns the new w, m and v (m and v as they are kept, before the correction)."""
    return ...
'''

HINTS = (
    "Both are a few lines of plain arithmetic, in the order of the text.",
    "m = beta_1 * m + (1 - beta_1) * g; v = beta_2 * v + (1 - beta_2) * g**2.",
    "w - learning_rate * (m / (1 - beta_1**t)) / (math.sqrt(v / (1 - beta_2**t)) + epsilon)",
)


def momentum_step(w, v, g, learning_rate, momentum):
    v = momentum * v - learning_rate * g
    return w + v, v


def nesterov(w, v, g, learning_rate, momentum):
    v = momentum * v - learning_rate * g
    return w + momentum * v - learning_rate * g, v


def uphill(w, v, g, learning_rate, momentum):
    v = momentum * v + learning_rate * g
    return w + v, v


def old_velocity(w, v, g, learning_rate, momentum):
    return w + v, momentum * v - learning_rate * g


def adam(corrected=True, inside=False, square=True, kept=True, since=0, sign=-1, swapped=False):
    """Adam, or what it becomes with a mistake."""

    def step(w, m, v, t, g, learning_rate, beta_1, beta_2, epsilon):
        if swapped:
            beta_1, beta_2 = beta_2, beta_1
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * (g**2 if square else abs(g))
        a = m / (1 - beta_1 ** (t + since)) if corrected else m
        b = v / (1 - beta_2 ** (t + since)) if corrected else v
        root = np.sqrt(b + epsilon) if inside else np.sqrt(b) + epsilon
        return w + sign * learning_rate * a / root, *((m, v) if kept else (a, b))

    return step


OF_MOMENTUM = [
    (nesterov, "That is Nesterov's momentum, which looks ahead. Here w moves by v alone."),
    (uphill, "It goes uphill: the gradient is the way up, so it is taken off."),
    (old_velocity, "w moves by the old velocity. The gradient changes v first, then w moves."),
    (
        lambda w, v, g, learning_rate, momentum: (w - learning_rate * g, v),
        "That is gradient descent without a velocity.",
    ),
    (
        lambda w, v, g, learning_rate, momentum: (
            w - learning_rate * (momentum * v + g),
            momentum * v + g,
        ),
        "That is PyTorch's way, where the learning rate is no part of v. In Keras' it is.",
    ),
]
OF_ADAM = [
    (adam(corrected=False), "The means begin at 0: divide by 1 - beta^t to make up for it."),
    (adam(inside=True), "epsilon is added to the root, not under it."),
    (adam(square=False), "v is the mean of the squares of the gradients."),
    (adam(kept=False), "The step is right. Return m and v as they are kept, uncorrected."),
    (adam(since=1), "t counts from 1: the first step divides by 1 - beta, not by 1 - beta²."),
    (adam(sign=1), "It goes uphill: the step is taken off w."),
    (adam(swapped=True), "beta_1 belongs to m, and beta_2 to v."),
]


def check(user):
    """Compares a step of each."""
    given = together(number(), number(), number(), one_of(0.5, 0.1), one_of(0.5, 0.9))
    compare(user, "momentum_step", momentum_step, given, OF_MOMENTUM)
    rates = one_of(0.5, 0.1), one_of(0.5, 0.9), one_of(0.75, 0.99), 0.25
    given = together(number(), number(), number(0, 3), whole(1, 5), number(), *rates)
    compare(user, "adam_step", adam(), given, OF_ADAM)
