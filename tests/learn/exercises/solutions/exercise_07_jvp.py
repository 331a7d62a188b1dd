"""Going forward: the jvp.

The tape asks, from the end: how much does each value matter? One can also ask from the beginning:
if x moves in this direction, where does each value move? That is the tangent, and it is computed
beside the value, with no tape and no memory. A rule, the jvp, makes the tangent of an op's result
of those of its inputs: the sum, over the inputs, of derivative times tangent.

Write the rules of  x y,  x / y  and, for arrays,  Σ x².

Check it:  minitape learn check 7
A hint:    minitape learn hint 7
"""

import numpy as np


def multiply_jvp(x, y, dx, dy):
    """The tangent of x * y, where x moves by dx and y by dy."""
    return dx * y + x * dy


def divide_jvp(x, y, dx, dy):
    """The tangent of x / y."""
    return dx / y - x * dy / y**2


def sum_of_squares_jvp(x, dx):
    """The tangent of np.sum(x**2), a number, where the array x moves by the array dx."""
    return np.sum(2 * x * dx)
