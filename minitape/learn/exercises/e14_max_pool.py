"""Exercise 14: back through a max-pool."""

import numpy as np

from .drawn import array, for_lengths, together
from .framework import compare

START = '''"""Back through a max-pool.

A max-pool keeps the largest of each window; here windows lie side by side, and x is cut into rows
of `size` elements. Only the element that was kept has an effect, and it gets all of the window's
cotangent. Of several that are the largest, the first was kept: so do TensorFlow and minitape. (max
in exercise 9 shares between them.)

Check it:  minitape learn check 14
A hint:    minitape learn hint 14
"""

import numpy as np


def max_pool(x, size):
    """The largest of each window: of x[0:size], x[size : 2 * size] and so on."""
    return ...


def max_pool_vjp(g, x, size):
    """Given the cotangent g of max_pool(x, size), returns that of x."""
    return ...
'''

HINTS = (
    "x.reshape(-1, size) has the windows as rows. Its max along axis 1 is the pool.",
    "argmax(axis=1) gives the place of the first of the largest in each row.",
    "dx = np.zeros_like(rows); dx[np.arange(len(rows)), places] = g; and back to x's shape.",
)


def rows(x, size):
    return x.reshape(-1, size)


def pool(x, size):
    return rows(x, size).max(axis=1)


def back(g, kept, x):
    return (g[:, None] * kept).reshape(x.shape)


def right(g, x, size):
    return back(g, rows(x, size).argmax(axis=1)[:, None] == np.arange(size), x)


def is_largest(x, size):
    return rows(x, size) == pool(x, size)[:, None]


def last(g, x, size):
    place = size - 1 - rows(x, size)[:, ::-1].argmax(axis=1)
    return back(g, place[:, None] == np.arange(size), x)


OF_POOL = [
    (lambda x, size: x.max(), "That is the largest of all. Each window has its own."),
    (lambda x, size: rows(x, size).max(axis=0), "That is along the wrong axis: a row is a window."),
    (lambda x, size: rows(x, size).mean(axis=1), "That is the mean; this pool keeps the largest."),
    (lambda x, size: rows(x, size).argmax(axis=1), "That is its place, not its value."),
]
OF_RULE = [
    (
        lambda g, x, size: back(g, is_largest(x, size), x),
        "Where several are the largest, all of them got g. One of them was kept: the first.",
    ),
    (last, "Where several are the largest, the last got g. The first was kept."),
    (
        lambda g, x, size: back(g, is_largest(x, size) / is_largest(x, size).sum(1)[:, None], x),
        "Where several are the largest, they share g. In a pool one was kept: the first.",
    ),
    (
        lambda g, x, size: np.repeat(g, size),
        "All of a window got its g. What wasn't kept has no effect on the result.",
    ),
    (lambda g, x, size: np.repeat(g, size) / size, "That is the rule of the mean."),
    (
        lambda g, x, size: right(pool(x, size) * g, x, size),
        "That is g times the value. The derivative with respect to what was kept is 1.",
    ),
    (
        lambda g, x, size: rows(right(g, x, size), size),
        "The numbers are right; a cotangent has the shape of its input, so bring it back to x's.",
    ),
]


def check(user):
    """Compares both, with ties too."""
    lengths = range(1, 4), range(2, 4)

    def ties(count):
        return array(count, low=-1, high=1)

    xs = for_lengths(lambda n, size: together(ties(n * size), size), *lengths)
    compare(user, "max_pool", pool, xs, OF_POOL)
    given = for_lengths(lambda n, size: together(array(n), ties(n * size), size), *lengths)
    compare(user, "max_pool_vjp", right, given, OF_RULE)
