"""Exercise 7: rules for going forward."""

import numpy as np

from .drawn import array, number, one_of, together
from .framework import compare

START = '''"""Going forward: the jvp.

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
    return ...


def divide_jvp(x, y, dx, dy):
    """The tangent of x / y."""
    return ...


def sum_of_squares_jvp(x, dx):
    """The tangent of np.sum(x**2), a number, where the array x moves by the array dx."""
    return ...
'''

HINTS = (
    "Both inputs move. Each contributes its derivative times its tangent, and these are added.",
    "x / y changes by 1/y with x, and by -x/y² with y.",
    "Each x² contributes 2 x dx; the sum of them is one number.",
)


def multiply(x, y, dx, dy):
    return dx * y + x * dy


def divide(x, y, dx, dy):
    return dx / y - x * dy / y**2


def sum_of_squares(x, dx):
    return np.sum(2 * x * dx)


OF_MULTIPLY = [
    (
        lambda x, y, dx, dy: dx * dy,
        "dx dy is what changes when both move at once, and vanishes beside the rest. What is left "
        "is how x y changes with x alone, plus how it changes with y alone.",
    ),
    (lambda x, y, dx, dy: (dx * y, x * dy), "A result has one tangent: the two parts are added."),
    (lambda x, y, dx, dy: dx * y, "y moves, too: the part of dy is missing."),
    (lambda x, y, dx, dy: dx * x + dy * y, "x y changes by y where x changes by 1, not by x."),
]
OF_DIVIDE = [
    (
        lambda x, y, dx, dy: dx / y + x * dy / y**2,
        "Where y grows, x / y becomes smaller: the second part has a minus.",
    ),
    (lambda x, y, dx, dy: dx / dy, "The tangent of a quotient is no quotient of the tangents."),
    (
        lambda x, y, dx, dy: dx / y - x * dy / y,
        "The derivative of 1 / y is -1 / y²: the y is squared.",
    ),
    (lambda x, y, dx, dy: dx / y, "y moves, too: the part of dy is missing."),
]
OF_SUM = [
    (
        lambda x, dx: 2 * x * dx,
        "The value is one number, and so is its tangent: the parts of all elements are added.",
    ),
    (lambda x, dx: np.sum(x * dx), "(x²)' = 2 x: a factor is missing."),
    (lambda x, dx: np.sum(2 * x), "That is the sum of the derivatives: each times its tangent."),
    (lambda x, dx: 2 * x, "That is the gradient. In forward mode dx is put in, too."),
    (lambda x, dx: np.sum(dx**2), "Not the value at dx: the derivative at x, times dx."),
]


def check(user):
    """Compares the three rules."""
    numbers = together(number(), number(), number(), number())
    compare(user, "multiply_jvp", multiply, numbers, OF_MULTIPLY)
    nonzero = one_of(1.0, 2.0, -1.0, -2.0, 4.0)
    numbers = together(number(), nonzero, number(), one_of(1.0, 2.0, -1.0, 0.5))
    compare(user, "divide_jvp", divide, numbers, OF_DIVIDE)
    compare(user, "sum_of_squares_jvp", sum_of_squares, together(array(3), array(3)), OF_SUM)
