"""Back through a max-pool.

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
    return x.reshape(-1, size).max(axis=1)


def max_pool_vjp(g, x, size):
    """Given the cotangent g of max_pool(x, size), returns that of x."""
    rows = x.reshape(-1, size)
    dx = np.zeros_like(rows)
    dx[np.arange(len(rows)), rows.argmax(axis=1)] = g
    return dx.reshape(x.shape)
