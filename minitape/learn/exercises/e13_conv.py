"""Exercise 13: a convolution and its rule."""

import numpy as np

from .drawn import array, for_lengths, together
from .framework import compare

START = '''"""A convolution as a product, and its rule.

A convolution slides a short kernel w along x:  y[i] = Σ x[i + k] w[k],  as long as it fits in. (It
is not turned round first, as in mathematics.) If the windows of x are the rows of a matrix, it is
one product: windows @ w. So the rule is that of a product, and then each window's cotangent goes
back to where the window was taken from. Windows overlap, so there it adds up.

Check it:  minitape learn check 13
A hint:    minitape learn hint 13
"""

import numpy as np


def windows(x, length):
    """The matrix whose row i is x[i : i + length]."""
    return ...


def conv_vjp(g, x, w):
    """Given the cotangent g of y = windows(x, len(w)) @ w, returns those of x and of w."""
    return ...
'''

HINTS = (
    "There are len(x) - length + 1 windows. np.stack makes a matrix of a list of rows.",
    "With W = windows(x, len(w)) and y = W @ w, the cotangent of w is W.T @ g.",
    "That of W is np.outer(g, w). Row i of it is added to dx[i : i + len(w)], for each i.",
)


def windows(x, length):
    return np.stack([x[i : i + length] for i in range(len(x) - length + 1)])


def dx_of(g, x, w, add=True, turned=False):
    dx = np.zeros_like(x)
    w = w[::-1] if turned else w
    for i, gi in enumerate(g):
        known = dx[i : i + len(w)] if add else 0
        dx[i : i + len(w)] = known + gi * w
    return dx


def right(g, x, w):
    return dx_of(g, x, w), windows(x, len(w)).T @ g


def but(dx=dx_of, dw=lambda g, x, w: windows(x, len(w)).T @ g):
    return lambda g, x, w: (dx(g, x, w), dw(g, x, w))


OF_WINDOWS = [
    (lambda x, length: windows(x, length)[:-1], "The last window is missing: len(x) - length + 1."),
    (lambda x, length: windows(x, length).T, "A window is a row: this is the transposed matrix."),
    (lambda x, length: windows(x[::-1], length)[::-1], "Windows are not turned round."),
    (
        lambda x, length: x[: len(x) // length * length].reshape(-1, length),
        "These lie side by side. Windows overlap: the next one begins one element later.",
    ),
]
OF_RULE = [
    (
        but(lambda g, x, w: dx_of(g, x, w, add=False)),
        "Windows overlap: an element gets a part from each window that it is in: += for =.",
    ),
    (
        but(lambda g, x, w: dx_of(g, x, w, turned=True)),
        "The kernel is turned round in dx. x[i + k] is used with w[k], and so gets g[i] w[k].",
    ),
    (
        but(dw=lambda g, x, w: (windows(x, len(w)).T @ g)[::-1]),
        "dw is turned round: w[k] was used with x[i + k], so it gets Σ g[i] x[i + k].",
    ),
    (
        lambda g, x, w: right(g, x, w)[::-1],
        "They are swapped: the cotangent of x comes first.",
    ),
    (
        but(dw=lambda g, x, w: windows(x, len(w)).sum(axis=0)),
        "g is missing in dw: what follows in the program is in it.",
    ),
]


def check(user):
    """Compares windows and the rule, for several lengths."""
    lengths = range(3, 6), range(2, 4)
    wide = for_lengths(lambda n, k: together(array(n), k), *lengths)
    compare(user, "windows", windows, wide, OF_WINDOWS, "See how the shape differs.")
    given = for_lengths(lambda n, k: together(array(n - k + 1), array(n), array(k)), *lengths)
    compare(user, "conv_vjp", right, given, OF_RULE, "Each cotangent has its input's shape.")
