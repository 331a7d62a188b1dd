"""Exercise 4: back through a broadcast."""

from .drawn import array, one_of, together
from .framework import compare

START = '''"""Back through a broadcast.

NumPy repeats the smaller of two arrays: in  (3, 2) + (2,)  the second is used for each of three
rows. Who is used three times gets three cotangents, and they add up (the diamond again). So the
cotangent, which has the shape of the result, is summed over all that was repeated: over axes that
were put in front, and over axes where a length of 1 was stretched.

Check it:  minitape learn check 4
A hint:    minitape learn hint 4
"""

import numpy as np


def unbroadcast(g, shape):
    """Returns the cotangent of an input of this shape, given g, that of what it was repeated to."""
    return ...
'''

HINTS = (
    "np.broadcast_to(x, g.shape) is linear in x, and each element of x goes to some of g's places.",
    "Axes in front: there are g.ndim - len(shape) of them, and x knows nothing of them.",
    "Then the axes i with shape[i] == 1 and g.shape[i] > 1: sum with keepdims=True.",
)


def fronts(g, shape):
    """The sum over the axes that were put in front."""
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


def right(g, shape):
    g = fronts(g, shape)
    stretched = tuple(i for i, n in enumerate(shape) if n == 1)
    return g.sum(axis=stretched, keepdims=True)


def mean(g, shape):
    count = g.size / right(g, shape).size
    return right(g, shape) / count


def squeezed(g, shape):
    g = fronts(g, shape)
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1))


def first(g, shape):
    g = g[(0,) * (g.ndim - len(shape))]
    return g[tuple(slice(0, 1) if n == 1 else slice(None) for n in shape)]


MISTAKES = [
    (lambda g, shape: g, "This is g as it came. A cotangent has the shape of what it belongs to."),
    (
        fronts,
        "Axes in front are summed, but not those where a length of 1 was stretched, as in (3, 1).",
    ),
    (squeezed, "A stretched axis stays, with its length 1: keepdims=True."),
    (mean, "It is a sum, not a mean: who is used three times has three times the effect."),
    (first, "One of the uses was taken. All of them count: their cotangents add up."),
    (
        lambda g, shape: g.sum() + 0 * right(g, shape),
        "Everything was summed: where an axis was not repeated, each element keeps its own.",
    ),
]

# What an input was repeated to, and its own shape.
SHAPES = [((2,), ()), ((2, 2), (2,)), ((2, 3), (2, 1)), ((2, 3), (1, 3)), ((2, 2, 3), (2, 1))]
SHAPES += [((2, 3), (2, 3)), ((2, 3, 2), (3, 1)), ((2, 2, 2), (1, 1, 2)), ((2, 3), (1, 1))]


def check(user):
    """Compares sums for several shapes."""
    pairs = one_of(*SHAPES).flatmap(lambda pair: together(array(*pair[0]), pair[1]))
    compare(user, "unbroadcast", right, pairs, MISTAKES)
