"""BatchNormalization's gradient.

Each column of x is normalized over the batch:  y = (x - mean) / std,  std = sqrt(variance + eps),
the variance being the mean of (x - mean)². An element acts on all results of its column, in three
ways: directly, through the mean, and through the variance. All three go back. Put together, what
is left of the cotangent is: its mean is taken off, and so is its part along y.

Check it:  minitape learn check 15
A hint:    minitape learn hint 15
"""

import numpy as np


def batch_norm(x, eps):
    """The columns of x, normalized."""
    centered = x - x.mean(axis=0)
    return centered / np.sqrt((centered**2).mean(axis=0) + eps)


def batch_norm_vjp(g, x, eps):
    """Given the cotangent g of batch_norm(x, eps), returns that of x."""
    y = batch_norm(x, eps)
    std = np.sqrt(x.var(axis=0) + eps)
    return (g - g.mean(axis=0) - y * (g * y).mean(axis=0)) / std
