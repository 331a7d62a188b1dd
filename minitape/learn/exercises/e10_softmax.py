"""Exercise 10: softmax for large numbers."""

import numpy as np

from .drawn import array, one_of, together
from .framework import compare

START = '''"""Softmax for large numbers.

softmax(x) = exp(x) / Σ exp(x)  makes probabilities of any numbers, along the last axis. As it
stands it fails: exp(1000) is too large for a float, and inf / inf is nan; and if all of them are
-1000, it is 0 / 0. But a constant that is added to all of a row cancels out, so it may be chosen.

Write it so that it is right for all numbers. And its rule: it should need the result y alone.

Check it:  minitape learn check 10
A hint:    minitape learn hint 10
"""

import numpy as np


def softmax(x):
    """The softmax along the last axis of an array."""
    return ...


def softmax_vjp(g, y):
    """The cotangent of x, given that of y = softmax(x)."""
    return ...
'''

HINTS = (
    "Which constant makes the largest exponent 0? Then no exp is above 1, and the sum at least 1.",
    "Each row has its own: x.max(axis=-1, keepdims=True).",
    "dy[i] = y[i] (dx[i] - Σ y[j] dx[j]), and the rule is the same: y (g - Σ g y).",
)


def right(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def over(x, axis, shift):
    e = np.exp(x - shift)
    return e / e.sum(axis=axis, keepdims=True)


def vjp(g, y):
    return y * (g - np.sum(g * y, axis=-1, keepdims=True))


OF_SOFTMAX = [
    (lambda x: over(x, -1, 0), "exp of a large number is inf: take the largest of each row off."),
    (
        lambda x: over(x, -1, x.max()),
        "The largest of all is taken off, and a row that lies far below it is 0 / 0: each row has "
        "its own largest.",
    ),
    (
        lambda x: over(x, None, x.max(axis=-1, keepdims=True)),
        "Everything sums to 1. But each row is to: the sum is along the last axis.",
    ),
    (lambda x: over(x, 0, x.max(axis=0)), "That is along the first axis, not the last."),
    (
        lambda x: over(x, -1, x.mean(axis=-1, keepdims=True)),
        "With the mean taken off, the largest may still be far above 0: take off the largest.",
    ),
    (
        lambda x: over(np.clip(x, -700, 700), -1, 0),
        "Clipping changes the result: 1000 and 2000 are then the same.",
    ),
    (
        lambda x: over(x, -1, x.min(axis=-1, keepdims=True)),
        "The smallest is taken off, and the exponents become larger: it is the largest.",
    ),
]
OF_RULE = [
    (
        lambda g, y: g * y * (1 - y),
        "That is the diagonal alone. Each y depends on all x, by the sum that it is divided by.",
    ),
    (lambda g, y: g * y, "That is exp's rule. The sum that is divided by depends on x as well."),
    (
        lambda g, y: y * (g - np.sum(g * y)),
        "The sum is over everything; each row has its own (axis=-1, keepdims=True).",
    ),
    (
        lambda g, y: y * (g - np.sum(g, axis=-1, keepdims=True)),
        "The sum is Σ g y: each cotangent is weighted with its probability.",
    ),
]


def check(user):
    """Compares it for small and for large numbers, and its rule."""
    sizes = one_of(1.0, 10.0, 1000.0)
    arrays = together(array(2, 2), sizes).map(lambda drawn: (drawn[0] * drawn[1],))
    compare(user, "softmax", right, arrays, OF_SOFTMAX, examples=150)
    rows = together(array(2, 3), array(2, 3).map(right))
    compare(user, "softmax_vjp", vjp, rows, OF_RULE)
