"""A convolution as a product, and its rule.

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
    return np.stack([x[i : i + length] for i in range(len(x) - length + 1)])


def conv_vjp(g, x, w):
    """Given the cotangent g of y = windows(x, len(w)) @ w, returns those of x and of w."""
    d_windows = np.outer(g, w)
    dx = np.zeros_like(x)
    for i, row in enumerate(d_windows):
        dx[i : i + len(w)] += row
    return dx, windows(x, len(w)).T @ g
