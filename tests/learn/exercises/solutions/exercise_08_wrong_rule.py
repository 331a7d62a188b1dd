"""To find a wrong rule, without knowing the right one.

A rule is right if it agrees with differences of the function itself. For y = f(x) with cotangent g
look at the number  L(x) = Σ g f(x).  The rule's answer must be the gradient of L: and so, for each
element of x alone,  (L(x + h) - L(x - h)) / 2h,  where only that element is moved by h. Rounding
and h² leave a small difference, which a tolerance must allow.

Write the test that all rules of minitape have passed (minitape.learn.check_gradients).

Check it:  minitape learn check 8
A hint:    minitape learn hint 8
"""

import numpy as np


def is_right(f, vjp, x, g):
    """Whether vjp(g, x) is the cotangent of the array x, where g is that of f(x), an array."""
    h = 1e-5
    numeric = np.zeros_like(x)
    for i in range(x.size):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        numeric[i] = np.sum(g * (f(up) - f(down))) / (2 * h)
    found = vjp(g, x)
    return np.shape(found) == x.shape and np.allclose(found, numeric, atol=1e-6)
