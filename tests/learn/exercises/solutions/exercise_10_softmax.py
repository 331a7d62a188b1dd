"""Softmax for large numbers.

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
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_vjp(g, y):
    """The cotangent of x, given that of y = softmax(x)."""
    return y * (g - np.sum(g * y, axis=-1, keepdims=True))
