"""Exercise 15: BatchNormalization's gradient."""

import numpy as np

from .drawn import array, one_of, together
from .framework import compare

START = '''"""BatchNormalization's gradient.

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
    return ...


def batch_norm_vjp(g, x, eps):
    """Given the cotangent g of batch_norm(x, eps), returns that of x."""
    return ...
'''

HINTS = (
    "mean = x.mean(axis=0), and x - mean broadcasts over the rows.",
    "With c = x - mean: y = c / std. By std's way c gets -(c / n) Σ(g c) / std³, with n rows.",
    "The mean takes off the mean of what c got: dx = (g - mean(g) - y mean(g y)) / std.",
)


def parts(x, eps):
    centered = x - x.mean(axis=0)
    std = np.sqrt((centered**2).mean(axis=0) + eps)
    return centered, std


def batch_norm(x, eps):
    centered, std = parts(x, eps)
    return centered / std


def by(mean=1.0, along=1.0, over=np.mean):
    """The rule, with a factor for what goes through the mean and through the variance."""

    def vjp(g, x, eps):
        y, std = batch_norm(x, eps), parts(x, eps)[1]
        return (g - mean * over(g, axis=0) - along * y * over(g * y, axis=0)) / std

    return vjp


def unbiased(x, eps):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps)


OF_FORWARD = [
    (
        lambda x, eps: (x - x.mean(axis=0)) / (np.sqrt(x.var(axis=0)) + eps),
        "eps stands under the root: sqrt(variance + eps).",
    ),
    (
        lambda x, eps: (x - x.mean()) / np.sqrt(x.var() + eps),
        "Each column has its own mean and variance: axis=0.",
    ),
    (
        lambda x, eps: parts(x, eps)[0] / (x.var(axis=0) + eps),
        "The root of the variance is missing.",
    ),
    (unbiased, "The variance is divided by n, not by n - 1."),
    (
        lambda x, eps: ((x.T - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps)).T,
        "That is along the rows (LayerNormalization). The batch is the first axis.",
    ),
]
OF_RULE = [
    (
        by(0, 0),
        "Mean and variance were taken for constants. They depend on x, and so go back, too.",
    ),
    (by(1, 0), "The variance depends on x as well: the part along y is missing."),
    (by(0, 1), "The mean depends on x as well: the mean of g is to be taken off."),
    (by(over=np.sum), "These are means over the batch, not sums: somewhere a 1/n is missing."),
    (by(1, -1), "The way through std has a minus: a larger std makes y smaller."),
    (by(1, 2), "The part along y counts twice: (c²)' has a 2, and the root's 1/2 cancels it."),
    (
        lambda g, x, eps: by()(g, x, eps) * parts(x, eps)[1],
        "What is left is divided by std: y = c / std.",
    ),
]


def check(user):
    """Compares both."""
    eps = one_of(0.5, 0.25, 0.1)
    compare(user, "batch_norm", batch_norm, together(array(3, 2), eps), OF_FORWARD)
    given = together(array(3, 2), array(3, 2), eps)
    compare(user, "batch_norm_vjp", by(), given, OF_RULE)
